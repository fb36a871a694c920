//! A stream that does not end.

use super::{stream, unended};
use crate::fault::{Action, Args, End, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "no-end-stream",
    family: Family::Http2,
    meaning: "Sends the whole answer but what ends its stream: without `END_STREAM`, without trailers. The stream stays open, and others go on.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(leave_open),
};

fn leave_open(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    stream(scene)?;
    let mut steps = unended(scene, scene.script.steps.clone());
    let ending = scene.ending(End::Stall, false, &steps);
    steps.extend(ending);
    Ok(Script { steps })
}
