//! An event that is not whole.

use super::events;
use crate::fault::kinds::places::{end_early, middle};
use crate::fault::{
    Action, Args, Break, End, Family, Kind, Misfit, Param, Point, PointUse, Scene, edit,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "cut-event",
    family: Family::Events,
    meaning: "Takes `at event K`. Sends all before the middle of that event, then FIN; over HTTP/2 `END_STREAM`. A client must not take half an event for one.",
    standard: true,
    params: &[Param::flag("clean", "the body ends there in an orderly way: its framing is whole")],
    point: PointUse::Required,
    breaks: true,
    samples: &["", "clean"],
    action: Action::Edit(cut),
};

fn cut(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let content = events(scene)?;
    let middle = middle(&content.thing(at.unwrap_or(&Point::Event(1)), "event")?);
    if args.has("clean") {
        return end_early(scene, middle, content.len());
    }
    let broken = Break { end: Some(End::Close), ..Break::default() };
    edit::break_at(scene, &Point::Body(middle), broken)
}
