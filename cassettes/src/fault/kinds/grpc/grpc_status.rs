//! A call that fails after all.

use super::flavour::Call;
use super::status::{PARAMS, Status};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "grpc-status",
    family: Family::Grpc,
    meaning: "Sends all messages, then trailers with another status. In gRPC-Web and Connect: in the last message, where they have it.",
    standard: true,
    params: PARAMS,
    point: PointUse::None,
    breaks: true,
    samples: &["UNAVAILABLE", "INTERNAL", "RESOURCE_EXHAUSTED pushback 10ms"],
    action: Action::Edit(fail),
};

fn fail(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut call = Call::of(scene)?;
    call.cut(u64::MAX);
    call.end_with(&Status::of(args));
    Ok(call.answer.into_script(scene))
}
