//! A connection on which nothing is said.

use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{Flight, Reception, Stop};

pub(super) const KIND: Kind = Kind {
    name: "accept-silent",
    family: Family::Tcp,
    meaning: "Accepts, never sends a byte, and keeps the connection open until the client ends it.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Reception(accept_silent),
};

fn accept_silent(_args: &Args) -> Reception {
    Reception { stop: Some((Flight::Accept, Stop::Silent)), ..Reception::default() }
}
