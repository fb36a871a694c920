//! Runs a command against every way in which a recorded answer can break, and says what came of it.
//!
//! Start here:
//! - [`SweepReport`]: what came of a sweep, one [`PointResult`] for each fault tried
//! - [`Reference`]: the unbroken run; judges a [`Run`] with a fault by it
//! - [`Written`]: what a command wrote, in bounded memory; [`Normalizer`]: what in it means nothing
//! - [`report`]: what came of it, as text, JSON, `JUnit` XML, and a page for browsers
//! - [`baseline`]: findings that are accepted, and fail nothing
//! - [`merge`]: reports of shards, joined
//!
//! Processes, sockets and files are not here: the `sweep` verb has them.

pub mod baseline;
mod crash;
mod judge;
pub mod merge;
mod normalize;
mod output;
pub mod report;
mod result;
#[cfg(test)]
mod testing;

pub use judge::{Asked, Judgement, Reference, Run};
pub use normalize::{Names, Normalizer, PatternError};
pub use output::{Content, Written};
pub use result::{
    Baseline, Clip, Counts, Difference, ExchangeLine, Exit, FORMAT, Moment, Outcome, PointResult,
    Shard, SweepReport,
};
