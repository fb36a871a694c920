//! When a peer asks for more than any client needs.
//!
//! Each of these frames is cheap to send and makes the receiver work, or answer. Windows, stream counts and header lists
//! have limits of their own; what is counted here has none in the standard.

use super::{ErrorCode, Frame, Kind, compose};
use crate::model::Timestamp;

/// SETTINGS are each answered. A client sends them once, and a few more when a window grows.
pub const SETTINGS: Rate = Rate { burst: 100, per_second: 10 };

/// PING are each answered. Clients that measure the round trip send one for every few DATA frames.
pub const PINGS: Rate = Rate { burst: 1000, per_second: 100 };

/// Streams that are reset each cost the work of a request (CVE-2023-44487). A client that gives up may reset all
/// that it has open at once: a thousand is more than any opens.
pub const RESETS: Rate = Rate { burst: 2000, per_second: 100 };

/// DATA of no data that end nothing, and acknowledgements: there is nothing to be said by many of them (CVE-2019-9518).
pub const EMPTY: Rate = Rate { burst: 1000, per_second: 100 };

/// PRIORITY, and frames that RFC 9113 does not know. A browser sends one or two for each stream.
pub const OTHERS: Rate = Rate { burst: 5000, per_second: 500 };

/// How many may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// After that, for as long as it takes.
    pub per_second: u32,
}

/// What there was too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", self.reason())]
pub enum Flood {
    /// See [`SETTINGS`].
    Settings,
    /// See [`PINGS`].
    Pings,
    /// See [`RESETS`].
    Resets,
    /// See [`EMPTY`].
    Empty,
    /// See [`OTHERS`].
    Others,
}

impl Flood {
    /// A fixed text, lower-case, for people: the same as it displays.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Settings => "more SETTINGS than any client needs",
            Self::Pings => "more PINGs than any client needs",
            Self::Resets => "more streams reset than any client needs",
            Self::Empty => "more empty frames than any client needs",
            Self::Others => "more PRIORITY or unknown frames than any client needs",
        }
    }

    /// The GOAWAY that a server answers with.
    pub fn goaway(self, last_stream: u32) -> Frame {
        compose::goaway(last_stream, ErrorCode::ENHANCE_YOUR_CALM, self.reason().as_bytes())
    }
}

/// Counts what a peer sends, over one connection.
#[derive(Debug, Clone)]
pub struct FloodGuard {
    settings: Meter,
    pings: Meter,
    resets: Meter,
    empty: Meter,
    others: Meter,
}

impl Default for FloodGuard {
    fn default() -> Self {
        Self::new()
    }
}

impl FloodGuard {
    /// Nothing has come.
    pub const fn new() -> Self {
        Self {
            settings: Meter::new(SETTINGS),
            pings: Meter::new(PINGS),
            resets: Meter::new(RESETS),
            empty: Meter::new(EMPTY),
            others: Meter::new(OTHERS),
        }
    }

    /// Takes a frame that the peer sent.
    pub fn receive(&mut self, frame: &Frame, now: Timestamp) -> Result<(), Flood> {
        let (meter, flood) = match frame.kind() {
            Kind::Settings | Kind::Ping if frame.is_ack() => (&mut self.empty, Flood::Empty),
            Kind::Settings => (&mut self.settings, Flood::Settings),
            Kind::Ping => (&mut self.pings, Flood::Pings),
            Kind::RstStream => (&mut self.resets, Flood::Resets),
            Kind::Data if frame.payload.len() == frame.padding() && !frame.ends_stream() => {
                (&mut self.empty, Flood::Empty)
            }
            Kind::Priority | Kind::Other(_) => (&mut self.others, Flood::Others),
            _ => return Ok(()),
        };
        if meter.takes(now) { Ok(()) } else { Err(flood) }
    }

    /// Takes note that this side had to reset a stream, because of what the peer sent on it: work as much as the
    /// other way round (CVE-2025-8671).
    pub fn provoked_reset(&mut self, now: Timestamp) -> Result<(), Flood> {
        if self.resets.takes(now) { Ok(()) } else { Err(Flood::Resets) }
    }
}

/// A bucket that leaks at a steady rate and never runs over.
#[derive(Debug, Clone, Copy)]
struct Meter {
    /// When the bucket will be empty, in nanoseconds.
    empty_at: u64,
    /// How long one frame takes to leak out.
    each: u64,
    /// How long all take that fit.
    full: u64,
}

impl Meter {
    const fn new(rate: Rate) -> Self {
        let each = 1_000_000_000 / rate.per_second as u64;
        Self { empty_at: 0, each, full: each * rate.burst as u64 }
    }

    fn takes(&mut self, now: Timestamp) -> bool {
        let now = now.as_nanos();
        let after = self.empty_at.max(now).saturating_add(self.each);
        let fits = after - now <= self.full;
        if fits {
            self.empty_at = after;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::wire::http2::flag;

    const SECOND: u64 = 1_000_000_000;

    /// How many of these frames are taken when all come at once.
    fn taken(frame: &Frame) -> u32 {
        let mut guard = FloodGuard::new();
        let taken = (0..10_000).take_while(|_| guard.receive(frame, Timestamp::ZERO).is_ok());
        u32::try_from(taken.count()).unwrap()
    }

    #[test]
    fn every_flood_has_an_end() {
        assert_eq!(taken(&compose::settings(&[])), SETTINGS.burst);
        assert_eq!(taken(&compose::settings_ack()), EMPTY.burst);
        assert_eq!(taken(&compose::ping([0; 8])), PINGS.burst);
        assert_eq!(taken(&compose::rst_stream(1, ErrorCode::CANCEL)), RESETS.burst);
        assert_eq!(taken(&compose::data(1, Bytes::new(), false)), EMPTY.burst);
        let padded = Frame::new(Kind::Data, flag::PADDED, 1, Bytes::from_static(b"\x02\0\0"));
        assert_eq!(taken(&padded), EMPTY.burst);
        assert_eq!(taken(&Frame::new(Kind::Other(0x10), 0, 0, Bytes::new())), OTHERS.burst);
    }

    #[test]
    fn what_carries_something_is_never_a_flood() {
        assert_eq!(taken(&compose::data(1, Bytes::from_static(b"x"), false)), 10_000);
        assert_eq!(taken(&compose::data(1, Bytes::new(), true)), 10_000);
        assert_eq!(taken(&compose::headers(1, Bytes::new(), true)), 10_000);
        assert_eq!(taken(&compose::window_update(1, 1)), 10_000);
    }

    #[test]
    fn a_client_that_pings_every_second_may_do_so_for_days() {
        let mut guard = FloodGuard::new();
        let ping = compose::ping([0; 8]);
        for second in 0..200_000 {
            let now = Timestamp::from_nanos(second * SECOND);
            assert_eq!(guard.receive(&ping, now), Ok(()));
        }
    }

    #[test]
    fn a_flood_ends_what_a_pause_allows_again() {
        let mut guard = FloodGuard::new();
        let at = Timestamp::from_nanos;
        let resets = |guard: &mut FloodGuard, now| {
            (0..10_000).take_while(|_| guard.provoked_reset(now).is_ok()).count()
        };
        assert_eq!(resets(&mut guard, at(0)), RESETS.burst as usize);
        assert_eq!(guard.provoked_reset(at(1)), Err(Flood::Resets));
        assert_eq!(resets(&mut guard, at(SECOND)), RESETS.per_second as usize);
    }

    #[test]
    fn a_flood_is_answered_with_a_plea_for_calm() {
        let goaway = Flood::Resets.goaway(7).goaway().unwrap();
        assert_eq!((goaway.last_stream, goaway.code), (7, ErrorCode::ENHANCE_YOUR_CALM));
    }
}
