//! The connection ends in an orderly way, too early.

use crate::fault::{Action, Args, Break, End, Family, Kind, Param, PointUse, Random};

pub(super) const KIND: Kind = Kind {
    name: "close",
    family: Family::Tcp,
    meaning: "Sends exactly the bytes before the point, then FIN (in TLS after `close_notify`). Over HTTP/2 the stream ends there with \
              `END_STREAM`, or before its head with `RST_STREAM` (CANCEL).",
    standard: true,
    params: &[Param::flag("connection", "over HTTP/2, ends the connection and all its streams")],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Break(close),
};

fn close(args: &Args, _random: &mut Random) -> Break {
    Break { end: Some(End::Close), connection: args.has("connection"), ..Break::default() }
}
