//! A record of no known type.

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

use super::beneath::{record, send_at};

pub(super) const KIND: Kind = Kind {
    name: "unknown-record-type",
    family: Family::Tls,
    meaning: "Sends exactly the bytes before the point, then a record of a type that no standard knows. Over HTTP/2 it ends the connection, with all its streams.",
    standard: false,
    params: &[],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Edit(unknown_record_type),
};

/// Types are 20 to 26 (RFC 8446 §5.1, RFC 9146 §3).
const UNKNOWN: u8 = 99;

fn unknown_record_type(
    scene: &mut Scene<'_>,
    _args: &Args,
    at: Option<&Point>,
) -> Result<Script, Misfit> {
    let garbage = scene.random.bytes(16);
    send_at(scene, at, record(UNKNOWN, &garbage))
}
