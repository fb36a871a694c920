//! A handshake that ends early.

use super::flight::{FLIGHT, flight};
use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{Reception, Stop};

pub(super) const KIND: Kind = Kind {
    name: "tls-close",
    family: Family::Tls,
    meaning: "Ends the connection with FIN in place of the server's first flight of the handshake, or with `flight 2` once the client has finished it.",
    standard: true,
    params: &[FLIGHT],
    point: PointUse::None,
    breaks: true,
    samples: &["", "flight 2"],
    action: Action::Reception(tls_close),
};

fn tls_close(args: &Args) -> Reception {
    Reception { stop: Some((flight(args), Stop::Close)), ..Reception::default() }
}
