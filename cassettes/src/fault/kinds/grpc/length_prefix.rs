//! A message that says that it is longer, or shorter, than it is.

use super::{decode, message, with_message};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "length-prefix",
    family: Family::Grpc,
    meaning: "Adds this to the length that a message says it has. Its bytes stay.",
    standard: true,
    params: &[Param::place(
        "by",
        ParamType::Number(i32::MIN as i64, i32::MAX as i64),
        "how many bytes more; below 0: fewer",
    )],
    point: PointUse::Default(Point::Message(1)),
    breaks: true,
    samples: &["5", "-1"],
    action: Action::Edit(lie),
};

fn lie(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (range, bytes) = message(scene, at)?;
    let (flags, len, payload) = decode(&bytes);
    let by = args.number("by").unwrap_or(0);
    let said = u32::try_from(i64::from(len) + by).ok();
    let said = said.ok_or_else(|| Misfit::new(format!("the message has {len} bytes")))?;
    with_message(scene, range, flags, said, payload)
}
