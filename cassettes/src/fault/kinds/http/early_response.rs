//! The answer, before the request is whole.

use crate::fault::asking::answer_at;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "early-response",
    family: Family::Http,
    meaning: "Gives the answer once the client has sent this much of its request, and waits for no more of it; the rest is read, and not compared. \
              With `status 413 on …` before it, that is told early.",
    standard: false,
    params: &[],
    point: PointUse::Request(Point::AfterHeaders),
    breaks: false,
    samples: &[""],
    action: Action::Edit(early_response),
};

fn early_response(
    scene: &mut Scene<'_>,
    _args: &Args,
    at: Option<&Point>,
) -> Result<Script, Misfit> {
    if scene.request().is_none_or(|request| request.raw_body.is_empty()) {
        return Err(Misfit::new("the request has no body that it could precede"));
    }
    answer_at(scene, at.unwrap_or(&Point::AfterHeaders))
}
