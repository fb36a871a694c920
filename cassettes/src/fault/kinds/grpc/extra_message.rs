//! One message more.

use super::message;
use crate::fault::kinds::places::put_in;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "extra-message",
    family: Family::Grpc,
    meaning: "Sends a message twice: in a call that has one answer, an error.",
    standard: false,
    params: &[],
    point: PointUse::Default(Point::Message(1)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(repeat),
};

fn repeat(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (range, bytes) = message(scene, at)?;
    put_in(scene, range.end, bytes)
}
