//! A recorded message as readable parts, if those give back its bytes.

use bytes::Bytes;

use super::super::http2::Stream;
use super::super::json;
use super::super::message::{Parts, Role, Size, Wire};
use super::super::notation::show_size;
use super::super::spelling;
use super::super::tree::Tag;
use super::decoded;
use super::emitter::{Emitter, inline};
use crate::wire::http::Message;
use crate::wire::http1::Framing;
use crate::wire::http2::DEFAULT_FRAME_BYTES;

/// How a message is written.
pub(super) enum Form {
    /// Readable, and what those parts assemble to.
    Parts(Parts, Wire),
    /// The same, of HTTP/2.
    Http2(Parts, Wire),
    /// As it was.
    Raw(Bytes),
}

impl Form {
    /// The most readable form of `message` that loses nothing.
    pub(super) fn of(message: &Message, role: Role) -> Self {
        let bytes = [&message.head[..], &message.raw_body[..]].concat();
        for parts in candidates(message) {
            match parts.assemble(role) {
                Ok(wire) if wire.bytes == bytes => return Self::Parts(parts, wire),
                _ => {}
            }
        }
        Self::Raw(bytes.into())
    }

    /// A message of HTTP/2, whose DATA frames were so long. `None`: its parts do not give what it was, as far as can
    /// be told before they are cut into reads.
    pub(super) fn of_http2(
        message: &Message,
        data: &[u64],
        role: Role,
        stream: Stream<'_>,
    ) -> Option<Self> {
        let head = without_cr(message.head.strip_suffix(b"\r\n\r\n")?);
        let whole = Parts {
            head,
            body: (!message.body.is_empty()).then(|| message.body.to_vec()),
            chunked: frame_sizes(data),
            trailers: without_cr(&message.trailers),
            incomplete: !message.complete,
            ..Parts::default()
        };
        let wire = stream.assemble(&whole, role).ok()?;
        Some(Self::Http2(whole, wire))
    }

    pub(super) fn wire(&self) -> Wire {
        match self {
            Self::Parts(_, wire) | Self::Http2(_, wire) => wire.clone(),
            Self::Raw(bytes) => Wire::raw(bytes.to_vec()),
        }
    }

    pub(super) fn length(&self) -> usize {
        match self {
            Self::Parts(_, wire) | Self::Http2(_, wire) => wire.bytes.len(),
            Self::Raw(bytes) => bytes.len(),
        }
    }

    /// `key:` and the message; short where it is only a head.
    pub(super) fn write(&self, yaml: &mut Emitter, indent: usize, key: &str) {
        match self {
            Self::Parts(parts, _) | Self::Http2(parts, _) if is_short(parts) => {
                write_head(yaml, indent, key, &parts.head);
            }
            _ => {
                yaml.key(indent, key, "");
                self.write_fields(yaml, indent + 2);
            }
        }
    }

    /// The message's own keys.
    pub(super) fn write_fields(&self, yaml: &mut Emitter, indent: usize) {
        let (parts, sizes_key) = match self {
            Self::Raw(bytes) => return yaml.bytes(indent, "raw", bytes),
            Self::Parts(parts, _) => (parts, "chunked"),
            Self::Http2(parts, _) => (parts, "data"),
        };
        write_head(yaml, indent, "head", &parts.head);
        if parts.until_close {
            yaml.key(indent, "until_close", "true");
        }
        if parts.incomplete {
            yaml.key(indent, "incomplete", "true");
        }
        if let Some(sizes) = &parts.chunked {
            let sizes: Vec<_> = sizes.iter().map(|size| inline_size(&show_size(size))).collect();
            yaml.list(indent, sizes_key, &sizes);
        }
        if let Some(body) = &parts.body {
            write_body(yaml, indent, body);
        }
        if !parts.trailers.is_empty() {
            yaml.bytes(indent, "trailers", &parts.trailers);
        }
    }
}

/// Numbers stay numbers.
fn inline_size(size: &str) -> String {
    if size.bytes().all(|byte| byte.is_ascii_digit()) { size.to_owned() } else { inline(size) }
}

fn is_short(parts: &Parts) -> bool {
    let only_head = Parts { head: parts.head.clone(), ..Parts::default() };
    *parts == only_head && !has_empty_line(&parts.head)
}

/// In the short form, an empty line would end the head.
fn has_empty_line(head: &[u8]) -> bool {
    head.windows(2).any(|pair| pair == b"\n\n")
}

fn write_head(yaml: &mut Emitter, indent: usize, key: &str, head: &[u8]) {
    if head.contains(&b'\n') {
        yaml.bytes(indent, key, &[head, b"\n"].concat());
    } else {
        yaml.bytes(indent, key, head);
    }
}

/// `json` where the body is that and can be laid out, else `body`.
pub(super) fn write_body(yaml: &mut Emitter, indent: usize, body: &[u8]) {
    let laid_out = json::lay_out(body).filter(|(_, text)| spelling::shows_as_lines(text));
    let Some((spacing, text)) = laid_out else {
        for line in decoded::comment(body) {
            yaml.line(indent, &line);
        }
        return yaml.bytes(indent, "body", body);
    };
    if text.contains('\n') {
        yaml.block(indent, "json", Tag::None, &format!("{text}\n"));
    } else {
        yaml.key(indent, "json", &text); // `{}` or `[]`
    }
    if spacing != json::Spacing::default() {
        yaml.key(indent, "json_spacing", spacing.name());
    }
}

/// What the message could be, the plainest first.
fn candidates(message: &Message) -> Vec<Parts> {
    let Some(parts) = readable(message) else { return Vec::new() };
    let until_close = Parts { until_close: true, ..parts.clone() };
    let incomplete = Parts { incomplete: true, ..parts.clone() };
    vec![parts, until_close, incomplete]
}

fn readable(message: &Message) -> Option<Parts> {
    let head = message.head.strip_suffix(b"\r\n\r\n")?;
    let parts = Parts { head: without_cr(head), ..Parts::default() };
    if matches!(message.framing, Framing::Chunked) && !message.raw_body.is_empty() {
        return chunked(&message.raw_body, parts);
    }
    let body = (!message.raw_body.is_empty()).then(|| message.raw_body.to_vec());
    Some(Parts { body, ..parts })
}

/// CR LF as LF; a CR on its own stays, and the assembled bytes will tell.
fn without_cr(head: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(head.len());
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(text) => {
                out.extend_from_slice(text);
                out.push(b'\n');
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}

/// The chunks of a chunked body, as far as they go.
fn chunked(raw: &[u8], parts: Parts) -> Option<Parts> {
    let mut rest = raw;
    let mut sizes = Vec::new();
    let mut body = Vec::new();
    let mut trailers = Vec::new();
    while !rest.is_empty() {
        let (line, after) = split_line(rest)?;
        let size = Size::from_line(line)?;
        let length = usize::try_from(Size::of_line(line)?).ok()?;
        if length == 0 {
            sizes.extend((size != Size::Bytes(0)).then_some(size));
            trailers = without_cr(after.strip_suffix(b"\r\n")?);
            break;
        }
        sizes.push(size);
        let (data, after) = after.split_at(length.min(after.len()));
        body.extend_from_slice(data);
        rest = after.strip_prefix(b"\r\n").unwrap_or_default();
    }
    Some(Parts { chunked: simplest(sizes, &body), body: Some(body), trailers, ..parts })
}

/// The last size goes without saying, and so does that of a single chunk.
fn simplest(mut sizes: Vec<Size>, body: &[u8]) -> Option<Vec<Size>> {
    let is_whole = Size::total(&sizes) == body.len() as u64;
    match sizes.last_mut() {
        Some(last @ Size::Bytes(_)) if is_whole => *last = Size::Rest,
        _ => {}
    }
    (!matches!(sizes.as_slice(), [] | [Size::Rest])).then_some(sizes)
}

/// The sizes of DATA frames. What goes without saying: the last one, unless it is empty, and all that are as long as
/// any receiver takes.
fn frame_sizes(data: &[u64]) -> Option<Vec<Size>> {
    let most = u64::from(DEFAULT_FRAME_BYTES);
    let (last, before) = data.split_last()?;
    let is_usual = (1..=most).contains(last);
    if is_usual && before.iter().all(|size| *size == most) {
        return None;
    }
    let last = if is_usual { Size::Rest } else { Size::Bytes(*last) };
    Some(before.iter().map(|size| Size::Bytes(*size)).chain([last]).collect())
}

fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((bytes.get(..end)?, bytes.get(end + 2..)?))
}
