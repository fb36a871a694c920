//! An answer byte by byte.

use super::pieces::Pieces;
use crate::fault::{Action, Args, Family, Kind, PointUse, Random, Shaper};
use crate::model::Step;

pub(super) const KIND: Kind = Kind {
    name: "byte-wise",
    family: Family::Tcp,
    meaning: "Sends each byte in a write of its own, and in TLS in a record of its own. The first 16,384 of them; then pieces of two, and so on.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Shape(make),
};

fn make(_args: &Args, _random: Random) -> Box<dyn Shaper> {
    Box::new(ByteWise { pieces: Pieces::of(1) })
}

#[derive(Debug)]
struct ByteWise {
    pieces: Pieces,
}

impl Shaper for ByteWise {
    fn step(&mut self, step: Step, out: &mut Vec<Step>) {
        let Step::Send(mut bytes) = step else { return out.push(step) };
        while let Some(piece) = self.pieces.next(&mut bytes) {
            out.extend([Step::Send(piece), Step::Flush]);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, exchange, played};

    #[test]
    fn each_byte_goes_out_by_itself() {
        let played = played("byte-wise", &exchange(GET, &["ab", "c"]));
        assert_eq!(played, "a<Flush>b<Flush>c<Flush>");
    }
}
