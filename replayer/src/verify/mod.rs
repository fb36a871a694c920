//! Compares all that a client sent with what was recorded, and gives every difference.
//!
//! - [`compare_requests`], [`compare_responses`]: every difference between two exchanges
//! - [`compare_bytes`]: a glance at the bytes, which settles nearly every request of an unchanged client
//! - [`Neighbours`], [`nearest`]: which recorded requests come near one that was not recorded
//! - [`Rules`]: what counts as a difference, and how much; [`HeaderRules`] holds the volatile headers
//! - [`CompareContext`]: whose address is whose
//! - [`Mismatch`]: evidence of one difference: its [`Place`], both values, its [`Gravity`]

mod binary;
mod body;
mod context;
mod findings;
mod headers;
mod message;
mod messages;
mod mismatch;
mod nearest;
mod pairs;
mod quick;
mod reuse;
mod rules;
mod show;
mod start_line;
mod volatile;

pub use context::{CompareContext, Own};
pub use findings::MAX_MISMATCHES;
pub use message::{compare_requests, compare_responses};
pub(crate) use messages::Conversation;
pub use mismatch::{Gravity, Mismatch, Place};
pub use nearest::{MAX_COMPARED, MAX_NEAREST, MAX_WEIGHED, Neighbours, label, label_of, nearest};
pub use quick::{Quick, RawRequest, compare_bytes};
pub use reuse::connection_reuse;
pub use rules::{Rules, Treatment};
pub use show::MAX_SHOWN_CHARS;
pub use volatile::{HeaderRules, VOLATILE_HEADERS};

#[cfg(test)]
mod tests;
