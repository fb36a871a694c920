//! Whether a client is read from.

use cassettes::model::{Step, Timestamp};

use super::burst::Burst;

/// What a fault has done to hearing a client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Deafness {
    /// It is read as it speaks.
    #[default]
    None,
    /// It is not read until then.
    Until(Timestamp),
    /// It is read no more.
    Forever,
}

impl Deafness {
    /// Stops reading where the steps say so: for the time that they wait then, or for ever.
    pub(super) fn follow(&mut self, burst: &Burst) {
        let stops = burst.steps.iter().position(|step| *step == Step::StopReading);
        let Some(at) = stops else { return };
        *self = match burst.steps.get(at + 1) {
            Some(Step::Delay(time)) => Self::Until(burst.now.later(*time)),
            _ => Self::Forever,
        };
    }

    /// So late it is.
    pub(super) fn pass_time(&mut self, now: Timestamp) {
        if self.poll_timeout().is_some_and(|end| end <= now) {
            *self = Self::None;
        }
    }

    /// When the client is read again.
    pub(super) const fn poll_timeout(self) -> Option<Timestamp> {
        match self {
            Self::Until(end) => Some(end),
            Self::None | Self::Forever => None,
        }
    }
}
