//! One file a verb: what may be typed for it, and what it does.

pub(crate) mod ca;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod env;
pub(crate) mod export;
pub(crate) mod faults;
pub(crate) mod import;
pub(crate) mod man;
pub(crate) mod mutate;
pub(crate) mod proxy;
pub(crate) mod record;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod show;
pub(crate) mod sweep;
pub(crate) mod verify;
