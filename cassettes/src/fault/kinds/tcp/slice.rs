//! An answer in slices.

use std::time::Duration;

use super::pieces::Pieces;
use crate::fault::{Action, Args, Family, Kind, Param, ParamType, PointUse, Random, Shaper};
use crate::model::Step;

pub(super) const KIND: Kind = Kind {
    name: "slice",
    family: Family::Tcp,
    meaning: "Sends so many bytes at a time, and waits that long between two such writes, whatever was recorded.",
    standard: true,
    params: &[
        Param::place("size", ParamType::Bytes, "how many at a time"),
        Param::keyed("every", ParamType::Time, "how long between two writes").needed(),
    ],
    point: PointUse::None,
    breaks: false,
    samples: &["512 every 10ms"],
    action: Action::Shape(make),
};

fn make(args: &Args, _random: Random) -> Box<dyn Shaper> {
    let pieces = Pieces::of(args.bytes("size").unwrap_or(1));
    Box::new(Slice { pieces, every: args.time("every").unwrap_or_default(), speaks: false })
}

#[derive(Debug)]
struct Slice {
    pieces: Pieces,
    every: Duration,
    /// Something was sent since the server last waited for the client.
    speaks: bool,
}

impl Shaper for Slice {
    fn step(&mut self, step: Step, out: &mut Vec<Step>) {
        let Step::Send(mut bytes) = step else {
            self.speaks &= !matches!(step, Step::Receive(_));
            return out.push(step);
        };
        while let Some(piece) = self.pieces.next(&mut bytes) {
            if std::mem::replace(&mut self.speaks, true) {
                out.extend([Step::Flush, Step::Delay(self.every)]);
            }
            out.push(Step::Send(piece));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, exchange, played};

    #[test]
    fn time_passes_between_slices_and_not_before_the_first() {
        assert_eq!(
            played("slice 3 every 5ms", &exchange(GET, &["abcde", "f"])),
            "abc<Flush><Delay(5ms)>de<Flush><Delay(5ms)>f"
        );
    }
}
