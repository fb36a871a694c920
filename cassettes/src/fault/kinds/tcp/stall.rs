//! Silence, with the socket open.

use crate::fault::{Action, Args, Break, End, Family, Kind, Param, ParamType, PointUse, Random};
use crate::model::Step;

pub(super) const KIND: Kind = Kind {
    name: "stall",
    family: Family::Tcp,
    meaning: "Sends exactly the bytes before the point, then nothing, with the socket open; after the time, the rest. Over HTTP/2 this stream \
              only: others go on.",
    standard: true,
    params: &[Param::keyed("for", ParamType::TimeOrForever, "how long; default: forever")],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Break(stall),
};

fn stall(args: &Args, _random: &mut Random) -> Break {
    match args.time("for") {
        Some(time) => Break { steps: vec![Step::Flush, Step::Delay(time)], ..Break::default() },
        None => Break { end: Some(End::Stall), ..Break::default() },
    }
}
