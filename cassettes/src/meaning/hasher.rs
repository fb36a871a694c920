//! The body key: of a whole body, or as it streams by.

use super::media::Media;
use super::{MAX_MEANING_BYTES, Meaning, form, grpc, json, multipart};

/// A stable 64-bit hash of what a body means, as the [module](super) specifies. 0 if and only if
/// the body is empty.
pub fn body_key(content_type: Option<&[u8]>, body: &[u8]) -> u64 {
    key_of(content_type, body, 0)
}

/// [`body_key`] of a body that comes in pieces, in bounded memory.
#[derive(Debug)]
pub struct BodyHasher(State);

impl BodyHasher {
    /// Of a body of this type. Content-coded bodies hash as the bytes they are.
    pub fn new(content_type: Option<&[u8]>) -> Self {
        if Media::of(content_type).is_bytes() {
            return Self(State::Streamed { hasher: None });
        }
        Self(State::Held { content_type: content_type.map(Into::into), body: Vec::new() })
    }

    /// The next piece.
    pub fn update(&mut self, piece: &[u8]) {
        if piece.is_empty() {
            return;
        }
        match &mut self.0 {
            State::Held { body, .. } if body.len() + piece.len() <= MAX_MEANING_BYTES => {
                body.extend_from_slice(piece);
            }
            State::Held { body, .. } => {
                let mut hasher = bytes_hasher();
                hasher.update(body).update(piece);
                self.0 = State::Streamed { hasher: Some(hasher) };
            }
            State::Streamed { hasher } => {
                hasher.get_or_insert_with(bytes_hasher).update(piece);
            }
        }
    }

    /// The key of all that came.
    pub fn finish(self) -> u64 {
        match self.0 {
            State::Held { content_type, body } => body_key(content_type.as_deref(), &body),
            State::Streamed { hasher: None } => 0,
            State::Streamed { hasher: Some(hasher) } => never_zero(first_eight(&hasher.finalize())),
        }
    }
}

/// [`body_key`] inside `depth` multiparts.
pub(super) fn key_of(content_type: Option<&[u8]>, body: &[u8], depth: usize) -> u64 {
    if body.is_empty() {
        return 0;
    }
    let canonical = match Media::of(content_type) {
        _ if body.len() > MAX_MEANING_BYTES => None,
        media if media.is_bytes() => None,
        _ => canonical(Meaning::at_depth(content_type, body, depth)),
    };
    let hash = match canonical {
        Some(text) => blake3::hash(&text),
        None => bytes_hasher().update(body).finalize(),
    };
    never_zero(first_eight(&hash))
}

/// The first 8 bytes of a hash, as a little-endian number.
pub(super) fn first_eight(hash: &blake3::Hash) -> u64 {
    hash.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[derive(Debug)]
enum State {
    /// May still be read for its meaning.
    Held { content_type: Option<Box<[u8]>>, body: Vec<u8> },
    /// Only its bytes count. No hasher: nothing came yet.
    Streamed { hasher: Option<Box<blake3::Hasher>> },
}

/// Tag and canonical text; none where the bytes themselves count.
fn canonical(meaning: Meaning<'_>) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    match meaning {
        Meaning::Json(document) => {
            text.extend_from_slice(b"json\n");
            json::write_canonical(document.root(), &mut text);
        }
        Meaning::Form(fields) => {
            text.extend_from_slice(b"form\n");
            form::write_canonical(fields, &mut text);
        }
        Meaning::Multipart(parts) => {
            text.extend_from_slice(b"multipart\n");
            multipart::write_canonical(&parts, &mut text);
        }
        Meaning::Grpc(messages) => {
            text.extend_from_slice(b"grpc\n");
            grpc::write_canonical(&messages, &mut text);
        }
        Meaning::Protobuf(json) => {
            text.extend_from_slice(b"protobuf\n");
            text.extend_from_slice(json.as_bytes());
        }
        Meaning::Empty | Meaning::Text(_) | Meaning::Binary(_) => return None,
    }
    Some(text)
}

/// Boxed: its state is nearly 2 KiB.
fn bytes_hasher() -> Box<blake3::Hasher> {
    let mut hasher = Box::new(blake3::Hasher::new());
    hasher.update(b"bytes\n");
    hasher
}

/// 0 is taken: it says that there is no body.
const fn never_zero(key: u64) -> u64 {
    if key == 0 { 1 } else { key }
}
