//! An event that says that something went wrong.

use bytes::Bytes;

use super::{events, put_field};
use crate::fault::kinds::places::{Content, end_early, put_in};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "error-event",
    family: Family::Events,
    meaning: "Puts an event named `error` in at the point, as streaming APIs send it after their 200; the rest follows. The point is an event's \
              end, or the body's start.",
    standard: true,
    params: &[
        Param::keyed("data", ParamType::Text, "its data; default: an error in JSON"),
        Param::flag("ends", "nothing follows it: the body ends there in an orderly way"),
    ],
    point: PointUse::Required,
    breaks: true,
    samples: &["", "ends"],
    action: Action::Edit(error),
};

const DATA: &str = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;

fn error(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let content = events(scene)?;
    let place = between_events(&content, at.unwrap_or(&Point::AfterHeaders))?;
    if args.has("ends") {
        scene.script = end_early(scene, place, content.len())?;
    }
    let data = args.text("data").unwrap_or(DATA);
    let mut event = b"event: error\n".to_vec();
    put_field(&mut event, "data", data.as_bytes());
    event.push(b'\n');
    put_in(scene, place, Bytes::from(event))
}

/// Where an event can be put in.
pub(super) fn between_events(content: &Content, point: &Point) -> Result<u64, Misfit> {
    let place = match point {
        Point::Head | Point::StatusLine | Point::Header(_) => None,
        _ => Some(content.place(point)?),
    };
    let is_between = |place: &u64| *place == 0 || content.layout.events.contains(place);
    place.filter(is_between).ok_or_else(|| Misfit::new("it takes a place between two events"))
}
