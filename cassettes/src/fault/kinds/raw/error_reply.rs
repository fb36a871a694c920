//! An error, as this server would say it.

use std::ops::Range;

use bytes::Bytes;

use super::{postgres, spoken};
use crate::fault::kinds::places::{Content, ranges};
use crate::fault::{
    Action, Args, Family, Item, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::{Direction, Script};
use crate::wire::dialects::Dialect;

pub(super) const KIND: Kind = Kind {
    name: "error-reply",
    family: Family::Raw,
    meaning: "Takes `at message K`. Sends an error in the place of that reply, all lines of it, in the form of the protocol: `-ERR \u{2026}` of RESP; `451 \
              \u{2026}` of SMTP, FTP and others whose replies begin with three digits; `-ERR \u{2026}` of POP3; `SERVER_ERROR \u{2026}` of memcached; `ERROR \u{2026}` in \
              other lines. Of PostgreSQL, sends `ErrorResponse` in the place of that message and all that follow it up to `ReadyForQuery`: `ERROR`, or `FATAL` and FIN \
              before the first of these, with SQLSTATE XX000 or the one that the text begins with.",
    standard: true,
    params: &[Param::place(
        "text",
        ParamType::Text,
        "the reply, without its line end; of PostgreSQL, what went wrong (`\"40001 could not serialize access\"`); default: as above",
    )
    .optional()],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Edit(fail),
};

fn fail(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (content, dialect) = spoken(scene)?;
    let message = content.thing(at.unwrap_or(&Point::Message(1)), "message")?;
    if dialect == Dialect::Postgres {
        return postgres::fail(scene, &content, &message, args.text("text"));
    }
    let form = Form::of(scene, &content, dialect);
    let range = if form == Form::Digits { whole_reply(&content, message)? } else { message };
    let text = args.text("text").unwrap_or(form.error());
    scene.replace(Item::Content(range), Bytes::from(format!("{text}\r\n")))
}

/// How a protocol says that something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Resp,
    /// Replies begin with a number: SMTP, FTP, NNTP.
    Digits,
    Pop3,
    Memcached,
    Other,
}

/// What memcached's clients say.
const MEMCACHED: &[&[u8]] = &[
    b"get",
    b"gets",
    b"set",
    b"add",
    b"replace",
    b"append",
    b"prepend",
    b"cas",
    b"incr",
    b"decr",
    b"delete",
    b"touch",
    b"stats",
    b"version",
    b"flush_all",
];

impl Form {
    fn of(scene: &Scene<'_>, content: &Content, dialect: Dialect) -> Self {
        if dialect == Dialect::Resp {
            return Self::Resp;
        }
        if content.bytes.starts_with(b"+OK") {
            return Self::Pop3;
        }
        if numbered(&content.bytes).is_some() {
            return Self::Digits;
        }
        let asked = scene.exchange.bytes(Direction::ToServer);
        let verb = asked.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        if MEMCACHED.contains(&verb) { Self::Memcached } else { Self::Other }
    }

    const fn error(self) -> &'static str {
        match self {
            Self::Resp | Self::Pop3 => "-ERR broken on purpose",
            Self::Digits => "451 Broken on purpose",
            Self::Memcached => "SERVER_ERROR broken on purpose",
            Self::Other => "ERROR broken on purpose",
        }
    }
}

/// The number that a reply begins with, and whether another line of it follows.
fn numbered(line: &[u8]) -> Option<([u8; 3], bool)> {
    let (number, rest) = line.split_first_chunk()?;
    let goes_on = rest.first() == Some(&b'-');
    number.iter().all(u8::is_ascii_digit).then_some((*number, goes_on))
}

/// All lines of the reply that this one is the first of: RFC 5321 §4.2.1, RFC 959 §4.2.
fn whole_reply(content: &Content, first: Range<u64>) -> Result<Range<u64>, Misfit> {
    let all = ranges(&content.layout.messages);
    let goes_on = |range: &Range<u64>| numbered(&content.slice(range)).is_none_or(|(_, more)| more);
    let own = all.iter().position(|range| *range == first).unwrap_or(0);
    let (before, reply) = all.split_at(own);
    if before.last().is_some_and(goes_on) {
        return Err(Misfit::new("it takes the first line of a reply"));
    }
    let last = reply.iter().find(|range| !goes_on(range)).or(reply.last());
    Ok(first.start..last.map_or(first.end, |last| last.end))
}
