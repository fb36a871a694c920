//! A window that is larger than there can be.

use super::{stream, with_frames};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;
use crate::wire::http2::{compose, setting};

pub(super) const KIND: Kind = Kind {
    name: "window-overflow",
    family: Family::Http2,
    meaning: "Lets the client send 2^31-1 bytes more on the stream, twice: an error of the kind FLOW_CONTROL_ERROR (RFC 9113 \u{a7}6.9.1).",
    standard: false,
    params: &[],
    point: PointUse::Default(Point::Head),
    breaks: true,
    samples: &[""],
    action: Action::Edit(overflow),
};

fn overflow(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let update = compose::window_update(stream(scene)?, setting::MAX_WINDOW_SIZE);
    with_frames(scene, at.unwrap_or(&Point::Head), &[update.clone(), update])
}
