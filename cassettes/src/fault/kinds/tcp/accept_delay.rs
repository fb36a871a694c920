//! A server that is slow to begin.

use crate::fault::{Action, Args, Family, Kind, Param, ParamType, PointUse};
use crate::model::Reception;

pub(super) const KIND: Kind = Kind {
    name: "accept-delay",
    family: Family::Tcp,
    meaning: "Accepts, and reads nothing for this time. Then all goes on as usual: TLS, too, begins only then.",
    standard: false,
    params: &[Param::place("time", ParamType::Time, "how long")],
    point: PointUse::None,
    breaks: true,
    samples: &["250ms"],
    action: Action::Reception(accept_delay),
};

fn accept_delay(args: &Args) -> Reception {
    Reception { delay: args.time("time"), ..Reception::default() }
}
