//! One conversation.

use bytes::Bytes;

use super::{Chunk, ConnectionId, Direction, Timestamp};

/// One conversation on a connection, as its bytes.
///
/// HTTP/1: one request and its responses, interim ones included; after an upgrade or CONNECT, also
/// everything that follows. HTTP/2: one request stream with its responses, and what was pushed for it. Raw: whatever no parser understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The connection it was on.
    pub connection: ConnectionId,
    /// How to read the bytes.
    pub protocol: Protocol,
    /// In the order of the wire, both directions; each direction's concatenation is verbatim what was sent.
    pub chunks: Vec<Chunk>,
}

impl Exchange {
    /// When its first byte was seen.
    pub fn started(&self) -> Timestamp {
        self.chunks.first().map_or(Timestamp::ZERO, |chunk| chunk.at)
    }

    /// When its last byte was seen.
    pub fn ended(&self) -> Timestamp {
        self.chunks.last().map_or(Timestamp::ZERO, |chunk| chunk.at)
    }

    /// The chunks that went one way.
    pub fn sent(&self, direction: Direction) -> impl Iterator<Item = &Chunk> {
        self.chunks.iter().filter(move |chunk| chunk.direction == direction)
    }

    /// All bytes that went one way, joined. Copies unless they are a single chunk.
    pub fn bytes(&self, direction: Direction) -> Bytes {
        let mut chunks = self.sent(direction);
        let Some(first) = chunks.next() else { return Bytes::new() };
        let Some(second) = chunks.next() else { return first.bytes.clone() };
        let mut joined = [&first.bytes[..], &second.bytes[..]].concat();
        chunks.for_each(|chunk| joined.extend_from_slice(&chunk.bytes));
        joined.into()
    }

    /// How many bytes went one way.
    pub fn byte_count(&self, direction: Direction) -> u64 {
        self.sent(direction).map(|chunk| chunk.bytes.len() as u64).sum()
    }
}

/// How to read an exchange's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// HTTP/1.0 or HTTP/1.1 (RFC 9112).
    Http1,
    /// One stream of HTTP/2 (RFC 9113), as whole frames. Header blocks are re-coded so that they stand alone:
    /// every field is a literal without indexing and without Huffman coding, a block is one frame. All else is as on the wire: stream
    /// numbers, DATA boundaries, padding. A GOAWAY that came while the stream was open is among its frames.
    Http2,
    /// What belongs to an HTTP/2 connection and none of its streams: the preface, SETTINGS, PING,
    /// `WINDOW_UPDATE`, GOAWAY. Never asked for by itself.
    Http2Control,
    /// Bytes that no parser understood, or was asked to.
    Raw,
}

impl Protocol {
    /// Whether it is a conversation of its own: asked for, counted, and judged. What belongs to an HTTP/2 connection as a whole is none.
    pub const fn is_conversation(self) -> bool {
        !matches!(self, Self::Http2Control)
    }

    /// The name shown and written: `http/1`, `http/2`, `http/2-control`, `raw`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http1 => "http/1",
            Self::Http2 => "http/2",
            Self::Http2Control => "http/2-control",
            Self::Raw => "raw",
        }
    }
}
