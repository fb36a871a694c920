//! A handshake that is broken off.

use super::flight::{FLIGHT, flight};
use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{Reception, Stop};

pub(super) const KIND: Kind = Kind {
    name: "tls-reset",
    family: Family::Tls,
    meaning: "Breaks the connection off with RST in place of the server's first flight of the handshake, or with `flight 2` once the client has finished it.",
    standard: true,
    params: &[FLIGHT],
    point: PointUse::None,
    breaks: true,
    samples: &["", "flight 2"],
    action: Action::Reception(tls_reset),
};

fn tls_reset(args: &Args) -> Reception {
    Reception { stop: Some((flight(args), Stop::Reset)), ..Reception::default() }
}
