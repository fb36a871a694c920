//! A connection's first bytes: which version of HTTP they are.

use super::tape::Tape;
use crate::model::{Chunk, Direction};
use crate::wire::http2::{FRAME_HEADER_BYTES, Kind, PREFACE};

/// Most bytes held back while it is open which version a connection speaks. A server may greet in HTTP/2 before the
/// client does: with SETTINGS, and what belongs to the connection as a whole.
pub const MAX_GREETING_BYTES: usize = 64 * 1024;

/// Holds what is said until the client has said enough to tell.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) tape: Tape,
    held: Vec<Chunk>,
    /// How much of the preface the client has sent.
    preface: usize,
    /// What the server has sent.
    greeting: usize,
}

/// What a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoken {
    /// HTTP/1, or something else.
    Http1,
    /// HTTP/2.
    Http2,
}

impl Opening {
    pub(super) const fn new(tape: Tape) -> Self {
        Self { tape, held: Vec::new(), preface: 0, greeting: 0 }
    }

    /// Holds a chunk; says what the connection speaks, if that shows now.
    pub(super) fn receive(&mut self, chunk: Chunk) -> Option<Spoken> {
        let fits = match chunk.direction {
            Direction::ToServer => self.follow_preface(&chunk.bytes),
            Direction::ToClient => self.follow_greeting(&chunk.bytes),
        };
        self.held.push(chunk);
        match fits {
            false => Some(Spoken::Http1),
            true if self.preface == PREFACE.len() => Some(Spoken::Http2),
            true => None,
        }
    }

    /// What it spoke, as far as that shows by its end. Browsers open connections in advance, and leave some
    /// unused: all that is on them is a server's greeting.
    pub(super) const fn guess(&self) -> Spoken {
        if self.greeting >= FRAME_HEADER_BYTES { Spoken::Http2 } else { Spoken::Http1 }
    }

    /// What was held, to be read now.
    pub(super) fn into_parts(self) -> (Tape, Vec<Chunk>) {
        (self.tape, self.held)
    }

    fn follow_preface(&mut self, bytes: &[u8]) -> bool {
        let missing = PREFACE.get(self.preface..).unwrap_or_default();
        let len = missing.len().min(bytes.len());
        self.preface += len;
        bytes.get(..len) == missing.get(..len)
    }

    /// RFC 9113 §3.4: "The server connection preface consists of a potentially empty SETTINGS frame". A server
    /// of HTTP/1 has nothing to say before it is asked.
    fn follow_greeting(&mut self, bytes: &[u8]) -> bool {
        let fits = bytes.iter().zip(self.greeting..).all(|(byte, at)| match at {
            // Shorter than 64 KiB, without flags, of stream 0.
            0 | 4..9 => *byte == 0,
            3 => *byte == Kind::Settings.number(),
            _ => true,
        });
        self.greeting = self.greeting.saturating_add(bytes.len());
        fits && self.greeting <= MAX_GREETING_BYTES
    }
}
