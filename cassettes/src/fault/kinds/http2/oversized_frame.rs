//! A frame that is longer than a client allows.

use super::{stream, unknown_kind, with_frames};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;
use crate::wire::http2::{DEFAULT_FRAME_BYTES, Frame, MAX_FRAME_BYTES};

pub(super) const KIND: Kind = Kind {
    name: "oversized-frame",
    family: Family::Http2,
    meaning: "Sends a frame of type 0xbb with a payload of so many zeros at the point: more than most clients allow, an error of the kind \
              FRAME_SIZE_ERROR whatever the type (RFC 9113 \u{a7}4.2).",
    standard: false,
    params: &[Param::place(
        "size",
        ParamType::Bytes,
        "of the payload; default: 16385, one more than the least limit",
    )
    .optional()],
    point: PointUse::Default(Point::AfterHeaders),
    breaks: true,
    samples: &[""],
    action: Action::Edit(put_in),
};

fn put_in(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let size = args.bytes("size").unwrap_or(u64::from(DEFAULT_FRAME_BYTES) + 1);
    let size = usize::try_from(size.min(u64::from(MAX_FRAME_BYTES))).unwrap_or(0);
    let frame = Frame::new(unknown_kind(), 0, stream(scene)?, vec![0; size].into());
    with_frames(scene, at.unwrap_or(&Point::AfterHeaders), &[frame])
}
