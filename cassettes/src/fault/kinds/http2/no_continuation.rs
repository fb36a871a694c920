//! A header block that does not go on.

use super::{headers, with_head};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "no-continuation",
    family: Family::Http2,
    meaning: "Says that the head goes on in CONTINUATION, and sends what follows the head instead: an error of the whole connection, of the kind \
              PROTOCOL_ERROR (RFC 9113 \u{a7}6.10).",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(leave_out),
};

/// A literal that is cut off after its first byte.
const TORN: u8 = 0x00;

fn leave_out(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    with_head(scene, |head| {
        let mut block = head.block().unwrap_or_default().to_vec();
        block.push(TORN);
        headers(head, block, 0)
    })
}
