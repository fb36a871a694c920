//! A message that cannot be read.

use super::{decode, message, with_message};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "bad-protobuf",
    family: Family::Grpc,
    meaning: "Sends a message of the same length, at least one byte, of 0xff only: no message of protobuf begins so.",
    standard: false,
    params: &[],
    point: PointUse::Default(Point::Message(1)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(spoil),
};

fn spoil(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (range, bytes) = message(scene, at)?;
    let (flags, len, payload) = decode(&bytes);
    let garbage = vec![0xff; payload.len().max(1)];
    with_message(scene, range, flags & !1, len.max(1), &garbage)
}
