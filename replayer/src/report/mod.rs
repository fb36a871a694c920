//! Says what happened: to people, to other programs, to CI.
//!
//! - [`Verdict`]: what happened and what it means, one [`Outcome`] an exchange

mod verdict;

pub use verdict::{Candidate, ExchangeRef, Kind, Outcome, Totals, Verdict};
