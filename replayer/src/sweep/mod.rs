//! Runs a command against every way in which a recorded answer can break, and says what came of it.
//!
//! Start here:
//! - [`SweepReport`]: what came of a sweep, one [`PointResult`] for each fault tried
//! - [`Plan`]: which faults are tried
//! - [`Reference`]: the unbroken run; judges a [`Run`] with a fault by it
//! - [`Observed`]: what a client asked for in a run; [`timeline`]: what was said
//! - [`Written`]: what a command wrote, in bounded memory; [`Normalizer`]: what in it means nothing
//! - [`Shrink`]: from a finding to the smallest cassette and fault that show it
//! - [`report`]: what came of it, as text, JSON, `JUnit` XML, and a page for browsers
//! - [`baseline`]: findings that are accepted, and fail nothing
//! - [`merge`]: reports of shards, joined
//!
//! Processes, sockets and files are not here: the `sweep` verb has them.

mod asked;
pub mod baseline;
mod crash;
mod fingerprint;
mod judge;
pub mod merge;
mod normalize;
mod output;
mod plan;
pub mod report;
mod result;
mod shrink;
#[cfg(test)]
mod testing;
mod timeline;

pub use asked::Observed;
pub use fingerprint::{exchange_lines, fingerprint};
pub use judge::{Asked, Judgement, Reference, Run};
pub use normalize::{Names, Normalizer, PatternError};
pub use output::{Content, Written};
pub use plan::{Part, Plan, Scope, Unit};
pub use result::{
    Baseline, Clip, Counts, Difference, ExchangeLine, Exit, FORMAT, Moment, Outcome, PointResult,
    Shard, SweepReport,
};
pub use shrink::{Case, Shrink};
pub use timeline::timeline;
