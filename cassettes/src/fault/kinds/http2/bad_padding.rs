//! Padding that is longer than its frame.

use bytes::Bytes;

use super::{stream, with_frames};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;
use crate::wire::http2::{Frame, Kind as FrameKind, flag};

pub(super) const KIND: Kind = Kind {
    name: "bad-padding",
    family: Family::Http2,
    meaning: "Sends DATA at the point whose padding is said to be longer than all of it: an error of the whole connection, of the kind \
              PROTOCOL_ERROR (RFC 9113 \u{a7}6.1).",
    standard: false,
    params: &[],
    point: PointUse::Default(Point::AfterHeaders),
    breaks: true,
    samples: &[""],
    action: Action::Edit(put_in),
};

fn put_in(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let payload = Bytes::from_static(b"\xffpad");
    let frame = Frame::new(FrameKind::Data, flag::PADDED, stream(scene)?, payload);
    with_frames(scene, at.unwrap_or(&Point::AfterHeaders), &[frame])
}
