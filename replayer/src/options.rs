//! How to replay.

use std::str::FromStr;
use std::time::Duration;

use cassettes::fault::FaultSet;
use cassettes::format::Journal;

/// How to replay.
#[derive(Debug, Clone, Default)]
pub struct ReplayOptions {
    /// How fast answers come.
    pub pace: Pace,
    /// Once all that fit a request were played, play the last of them again, and again.
    pub repeat_last: bool,
    /// Whether the recorded order binds the client.
    pub order: Order,
    /// Whether the recorded version of HTTP binds the client.
    pub http: HttpMatch,
    /// What a client may take.
    pub limits: Limits,
    /// What is broken on purpose. Its numbers of exchanges, and of connections, run on from cassette to cassette.
    pub faults: FaultSet,
    /// Where to write down what this client did, and was sent.
    pub transcript: Option<Journal>,
}

/// How fast recorded time passes in a replay.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Pace {
    /// Answers come at once, chunks joined.
    #[default]
    Instant,
    /// So many times as fast as recorded, chunk by chunk. 1: as recorded. A timer of the operating system has
    /// 1 ms, so shorter waits are rounded to that.
    Times(f64),
}

/// Whether the recorded order binds the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Requests may come in any order.
    #[default]
    Any,
    /// An exchange is served only once every exchange that ended before it began was asked for.
    Recorded,
}

/// Whether the recorded version of HTTP binds the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpMatch {
    /// An exchange is served over the version over which it was recorded. A request that only fits one of another version is a
    /// miss that says so.
    #[default]
    Exact,
    /// An exchange is translated if it was recorded over another version, which the report notes.
    Any,
}

/// What a client may take before it is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From a head's first byte to its last. A client that needs longer (slow-loris) holds a connection for nothing.
    pub head: Duration,
    /// From one piece of an unfinished request, or of a tail in lock-step, to the next. A client
    /// that is silent for longer does something else than the recorded one.
    pub step: Duration,
    /// Connections at once; further ones wait in the listener's backlog. Each takes a file descriptor and some
    /// 20 KiB.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head: Duration::from_secs(30), step: Duration::from_secs(30), connections: 10_000 }
    }
}

impl Pace {
    /// How long a recorded wait takes.
    pub(crate) fn scale(self, recorded: Duration) -> Duration {
        match self {
            Self::Instant => Duration::ZERO,
            Self::Times(factor) => {
                Duration::try_from_secs_f64(recorded.as_secs_f64() / factor).unwrap_or(recorded)
            }
        }
    }
}

/// Why a text is no pace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pace {0:?} is none of `instant`, `recorded`, `xN` (N times as fast, a number above 0)")]
pub struct PaceError(pub String);

impl FromStr for Pace {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        let refuse = || PaceError(text.to_owned());
        match text {
            "instant" => Ok(Self::Instant),
            "recorded" => Ok(Self::Times(1.0)),
            _ => {
                let factor = text.strip_prefix('x').ok_or_else(refuse)?;
                let factor = factor.parse::<f64>().map_err(|_| refuse())?;
                (factor.is_finite() && factor > 0.0)
                    .then_some(Self::Times(factor))
                    .ok_or_else(refuse)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_read_as_it_is_typed() {
        assert_eq!("instant".parse(), Ok(Pace::Instant));
        assert_eq!("recorded".parse(), Ok(Pace::Times(1.0)));
        assert_eq!("x2.5".parse(), Ok(Pace::Times(2.5)));
        for wrong in ["", "x", "x0", "x-1", "xinf", "2", "fast"] {
            assert!(wrong.parse::<Pace>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn recorded_time_passes_at_the_pace() {
        let second = Duration::from_secs(1);
        assert_eq!(Pace::Instant.scale(second), Duration::ZERO);
        assert_eq!(Pace::Times(4.0).scale(second), Duration::from_millis(250));
        assert_eq!(Pace::Times(1e-300).scale(second), second);
    }
}
