//! When a packet was captured.

/// Nanoseconds since 1970-01-01T00:00:00Z, by the clock of the machine that captured. It may jump, back too.
/// Zero: the file does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixNanos(pub u64);

impl UnixNanos {
    /// The file does not say.
    pub const UNKNOWN: Self = Self(0);

    /// The file says.
    pub const fn is_known(self) -> bool {
        self.0 != 0
    }

    /// Nanoseconds from then to this; 0 if the clock went back.
    pub const fn since(self, then: Self) -> u64 {
        self.0.saturating_sub(then.0)
    }
}
