//! How long a client is to wait before it connects again.

use bytes::Bytes;

use super::error_event::between_events;
use super::events;
use crate::fault::kinds::places::put_in;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "event-retry",
    family: Family::Events,
    meaning: "Puts `retry: VALUE` in at the point, in a block of its own.",
    standard: false,
    params: &[Param::place("value", ParamType::Text, "milliseconds, or anything else")],
    point: PointUse::Default(Point::AfterHeaders),
    breaks: false,
    samples: &["0", "86400000", "-1"],
    action: Action::Edit(retry),
};

fn retry(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let place = between_events(&events(scene)?, at.unwrap_or(&Point::AfterHeaders))?;
    let value = args.text("value").unwrap_or("0");
    put_in(scene, place, Bytes::from(format!("retry: {value}\n\n")))
}
