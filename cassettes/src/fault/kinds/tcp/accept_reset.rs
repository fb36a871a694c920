//! A connection that is broken off at once.

use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{Flight, Reception, Stop};

pub(super) const KIND: Kind = Kind {
    name: "accept-reset",
    family: Family::Tcp,
    meaning: "Accepts, and sends RST without a byte.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Reception(accept_reset),
};

fn accept_reset(_args: &Args) -> Reception {
    Reception { stop: Some((Flight::Accept, Stop::Reset)), ..Reception::default() }
}
