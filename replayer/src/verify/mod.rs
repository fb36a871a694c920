//! Compares all that a client sent with what was recorded, and gives every difference.
//!
//! - [`compare_bytes`]: a glance at the bytes, which settles nearly every request of an unchanged client
//! - [`Rules`]: what counts as a difference, and how much; [`HeaderRules`] holds the volatile headers
//! - [`CompareContext`]: whose address is whose
//! - [`Mismatch`]: evidence of one difference: its [`Place`], both values, its [`Gravity`]

mod context;
mod jsonpath;
mod mismatch;
mod quick;
mod rules;
mod volatile;

pub use context::{CompareContext, Own};
pub use jsonpath::{JsonPath, JsonPathError, Progress, Segment};
pub use mismatch::{Gravity, Mismatch, Place};
pub use quick::{Quick, RawRequest, compare_bytes};
pub use rules::{Rules, Treatment};
pub use volatile::HeaderRules;
