//! Standing between clients and servers: what `record` and `proxy` have in common.
//!
//! - [`RelayArgs`]: what may be typed
//! - [`Relay`]: what is meant by it
//! - [`tell`], [`conclude`]: what is said at the end, and how it ends

mod args;
mod ending;
mod plan;

pub(crate) use args::RelayArgs;
pub(crate) use ending::{conclude, tell};
pub(crate) use plan::Relay;
