//! A frame that nobody knows.

use bytes::Bytes;

use super::{stream, unknown_kind, with_frames};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;
use crate::wire::http2::Frame;

pub(super) const KIND: Kind = Kind {
    name: "unknown-frame",
    family: Family::Http2,
    meaning: "Sends a frame of type 0xbb at the point. It means nothing, and is to be ignored (RFC 9113 \u{a7}5.5).",
    standard: false,
    params: &[],
    point: PointUse::Default(Point::AfterHeaders),
    breaks: false,
    samples: &[""],
    action: Action::Edit(put_in),
};

fn put_in(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let frame = Frame::new(unknown_kind(), 0xff, stream(scene)?, Bytes::from_static(b"retape"));
    with_frames(scene, at.unwrap_or(&Point::AfterHeaders), &[frame])
}
