//! A handshake that gets stuck.

use super::flight::{FLIGHT, flight};
use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{Reception, Stop};

pub(super) const KIND: Kind = Kind {
    name: "tls-stall",
    family: Family::Tls,
    meaning: "Says nothing more, with the socket open, in place of the server's first flight of the handshake, or with `flight 2` once the client has finished it.",
    standard: true,
    params: &[FLIGHT],
    point: PointUse::None,
    breaks: true,
    samples: &["", "flight 2"],
    action: Action::Reception(tls_stall),
};

fn tls_stall(args: &Args) -> Reception {
    Reception { stop: Some((flight(args), Stop::Silent)), ..Reception::default() }
}
