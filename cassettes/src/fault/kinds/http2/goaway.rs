//! A connection is given up.

use super::{CODES, code, stream};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::http2::{ErrorCode, compose};

pub(super) const KIND: Kind = Kind {
    name: "goaway",
    family: Family::Http2,
    meaning: "Sends GOAWAY with this code at the point. Streams after the last one that it tells are not answered any more; those up to it are, \
              then the connection closes.",
    standard: true,
    params: &[
        Param::place("code", CODES, "why"),
        Param::keyed(
            "last",
            ParamType::Number(0, (1 << 31) - 1),
            "the last stream that is answered, by its recorded number; default: the one before this, so that this request can be sent again",
        ),
    ],
    point: PointUse::Default(Point::Head),
    breaks: true,
    samples: &["NO_ERROR", "ENHANCE_YOUR_CALM"],
    action: Action::Edit(goaway),
};

fn goaway(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let own = stream(scene)?;
    let (mut steps, rest) = scene.cut(at.unwrap_or(&Point::Head))?;
    let last = args.number("last").and_then(|last| u32::try_from(last).ok());
    let last = last.unwrap_or(own.saturating_sub(2));
    let code = code(args.text("code"), ErrorCode::NO_ERROR);
    steps.push(Step::Send(compose::goaway(last, code, b"").encode()));
    if last >= own {
        steps.extend(rest);
    }
    Ok(Script { steps })
}
