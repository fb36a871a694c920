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
    meaning: "Takes `at message K` of RESP or PostgreSQL. Adds this to the first length in it: of RESP, of a string or of how many values follow. All else stays.",
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
    let by = args.number("by").unwrap_or(0);
    let (len, said) = match dialect {
        Dialect::Resp => in_digits(&message, by),
        Dialect::Postgres => in_bytes(&message, by),
        Dialect::Line => None,
    }
    .ok_or_else(|| Misfit::new("it needs a message with a length"))?;
    let place = range.start + 1..range.start + 1 + len;
    scene.replace(Item::Content(place), said)
}

/// How long the length is that follows the first byte, and what is said in its place.
fn in_digits(message: &[u8], by: i64) -> Option<(u64, Bytes)> {
    let length = length_of(message)?;
    Some((length.to_string().len() as u64, (length + by).to_string().into()))
}

/// The same, of 32 bits.
fn in_bytes(message: &[u8], by: i64) -> Option<(u64, Bytes)> {
    let (length, _) = message.get(1..)?.split_first_chunk()?;
    let said = i64::from(u32::from_be_bytes(*length)) + by;
    // What is less than nothing is more than any message has.
    let said = said.to_be_bytes();
    Some((4, Bytes::copy_from_slice(said.last_chunk::<4>()?)))
}

/// What follows the first byte, up to CR LF.
fn length_of(message: &[u8]) -> Option<i64> {
    let (kind, rest) = message.split_first()?;
    let line = rest.split(|byte| *byte == b'\r').next()?;
    let text = std::str::from_utf8(line).ok()?;
    let length = text.parse::<i64>().ok().filter(|length| length.to_string() == text)?;
    b"$*!=%~>|".contains(kind).then_some(length)
}
