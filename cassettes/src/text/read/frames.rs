//! HTTP/2, frame by frame.

use bytes::Bytes;

use super::super::error::TextError;
use super::super::fields::Fields;
use super::super::http2::{Line, Piece, Says, Unit, kind_from_name};
use super::super::tree::{Node, Value};
use super::super::{quantity, spelling};
use super::message::body;
use super::{flag, number, optional_bytes};
use crate::model::Direction;
use crate::wire::http2::hpack::Field;
use crate::wire::http2::{self, ErrorCode, GoAway, Kind, MAX_FRAME_BYTES, Priority, setting};

const FRAME: &[&str] = &[
    "client",
    "server",
    "after",
    "stream",
    "flags",
    "padding",
    "priority",
    "fields",
    "promises",
    "body",
    "json",
    "json_spacing",
    "settings",
    "ping",
    "last_stream",
    "debug",
    "increment",
    "payload",
    "bytes",
];
const WHAT: &str = "a frame";
const EXPECTED: &str =
    "a frame, as in `HEADERS END_STREAM`, `DATA` or `RST_STREAM CANCEL`; or `preface`, or `bytes`";
const MAX_STREAM: u64 = (1 << 31) - 1;

/// The frames that `node` lists; `stream` is that of those that name none.
pub(super) fn read(node: &Node<'_>, stream: u32) -> Result<Vec<Piece>, TextError> {
    let list = node.list("frames", "a list, as in `- client: HEADERS END_STREAM`")?;
    list.iter().map(|node| piece(node, stream)).collect()
}

fn piece(node: &Node<'_>, stream: u32) -> Result<Piece, TextError> {
    let fields = Fields::of(node, WHAT, FRAME)?;
    fields.exclude("server", "client", "write each frame as a list item of its own")?;
    let (direction, key) = match fields.get("server") {
        Some(_) => (Direction::ToClient, "server"),
        None => (Direction::ToServer, "client"),
    };
    let name = fields.require(key, "client: (or `server`)")?;
    let after = fields.get("after").map(|after| quantity::read_duration(after, "after"));
    let unit = match name.text(WHAT, EXPECTED)? {
        "preface" => Unit::Preface,
        "bytes" => Unit::Bytes(bytes(&fields)?),
        _ => Unit::Frame(line(&fields, name, stream)?),
    };
    Ok(Piece { direction, after: after.transpose()?, unit })
}

fn bytes(fields: &Fields<'_, '_>) -> Result<Bytes, TextError> {
    let node = fields.require("bytes", "bytes: (what was sent)")?;
    let bytes = spelling::read(node, "bytes")?;
    if bytes.is_empty() {
        return Err(node.place.invalid("what was sent", "", "at least one byte"));
    }
    Ok(bytes.into())
}

/// The frame that `name` says, with what else is told of it.
fn line(fields: &Fields<'_, '_>, name: &Node<'_>, stream: u32) -> Result<Line, TextError> {
    let text = name.text(WHAT, EXPECTED)?;
    let invalid = || name.place.invalid(WHAT, text, EXPECTED);
    let mut words = text.split_ascii_whitespace();
    let kind = words.next().and_then(kind_from_name).ok_or_else(invalid)?;
    let told = number(fields, "flags", u8::MAX.into())?.unwrap_or(0);
    let mut flags = u8::try_from(told).unwrap_or(u8::MAX);
    let mut code = None;
    for word in words {
        match (kind, word) {
            (Kind::Data | Kind::Headers, "END_STREAM") => flags |= http2::flag::END_STREAM,
            (Kind::Settings | Kind::Ping, "ACK") => flags |= http2::flag::ACK,
            (Kind::RstStream | Kind::GoAway, word) if code.is_none() => {
                code = Some(error_code(word).ok_or_else(invalid)?);
            }
            _ => return Err(invalid()),
        }
    }
    let usual = if is_of_connection(kind) { 0 } else { stream };
    let padding = number(fields, "padding", u8::MAX.into())?;
    Ok(Line {
        kind,
        stream: stream_number(fields, "stream")?.unwrap_or(usual),
        flags,
        padding: padding.map(|padding| u8::try_from(padding).unwrap_or(u8::MAX)),
        priority: fields.get("priority").map(priority).transpose()?,
        says: says(fields, kind, code.unwrap_or(ErrorCode::NO_ERROR))?,
    })
}

/// Frames that usually concern no stream.
pub(in crate::text) const fn is_of_connection(kind: Kind) -> bool {
    matches!(kind, Kind::Settings | Kind::Ping | Kind::GoAway)
}

fn error_code(word: &str) -> Option<ErrorCode> {
    let hex = |digits| u32::from_str_radix(digits, 16).ok().map(ErrorCode);
    ErrorCode::from_name(word).or_else(|| word.strip_prefix("0x").and_then(hex))
}

fn stream_number(fields: &Fields<'_, '_>, key: &'static str) -> Result<Option<u32>, TextError> {
    Ok(number(fields, key, MAX_STREAM)?.map(|stream| u32::try_from(stream).unwrap_or(u32::MAX)))
}

fn says(fields: &Fields<'_, '_>, kind: Kind, code: ErrorCode) -> Result<Says, TextError> {
    if let Some(payload) = optional_bytes(fields, "payload")? {
        check_length(fields, payload.len())?;
        return Ok(Says::Payload(payload.into()));
    }
    Ok(match kind {
        Kind::Headers => Says::Fields(header_fields(fields)?),
        Kind::PushPromise => {
            let promised = stream_number(fields, "promises")?.unwrap_or(0);
            Says::Promise(promised, header_fields(fields)?)
        }
        Kind::Data => {
            let data = body(fields)?.unwrap_or_default();
            check_length(fields, data.len())?;
            Says::Data(data.into())
        }
        Kind::Priority if fields.get("priority").is_some() => Says::Priority,
        Kind::RstStream => Says::Reset(code),
        Kind::Settings => {
            Says::Settings(fields.get("settings").map(settings).transpose()?.unwrap_or_default())
        }
        Kind::Ping => Says::Ping(ping(fields)?),
        Kind::GoAway => Says::GoAway(GoAway {
            last_stream: stream_number(fields, "last_stream")?.unwrap_or(0),
            code,
            debug: optional_bytes(fields, "debug")?.unwrap_or_default().into(),
        }),
        Kind::WindowUpdate => {
            let increment = number(fields, "increment", MAX_STREAM)?.unwrap_or(0);
            Says::Increment(u32::try_from(increment).unwrap_or(u32::MAX))
        }
        Kind::Priority | Kind::Continuation | Kind::Other(_) => Says::Payload(Bytes::new()),
    })
}

fn check_length(fields: &Fields<'_, '_>, length: usize) -> Result<(), TextError> {
    // A length byte and 255 bytes of padding may come on top.
    if length + 256 <= MAX_FRAME_BYTES as usize {
        return Ok(());
    }
    let expected = "less than 16 MiB, or several frames";
    Err(fields.place.invalid("a payload of so many bytes", &length.to_string(), expected))
}

fn ping(fields: &Fields<'_, '_>) -> Result<[u8; 8], TextError> {
    let Some(node) = fields.get("ping") else { return Ok([0; 8]) };
    let data = spelling::read(node, "ping")?;
    let wrong = |data: Vec<u8>| {
        node.place.invalid("ping", &String::from_utf8_lossy(&data), "exactly 8 bytes")
    };
    data.try_into().map_err(wrong)
}

fn priority(node: &Node<'_>) -> Result<Priority, TextError> {
    let fields = Fields::of(node, "priority", &["depends_on", "weight", "exclusive"])?;
    let weight = number(&fields, "weight", 256)?.unwrap_or(16);
    let Some(weight) = weight.checked_sub(1).and_then(|weight| u8::try_from(weight).ok()) else {
        return Err(fields.place.invalid("the weight", "0", "a number from 1 to 256"));
    };
    let depends_on = stream_number(&fields, "depends_on")?.unwrap_or(0);
    Ok(Priority { exclusive: flag(&fields, "exclusive")?, depends_on, weight })
}

fn settings(node: &Node<'_>) -> Result<Vec<(u16, u32)>, TextError> {
    const EXPECTED: &str = "a mapping, as in `{MAX_CONCURRENT_STREAMS: 100}`";
    let Value::Map(entries) = &node.value else {
        return Err(node.wrong_type("settings", EXPECTED));
    };
    let setting = |(key, value): &(super::super::tree::Key<'_>, Node<'_>)| {
        let hex = |digits| u16::from_str_radix(digits, 16).ok();
        let id = setting::from_name(&key.text);
        let id = id.or_else(|| key.text.strip_prefix("0x").and_then(hex));
        let id = id.ok_or_else(|| {
            key.place.invalid("the setting", &key.text, "its name, or its number as in `0x1f`")
        })?;
        let text = value.text("a setting", "a number of 32 bits")?;
        let number = text.parse();
        let invalid = |_| value.place.invalid("the setting", text, "a number of 32 bits");
        Ok((id, number.map_err(invalid)?))
    };
    entries.iter().map(setting).collect()
}

/// Lines of `name: value`; or a list, for what lines cannot say.
fn header_fields(fields: &Fields<'_, '_>) -> Result<Vec<Field>, TextError> {
    let node = fields.require("fields", "fields: (lines of `name: value`)")?;
    if let Value::List(items) = &node.value {
        return items.iter().map(listed_field).collect();
    }
    let text = spelling::read(node, "fields")?;
    let lines = text.strip_suffix(b"\n").unwrap_or(&text);
    let lines = lines.split(|byte| *byte == b'\n').filter(|_| !text.is_empty());
    let read = |line: &[u8]| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        field_of(line).ok_or_else(|| {
            let shown = String::from_utf8_lossy(line);
            node.place.invalid("the field", &shown, "`name: value` on each line")
        })
    };
    lines.map(read).collect()
}

/// A line's name and value; the colon that a pseudo-header field's name begins with does not end it. A `!` before
/// the name says that the field must never be indexed.
fn field_of(line: &[u8]) -> Option<Field> {
    let (sensitive, line) = line.strip_prefix(b"!").map_or((false, line), |line| (true, line));
    let colon = 1 + line.get(1..)?.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at(colon);
    let value = value.get(1..)?;
    let value = value.strip_prefix(b" ").unwrap_or(value);
    let (name, value) = (Bytes::copy_from_slice(name), Bytes::copy_from_slice(value));
    Some(Field { name, value, sensitive })
}

fn listed_field(node: &Node<'_>) -> Result<Field, TextError> {
    let fields = Fields::of(node, "a field", &["name", "value", "never_indexed"])?;
    Ok(Field {
        name: optional_bytes(&fields, "name")?.unwrap_or_default().into(),
        value: optional_bytes(&fields, "value")?.unwrap_or_default().into(),
        sensitive: flag(&fields, "never_indexed")?,
    })
}
