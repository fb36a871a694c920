//! A stream is broken off, with a code.

use super::{CODES, code, stream, unended};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::http2::{ErrorCode, compose};

pub(super) const KIND: Kind = Kind {
    name: "rst",
    family: Family::Http2,
    meaning: "Sends exactly what is before the point, then `RST_STREAM` with this code. The stream has not ended before: `END_STREAM` and trailers \
              are left out. Other streams go on.",
    standard: true,
    params: &[Param::place("code", CODES, "why")],
    point: PointUse::Required,
    breaks: true,
    samples: &["CANCEL", "NO_ERROR"],
    action: Action::Edit(rst),
};

fn rst(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let stream = stream(scene)?;
    let (before, _) = scene.cut(at.unwrap_or(&Point::Head))?;
    let mut steps = unended(scene, before);
    let code = code(args.text("code"), ErrorCode::CANCEL);
    steps.push(Step::Send(compose::rst_stream(stream, code).encode()));
    Ok(Script { steps })
}
