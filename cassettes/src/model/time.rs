//! Time inside a recording.

use std::time::Duration;

/// Nanoseconds since the cassette's start. Monotonic, never wall-clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The cassette's start.
    pub const ZERO: Self = Self(0);

    /// `nanos` nanoseconds after the cassette's start.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// `since_start` after the cassette's start; saturates after 584 years.
    pub fn from_duration(since_start: Duration) -> Self {
        Self(u64::try_from(since_start.as_nanos()).unwrap_or(u64::MAX))
    }

    /// Nanoseconds since the cassette's start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// This moment, `by` later.
    #[must_use]
    pub fn later(self, by: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(by.as_nanos()).unwrap_or(u64::MAX)))
    }
}
