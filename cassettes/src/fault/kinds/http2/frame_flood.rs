//! More frames than anybody needs.

use bytes::Bytes;

use super::{stream, unknown_kind, with_frames};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;
use crate::wire::http2::{Frame, compose};

pub(super) const KIND: Kind = Kind {
    name: "frame-flood",
    family: Family::Http2,
    meaning: "Sends so many frames at the point that ask for an answer, or say nothing: PING, empty SETTINGS, or frames of type 0xbb. The rest \
              follows.",
    standard: false,
    params: &[
        Param::place("kind", ParamType::Word(KINDS), "of the frames"),
        Param::place("count", ParamType::Number(1, 100_000), "default: 1000").optional(),
    ],
    point: PointUse::Default(Point::Head),
    breaks: false,
    samples: KINDS,
    action: Action::Edit(flood),
};

const KINDS: &[&str] = &["ping", "settings", "unknown"];

fn flood(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let stream = stream(scene)?;
    let frame = |number: u64| match args.text("kind") {
        Some("ping") => compose::ping(number.to_be_bytes()),
        Some("settings") => compose::settings(&[]),
        _ => Frame::new(unknown_kind(), 0, stream, Bytes::new()),
    };
    let count = args.number("count").and_then(|count| u64::try_from(count).ok()).unwrap_or(1000);
    let frames: Vec<_> = (1..=count).map(frame).collect();
    with_frames(scene, at.unwrap_or(&Point::Head), &frames)
}
