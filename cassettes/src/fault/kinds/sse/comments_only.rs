//! A stream that is alive and says nothing.

use bytes::Bytes;

use super::events;
use crate::fault::kinds::places::ranges;
use crate::fault::{Action, Answer, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "comments-only",
    family: Family::Events,
    meaning: "Sends a comment (`: keep-alive`) in the place of each event.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(comments),
};

fn comments(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let content = events(scene)?;
    let mut answer = Answer::of(scene)?;
    for range in ranges(&content.layout.events).into_iter().rev() {
        answer.splice(range, Bytes::from_static(b": keep-alive\n\n"));
    }
    Ok(answer.into_script(scene))
}
