//! A record that is too long.

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

use super::beneath::{APPLICATION_DATA, record, send_at};

pub(super) const KIND: Kind = Kind {
    name: "oversized-record",
    family: Family::Tls,
    meaning: "Sends exactly the bytes before the point, then a record that is longer than TLS allows, of random bytes. Over HTTP/2 it ends the connection, with all its streams.",
    standard: false,
    params: &[],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Edit(oversized_record),
};

/// One more than 2^14 + 2048 (RFC 5246 §6.2.3); TLS 1.3 allows less.
const TOO_LONG: usize = (1 << 14) + 2048 + 1;

fn oversized_record(
    scene: &mut Scene<'_>,
    _args: &Args,
    at: Option<&Point>,
) -> Result<Script, Misfit> {
    let garbage = scene.random.bytes(TOO_LONG);
    send_at(scene, at, record(APPLICATION_DATA, &garbage))
}
