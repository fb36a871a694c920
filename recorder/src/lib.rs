//! Records real traffic into cassettes.
//!
//! Start here:
//! - [`RecordPlan`]: what to record, and [`Summary`], what came of it
//! - [`Upstream`]: where requests are passed on to
//! - [`Clock`]: the recording's time

mod clock;
mod plan;
mod upstream;

pub use clock::{Clock, unix_nanos};
pub use plan::{RecordPlan, Summary};
pub use upstream::{Upstream, UpstreamError};
