//! A message that is said to be compressed and is not, or the other way round.

use super::{decode, message, with_message};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "compressed-flag",
    family: Family::Grpc,
    meaning: "Turns a message's flag that says whether it is compressed. Its bytes stay.",
    standard: false,
    params: &[],
    point: PointUse::Default(Point::Message(1)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(lie),
};

fn lie(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (range, bytes) = message(scene, at)?;
    let (flags, len, payload) = decode(&bytes);
    with_message(scene, range, flags ^ 1, len, payload)
}
