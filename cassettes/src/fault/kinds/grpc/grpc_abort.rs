//! A call that fails amid its messages.

use super::flavour::Call;
use super::status::{PARAMS, Status};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "grpc-abort",
    family: Family::Grpc,
    meaning: "Sends exactly the messages before the point, or of a message what is before it, then trailers with this status: `at message 2` after \
              two messages.",
    standard: true,
    params: PARAMS,
    point: PointUse::Required,
    breaks: true,
    samples: &["UNAVAILABLE"],
    action: Action::Edit(abort),
};

fn abort(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let mut call = Call::of(scene)?;
    let place = call.place(at.unwrap_or(&Point::End))?;
    call.cut(place);
    call.end_with(&Status::of(args));
    Ok(call.answer.into_script(scene))
}
