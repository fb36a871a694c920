//! The connection is broken off.

use crate::fault::{Action, Args, Break, End, Family, Kind, Param, PointUse, Random};

pub(super) const KIND: Kind = Kind {
    name: "reset",
    family: Family::Tcp,
    meaning: "Sends exactly the bytes before the point, sees them delivered, then RST. Over HTTP/2 the stream ends with `RST_STREAM` (INTERNAL_ERROR).",
    standard: true,
    params: &[
        Param::flag("drain", "what precedes the point is delivered first: the default"),
        Param::flag(
            "drop",
            "what precedes the point, since the client was last waited for, is lost",
        ),
        Param::flag("connection", "over HTTP/2, breaks the connection off, and all its streams"),
    ],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Break(reset),
};

fn reset(args: &Args, _random: &mut Random) -> Break {
    Break {
        drops: args.has("drop"),
        end: Some(End::Reset),
        connection: args.has("connection"),
        ..Break::default()
    }
}
