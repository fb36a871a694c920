//! A request or response, in its short form (a text) or its long form (a mapping).

use super::super::error::{Place, TextError};
use super::super::fields::Fields;
use super::super::http2::Stream;
use super::super::message::{Parts, Role, Wire};
use super::super::tree::{Node, Value};
use super::super::{json, notation, spelling};
use super::{flag, optional_bytes};

const MESSAGE: &[&str] = &[
    "head",
    "body",
    "json",
    "json_spacing",
    "chunked",
    "trailers",
    "until_close",
    "incomplete",
    "raw",
];

const HTTP2_MESSAGE: &[&str] =
    &["head", "body", "json", "json_spacing", "data", "trailers", "incomplete"];

/// The message of HTTP/2 that `node` describes.
pub(super) fn read_http2(
    node: &Node<'_>,
    what: &'static str,
    role: Role,
    stream: Stream<'_>,
) -> Result<Wire, TextError> {
    let (parts, place) = match &node.value {
        Value::Scalar(_) => (short(node, what)?, node.place),
        Value::List(_) => return Err(node.wrong_type(what, "text or a mapping")),
        Value::Map(_) => {
            let fields = Fields::of(node, what, HTTP2_MESSAGE)?;
            (long(&fields, "data")?, framing_place(&fields))
        }
    };
    stream.assemble(&parts, role).map_err(|problem| place.error(problem))
}

/// The message that `node` describes.
pub(super) fn read(node: &Node<'_>, what: &'static str, role: Role) -> Result<Wire, TextError> {
    let (parts, place) = match &node.value {
        Value::Scalar(_) => (short(node, what)?, node.place),
        Value::List(_) => return Err(node.wrong_type(what, "text or a mapping")),
        Value::Map(_) => {
            let fields = Fields::of(node, what, MESSAGE)?;
            if let Some(raw) = optional_bytes(&fields, "raw")? {
                refuse_beside_raw(&fields)?;
                return Ok(Wire::raw(raw));
            }
            (long(&fields, "chunked")?, framing_place(&fields))
        }
    };
    parts.assemble(role).map_err(|problem| place.error(problem))
}

fn refuse_beside_raw(fields: &Fields<'_, '_>) -> Result<(), TextError> {
    let others = MESSAGE.iter().filter(|key| **key != "raw");
    for other in others {
        fields.exclude("raw", other, "`raw` is the whole message, head and body")?;
    }
    Ok(())
}

/// Head, and after an empty line the body.
fn short(node: &Node<'_>, what: &'static str) -> Result<Parts, TextError> {
    let mut head = spelling::read(node, what)?;
    let Some((end, body)) = empty_line(&head) else {
        return Ok(Parts { head, ..Parts::default() });
    };
    let body = head.split_off(body);
    head.truncate(end);
    Ok(Parts { head, body: Some(body), ..Parts::default() })
}

/// Where the head ends, and where what follows its empty line begins.
fn empty_line(text: &[u8]) -> Option<(usize, usize)> {
    let line_ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    line_ends.map(|(at, _)| at + 1).find_map(|next| match text.get(next..)? {
        [b'\n', ..] => Some((next, next + 1)),
        [b'\r', b'\n', ..] => Some((next, next + 2)),
        _ => None,
    })
}

/// `sizes` is the key of the pieces that the body is cut into.
fn long(fields: &Fields<'_, '_>, sizes: &'static str) -> Result<Parts, TextError> {
    const REMEDY: &str = "a message has one body";
    fields.exclude("json", "body", REMEDY)?;
    let head = fields.require("head", "head: (the first line and the headers)")?;
    let chunked = fields.get(sizes).map(|node| {
        let sizes = node.list(sizes, "a list of sizes, as in `[5, 100, rest]`")?;
        sizes.iter().map(notation::size_of).collect()
    });
    Ok(Parts {
        head: spelling::read(head, "head")?,
        body: body(fields)?,
        chunked: chunked.transpose()?,
        trailers: optional_bytes(fields, "trailers")?.unwrap_or_default(),
        until_close: flag(fields, "until_close")?,
        incomplete: flag(fields, "incomplete")?,
    })
}

/// The bytes under `body` or `json`.
pub(super) fn body(fields: &Fields<'_, '_>) -> Result<Option<Vec<u8>>, TextError> {
    let Some(node) = fields.get("json") else { return optional_bytes(fields, "body") };
    let spacing = fields.get("json_spacing").map(json::Spacing::read).transpose()?;
    json::read(node, spacing.unwrap_or_default()).map(Some)
}

/// Where an error about lengths points: at what is most likely to have been edited.
fn framing_place(fields: &Fields<'_, '_>) -> Place {
    let likely = ["chunked", "data", "body", "json", "head"];
    likely.iter().find_map(|key| fields.get(key)).map_or(fields.place, |node| node.place)
}
