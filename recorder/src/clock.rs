//! The recording's clock: the one place that turns the machine's time into [`Timestamp`]s.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use cassettes::model::Timestamp;

/// Tells how long after the cassette's start something happens. Monotonic; cheap to copy and read.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
    /// What the cassette's time was at `started`.
    offset: Timestamp,
}

impl Clock {
    /// A clock for a new cassette, which starts now.
    pub fn start() -> Self {
        Self::resume(Timestamp::ZERO)
    }

    /// A clock for a cassette that goes on after `last`, its latest moment so far.
    pub fn resume(last: Timestamp) -> Self {
        Self { started: Instant::now(), offset: last }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.offset.later(self.started.elapsed())
    }
}

/// The wall-clock time now, for a cassette's header: nanoseconds since the Unix epoch; 0 on a machine whose clock stands before it.
pub fn unix_nanos() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
