//! A stream without the event that ends it.

use bytes::Bytes;

use super::{events, read};
use crate::fault::kinds::places::ranges;
use crate::fault::{Action, Args, Family, Item, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "no-done",
    family: Family::Events,
    meaning: "Leaves out the last event `data: [DONE]`, by which streaming APIs say that nothing is missing; the body ends in an orderly way.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(leave_out),
};

fn leave_out(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let content = events(scene)?;
    let is_done = |range: &std::ops::Range<u64>| {
        read(&content.slice(range)).data.trim_ascii().eq_ignore_ascii_case(b"[DONE]")
    };
    let done = ranges(&content.layout.events).into_iter().rfind(is_done);
    let done = done.ok_or_else(|| Misfit::new("it needs an event `data: [DONE]`"))?;
    scene.replace(Item::Content(done), Bytes::new())
}
