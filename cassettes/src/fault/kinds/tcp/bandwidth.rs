//! A thin line.

use std::time::Duration;

use bytes::Bytes;

use super::pieces::Pieces;
use crate::fault::{Action, Args, Family, Kind, Param, ParamType, PointUse, Random, Shaper};
use crate::model::Step;

pub(super) const KIND: Kind = Kind {
    name: "bandwidth",
    family: Family::Tcp,
    meaning: "Sends no more than so many bytes a second, as a token bucket lets them through: each byte when its time has come, in pieces of a twentieth of a second. `burst` bytes pass at once, and again whenever the server has waited for the client.",
    standard: true,
    params: &[
        Param::place("rate", ParamType::Rate, "how many bytes a second"),
        Param::keyed("burst", ParamType::Bytes, "so many pass at once; default: 0"),
    ],
    point: PointUse::None,
    breaks: false,
    samples: &["100KiB/s"],
    action: Action::Shape(make),
};

/// A piece is what passes in this part of a second.
const PIECES_PER_SECOND: u64 = 20;

fn make(args: &Args, _random: Random) -> Box<dyn Shaper> {
    let rate = args.rate("rate").unwrap_or(u64::MAX).max(1);
    let burst = args.bytes("burst").unwrap_or(0);
    let pieces = Pieces::of(rate / PIECES_PER_SECOND);
    Box::new(Bandwidth { rate, burst, tokens: burst, pieces, metered: 0, waited: Duration::ZERO })
}

#[derive(Debug)]
struct Bandwidth {
    /// Bytes per second; at least one.
    rate: u64,
    burst: u64,
    /// How many bytes may pass at once.
    tokens: u64,
    pieces: Pieces,
    /// Bytes that had to wait, and for how long in all: each wait is the difference, so that no error adds up.
    metered: u64,
    waited: Duration,
}

impl Bandwidth {
    fn send(&mut self, mut bytes: Bytes, out: &mut Vec<Step>) {
        let free = usize::try_from(self.tokens).unwrap_or(usize::MAX).min(bytes.len());
        let first = bytes.split_to(free);
        self.tokens -= first.len() as u64;
        out.extend(Some(first).filter(|first| !first.is_empty()).map(Step::Send));
        while let Some(piece) = self.pieces.next(&mut bytes) {
            out.extend([Step::Delay(self.wait(piece.len() as u64)), Step::Send(piece)]);
        }
    }

    /// Until that many more have passed.
    fn wait(&mut self, bytes: u64) -> Duration {
        self.metered = self.metered.saturating_add(bytes);
        let nanos = u128::from(self.metered) * 1_000_000_000 / u128::from(self.rate);
        let until = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let wait = until.saturating_sub(self.waited);
        self.waited = until;
        wait
    }
}

impl Shaper for Bandwidth {
    fn step(&mut self, step: Step, out: &mut Vec<Step>) {
        match step {
            Step::Send(bytes) => return self.send(bytes, out),
            Step::Receive(_) => self.tokens = self.burst,
            _ => {}
        }
        out.push(step);
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, exchange, http2, played};

    #[test]
    fn each_byte_has_its_time_and_errors_do_not_add_up() {
        // Pieces of 3 bytes, at 60 bytes a second.
        assert_eq!(
            played("bandwidth 60/s", &exchange(GET, &["abcd", "efgh"])),
            "<Delay(50ms)>abc<Delay(16.666666ms)>d<Delay(50ms)>efg<Delay(16.666667ms)>h"
        );
    }

    #[test]
    fn a_burst_passes_at_once_until_the_bucket_is_empty() {
        let played = played("bandwidth 1000/s burst 5", &exchange(GET, &["abcd", "efgh"]));
        assert_eq!(played, "abcde<Delay(3ms)>fgh");
    }

    #[test]
    fn over_http2_only_data_is_cut() {
        let played = played("bandwidth 100/s", &http2("0123456789"));
        let end = "[0]<Delay(50ms)>[12345]<Delay(40ms)>[6789 END]";
        assert!(played.ends_with(end), "{played}");
    }
}
