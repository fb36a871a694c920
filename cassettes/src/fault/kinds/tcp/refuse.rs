//! Nobody is there.

use crate::fault::{Action, Args, Family, Kind, Param, ParamType, PointUse};
use crate::model::{Flight, Reception, Stop};

pub(super) const KIND: Kind = Kind {
    name: "refuse",
    family: Family::Tcp,
    meaning: "Nobody listens: who connects is refused (RST in answer to SYN). With `for`, until so long after the first attempt. A client that comes \
              later than first is accepted, since somebody listens by then, and gets RST.",
    standard: true,
    params: &[Param::keyed(
        "for",
        ParamType::Time,
        "somebody listens again after that; default: for the next connection that is not hit",
    )],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Reception(refuse),
};

fn refuse(args: &Args) -> Reception {
    let stop = Some((Flight::Accept, Stop::Refuse));
    Reception { delay: args.time("for"), stop, ..Reception::default() }
}
