//! The server says no more, and goes on reading.

use crate::fault::{Action, Args, Break, End, Family, Kind, PointUse, Random};

pub(super) const KIND: Kind = Kind {
    name: "half-close",
    family: Family::Tcp,
    meaning: "Sends exactly the bytes before the point, then FIN, and keeps reading until the client ends. Over HTTP/2 as `close`.",
    standard: true,
    params: &[],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Break(half_close),
};

fn half_close(_args: &Args, _random: &mut Random) -> Break {
    Break { end: Some(End::HalfClose), ..Break::default() }
}
