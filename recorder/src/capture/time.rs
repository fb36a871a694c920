//! When a packet was captured.

/// Nanoseconds since 1970-01-01T00:00:00Z, by the clock of the machine that captured. It may jump, back too.
/// Zero: the file does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixNanos(pub u64);

impl UnixNanos {
    /// The file does not say.
    pub const UNKNOWN: Self = Self(0);

    /// This many nanoseconds after the second.
    pub const fn new(seconds: u32, nanos: u64) -> Self {
        // 2³² seconds are less than a quarter of 2⁶⁴ nanoseconds.
        Self((seconds as u64 * 1_000_000_000).saturating_add(nanos))
    }

    /// The file says.
    pub const fn is_known(self) -> bool {
        self.0 != 0
    }

    /// Nanoseconds from then to this; 0 if the clock went back.
    pub const fn since(self, then: Self) -> u64 {
        self.0.saturating_sub(then.0)
    }
}
