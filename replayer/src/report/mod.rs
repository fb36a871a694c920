//! Says what happened: to people, to other programs, to CI.
//!
//! - [`Verdict`]: what happened and what it means, one [`Outcome`] an exchange
//! - [`text`], [`json`], [`junit`], [`github`]: the formats, each with a `write`
//! - [`order`]: which exchanges came in another order than recorded

pub mod github;
pub mod json;
pub mod junit;
pub(crate) mod layout;
pub mod order;
pub mod text;
mod verdict;

pub use verdict::{Candidate, ExchangeRef, Hit, Kind, Outcome, Totals, Verdict};

#[cfg(test)]
pub(crate) mod schema_tests;
#[cfg(test)]
mod tests;
