//! The recording's clock: the one place that turns the machine's time into [`Timestamp`]s.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use cassettes::model::Timestamp;

/// Tells how long after its start something happens. Monotonic; cheap to copy and read.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// A clock that starts now. One that appends to a cassette starts so, too: the journal moves
    /// its times past what is there.
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_duration(self.started.elapsed())
    }
}

/// The wall-clock time now, for a cassette's header: nanoseconds since the Unix epoch; 0 on a machine whose clock stands before it.
pub fn unix_nanos() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
