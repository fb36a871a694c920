//! JSON in an event that is none.

use bytes::Bytes;
use serde::de::IgnoredAny;

use super::{events, put_field, read};
use crate::fault::{Action, Args, Family, Item, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "bad-event-json",
    family: Family::Events,
    meaning: "Takes `at event K`, whose data is JSON, and sends the first half of that data: the event is whole, and what it holds is not.",
    standard: false,
    params: &[],
    point: PointUse::Default(Point::Event(1)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(halve),
};

fn halve(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let content = events(scene)?;
    let range = content.thing(at.unwrap_or(&Point::Event(1)), "event")?;
    let event = read(&content.slice(&range));
    if !is_json(&event.data) {
        return Err(Misfit::new("it needs an event whose data is JSON"));
    }
    let half = event.data.get(..event.data.len() / 2).filter(|half| !is_json(half));
    let mut text = Vec::new();
    if !event.name.is_empty() {
        put_field(&mut text, "event", &event.name);
    }
    event.id.iter().for_each(|id| put_field(&mut text, "id", id));
    put_field(&mut text, "data", half.unwrap_or_default());
    text.push(b'\n');
    scene.replace(Item::Content(range), Bytes::from(text))
}

fn is_json(data: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(data).is_ok()
}
