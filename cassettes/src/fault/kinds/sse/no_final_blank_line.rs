//! A last event that nothing ends.

use bytes::Bytes;

use super::events;
use crate::fault::{Action, Args, Family, Item, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "no-final-blank-line",
    family: Family::Events,
    meaning: "Leaves out the empty line after the last event; the body ends in an orderly way. By the standard a client drops such an event.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(leave_out),
};

fn leave_out(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let content = events(scene)?;
    let end = content.layout.events.last().copied().unwrap_or(0);
    if end < content.len() {
        return Err(Misfit::new("its last event is not ended by an empty line as it is"));
    }
    let len = if content.bytes.ends_with(b"\r\n") { 2 } else { 1 };
    scene.replace(Item::Content(end.saturating_sub(len)..end), Bytes::new())
}
