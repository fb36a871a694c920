//! What a request *means*: the hashes a replayer looks it up by, and the body's content apart
//! from its spelling.
//!
//! Start here: [`request_key`] (method, path, query), [`body_key`] and its incremental twin
//! [`BodyHasher`] (the body), [`Meaning`] (the same reading, for those who compare).
//!
//! # The keys, exactly
//!
//! Both keys are written into cassettes, so what follows never changes within a format version.
//! A key is the first 8 bytes of a BLAKE3 hash, read as a little-endian number.
//!
//! **Request key.** The hash of the text `METHOD SP PATH [ "?" PIECE { "&" PIECE } ]`, where
//! - the method is verbatim;
//! - of an absolute-form target (`http://host/path?query`), what follows the authority counts, and
//!   an empty path is `/`; every other target counts as it is;
//! - the path is what comes before the first `?`, the query what comes after it;
//! - the pieces are the query split at `&`, empty ones left out, sorted bytewise;
//! - in path and pieces, `%XX` becomes the byte itself where that is an unreserved character
//!   (RFC 3986 §2.3), and its hexadecimal digits become upper-case elsewhere (§6.2.2). A `%` that
//!   two hexadecimal digits do not follow stays. `+` stays `+`.
//!
//! **Body key.** 0 for an empty body. Otherwise the hash of a tag line and the canonical body; a
//! hash that comes out as 0 becomes 1. Which reading applies follows from the first that fits:
//!
//! | reading | tag | applies when |
//! |---|---|---|
//! | JSON | `json\n` | the media type is `application/json`, `text/json` or ends in `+json`; or it is absent, `text/plain` or `application/x-www-form-urlencoded` and the first byte that is not white space is `{` or `[`. The whole body parses, no deeper than [`MAX_JSON_DEPTH`] |
//! | form | `form\n` | the media type is `application/x-www-form-urlencoded` |
//! | multipart | `multipart\n` | the media type is `multipart/…` with a boundary, and the body holds at least one part and the closing delimiter |
//! | grpc | `grpc\n` | the media type is `application/grpc`, `application/grpc-web`, one of them and `+…`, or `application/connect+…`; and the body is whole length-prefixed messages |
//! | protobuf | `protobuf\n` | the media type is `application/x-protobuf`, `application/protobuf`, `application/proto` or `application/vnd.google.protobuf`, and the body parses |
//! | bytes | `bytes\n` | always, and for every body longer than [`MAX_MEANING_BYTES`] |
//!
//! - *JSON* (RFC 8259) becomes JSON without white space. Members of an object are sorted by name
//!   (bytewise, after unescaping; those of one name keep their order: none is dropped). Strings escape
//!   only `"`, `\` and bytes below 0x20 (as `\u00xx`, lower-case); bytes from 0x80 on are taken as they are, and a lone
//!   surrogate escape as its three-byte generalised UTF-8. Numbers become their digits without leading and
//!   trailing zeros, then `e` and the exponent of ten unless it is 0 (`1.50` → `15e-1`, `100` → `1e2`,
//!   `-0.0` → `0`); one whose exponent does not fit 63 bits stays as written, with `E` lower-cased.
//! - *Form* becomes its pairs: split at `&`, empty ones left out, each at its first `=` (none: an empty
//!   value), `+` as a space and `%XX` decoded; sorted by name, then value. Each is written as name, value,
//!   and either of them as its length (32 bits, little-endian) and its bytes.
//! - *Multipart* (RFC 2046) becomes its parts in order; preamble and epilogue do not count. Each is
//!   written as the number of its header lines (32 bits, little-endian), each line as name (lower-cased) and value (trimmed;
//!   for a multipart media type without its `boundary` parameter), both with their length as above; then the body key of its
//!   content, as 8 bytes. Multiparts nested deeper than [`MAX_MULTIPART_DEPTH`] are bytes.
//! - *Grpc* becomes its messages in order: each its flags byte; `j` and its text if it parses as protobuf, else `b` and
//!   its bytes; both with their length as above. Of a compressed one, what it holds is read, if it begins as gzip (`1f 8b`) or zlib (`78`)
//!   and all that such messages of a body hold is no more than [`MAX_MEANING_BYTES`]: an encoder may spell the same otherwise each time. Its text is its JSON form [without a schema](crate::wire::protobuf).
//! - *Protobuf* becomes that text.
//! - *Bytes* stay as they are.

mod form;
mod grpc;
mod hasher;
pub mod json;
mod media;
mod multipart;
mod target;

pub use form::{Field, fields};
pub use hasher::{BodyHasher, body_key};
pub use json::MAX_JSON_DEPTH;
pub use multipart::{MAX_MULTIPART_DEPTH, Part, PartHeader};
pub use target::{
    Target, normalised, query_name, request_key, request_key_ignoring, request_key_of,
};

use crate::wire::grpc::Message;
use crate::wire::protobuf::to_json;
use media::Media;

/// Longest body read for its meaning: reading holds the whole body, and a longer one is hardly ever
/// written by hand or by field. Longer ones are bytes.
pub const MAX_MEANING_BYTES: usize = 1024 * 1024;

/// A body's content, apart from how it is spelt.
#[derive(Debug, Clone)]
pub enum Meaning<'a> {
    /// No bytes at all.
    Empty,
    /// JSON, whole and well-formed.
    Json(json::Document<'a>),
    /// `application/x-www-form-urlencoded`, decoded, in the order sent.
    Form(Vec<Field<'a>>),
    /// The parts of a multipart body, in order.
    Multipart(Vec<Part<'a>>),
    /// The messages of a gRPC body, in order.
    Grpc(Vec<Message>),
    /// A protobuf message, as [JSON](crate::wire::protobuf).
    Protobuf(String),
    /// Readable text of any other kind.
    Text(&'a str),
    /// Anything else.
    Binary(&'a [u8]),
}

impl<'a> Meaning<'a> {
    /// Reads `body` as its content type says, as the [module](self) describes.
    pub fn of(content_type: Option<&[u8]>, body: &'a [u8]) -> Self {
        Self::at_depth(content_type, body, 0)
    }

    /// As one word: `empty`, `json`, `form`, `multipart`, `grpc`, `protobuf`, `text`, `binary`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Json(_) => "json",
            Self::Form(_) => "form",
            Self::Multipart(_) => "multipart",
            Self::Grpc(_) => "grpc",
            Self::Protobuf(_) => "protobuf",
            Self::Text(_) => "text",
            Self::Binary(_) => "binary",
        }
    }

    /// As [`Meaning::of`], inside `depth` multiparts.
    pub(crate) fn at_depth(content_type: Option<&[u8]>, body: &'a [u8], depth: usize) -> Self {
        if body.is_empty() {
            return Self::Empty;
        }
        let media = Media::of(content_type);
        let read = if body.len() > MAX_MEANING_BYTES { None } else { read(&media, body, depth) };
        read.unwrap_or_else(|| text_or_binary(&media, body))
    }
}

fn read<'a>(media: &Media<'_>, body: &'a [u8], depth: usize) -> Option<Meaning<'a>> {
    if media.may_be_json(body)
        && let Some(document) = json::Document::parse(body)
    {
        return Some(Meaning::Json(document));
    }
    match media {
        Media::Form => Some(Meaning::Form(fields(body))),
        Media::Multipart { boundary } => {
            multipart::parts(body, boundary, depth).map(Meaning::Multipart)
        }
        Media::Grpc => grpc::messages(body).map(Meaning::Grpc),
        Media::Protobuf => to_json(body, None).map(Meaning::Protobuf),
        _ => None,
    }
}

fn text_or_binary<'a>(media: &Media<'_>, body: &'a [u8]) -> Meaning<'a> {
    match std::str::from_utf8(body) {
        Ok(text) if media.is_textual() || !text.chars().any(is_unprintable) => Meaning::Text(text),
        _ => Meaning::Binary(body),
    }
}

fn is_unprintable(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c')
}

#[cfg(test)]
mod tests;
