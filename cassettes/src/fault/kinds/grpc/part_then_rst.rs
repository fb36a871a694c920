//! A message of which only a part comes.

use super::message;
use crate::fault::kinds::http2::{CODES, code, unended};
use crate::fault::kinds::places::middle;
use crate::fault::{Action, Args, End, Family, Kind, Misfit, Param, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::http2::{ErrorCode, compose, stream_of};

pub(super) const KIND: Kind = Kind {
    name: "part-then-rst",
    family: Family::Grpc,
    meaning: "Sends all before the middle of a message, then `RST_STREAM`; over HTTP/1 RST.",
    standard: true,
    params: &[Param::place("code", CODES, "of `RST_STREAM`; default: INTERNAL_ERROR").optional()],
    point: PointUse::Default(Point::Message(1)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(break_off),
};

fn break_off(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (range, _) = message(scene, at)?;
    let (mut steps, _) = scene.cut(&Point::Body(middle(&range)))?;
    if scene.is_http2() {
        steps = unended(scene, steps);
        let code = code(args.text("code"), ErrorCode::INTERNAL_ERROR);
        steps.push(Step::Send(compose::rst_stream(stream_of(scene.exchange), code).encode()));
    } else {
        steps.extend(scene.ending(End::Reset, true, &[]));
    }
    Ok(Script { steps })
}
