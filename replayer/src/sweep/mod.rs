//! Runs a command against every way in which a recorded answer can break, and says what came of it.
//!
//! - [`SweepReport`]: what came of a sweep, one [`PointResult`] for each fault tried

mod result;

pub use result::{
    Baseline, Clip, Counts, Difference, ExchangeLine, Exit, FORMAT, Moment, Outcome, PointResult,
    Shard, SweepReport,
};
