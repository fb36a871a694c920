//! Other settings, while the connection is in use.

use super::{stream, with_frames};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;
use crate::wire::http2::{compose, setting};

pub(super) const KIND: Kind = Kind {
    name: "settings",
    family: Family::Http2,
    meaning: "Sends SETTINGS with this value at the point, whether the standard allows it or not: no more streams \
              (`MAX_CONCURRENT_STREAMS 0`), nothing more to be sent (`INITIAL_WINDOW_SIZE 0`), a window larger than there can be \
              (`INITIAL_WINDOW_SIZE 4294967295`).",
    standard: false,
    params: &[
        Param::place("setting", ParamType::Word(NAMES), "which"),
        Param::place("value", ParamType::Number(0, u32::MAX as i64), "its value"),
    ],
    point: PointUse::Default(Point::Head),
    breaks: false,
    samples: &["MAX_CONCURRENT_STREAMS 0", "INITIAL_WINDOW_SIZE 0", "HEADER_TABLE_SIZE 0"],
    action: Action::Edit(say),
};

const NAMES: &[&str] = &[
    "HEADER_TABLE_SIZE",
    "ENABLE_PUSH",
    "MAX_CONCURRENT_STREAMS",
    "INITIAL_WINDOW_SIZE",
    "MAX_FRAME_SIZE",
    "MAX_HEADER_LIST_SIZE",
];

fn say(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    stream(scene)?;
    let number = args.text("setting").and_then(setting::from_name).unwrap_or_default();
    let value = args.number("value").and_then(|value| u32::try_from(value).ok()).unwrap_or(0);
    let frame = compose::settings(&[(number, value)]);
    with_frames(scene, at.unwrap_or(&Point::Head), &[frame])
}
