//! A length that does not fit.

use bytes::Bytes;

use super::spoken;
use crate::fault::{
    Action, Args, Family, Item, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;
use crate::wire::dialects::Dialect;

pub(super) const KIND: Kind = Kind {
    name: "wrong-length",
    family: Family::Raw,
    meaning: "Takes `at message K` of RESP. Adds this to the first length in it, of a string or of how many values follow. All else stays.",
    standard: false,
    params: &[Param::place(
        "by",
        ParamType::Number(-1_000_000, 1_000_000),
        "how many more; below 0: fewer",
    )],
    point: PointUse::Required,
    breaks: true,
    samples: &["1", "-1"],
    action: Action::Edit(lie),
};

fn lie(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (content, dialect) = spoken(scene)?;
    let range = content.thing(at.unwrap_or(&Point::Message(1)), "message")?;
    let message = content.slice(&range);
    let length = length_of(&message).filter(|_| dialect == Dialect::Resp);
    let length = length.ok_or_else(|| Misfit::new("it needs a message with a length"))?;
    let said = length + args.number("by").unwrap_or(0);
    let digits = length.to_string().len() as u64;
    let place = range.start + 1..range.start + 1 + digits;
    scene.replace(Item::Content(place), Bytes::from(said.to_string()))
}

/// What follows the first byte, up to CR LF.
fn length_of(message: &[u8]) -> Option<i64> {
    let (kind, rest) = message.split_first()?;
    let line = rest.split(|byte| *byte == b'\r').next()?;
    let text = std::str::from_utf8(line).ok()?;
    let length = text.parse::<i64>().ok().filter(|length| length.to_string() == text)?;
    b"$*!=%~>|".contains(kind).then_some(length)
}
