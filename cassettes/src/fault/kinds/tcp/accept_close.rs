//! A connection that ends at once.

use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{Flight, Reception, Stop};

pub(super) const KIND: Kind = Kind {
    name: "accept-close",
    family: Family::Tcp,
    meaning: "Accepts, and sends FIN without a byte: an end of file where an answer is awaited.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Reception(accept_close),
};

fn accept_close(_args: &Args) -> Reception {
    Reception { stop: Some((Flight::Accept, Stop::Close)), ..Reception::default() }
}
