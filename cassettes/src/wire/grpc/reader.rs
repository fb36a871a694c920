//! A body's bytes into messages.

use bytes::Bytes;

use super::MAX_MESSAGE_BYTES;

/// A flag byte and a 32-bit length.
const PREFIX_BYTES: usize = 5;

/// One length-prefixed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// 1: compressed. gRPC-Web sets 0x80 on its trailers, Connect 2 on the end of a stream.
    pub flags: u8,
    /// As on the wire; up to [`MAX_MESSAGE_BYTES`].
    pub payload: Bytes,
    /// How long it is on the wire.
    pub wire_len: u32,
    /// Where it ends: how many bytes the body has through its last one.
    pub end: u64,
}

impl Message {
    /// Its payload is compressed, as `grpc-encoding` says.
    pub const fn is_compressed(&self) -> bool {
        self.flags & 1 != 0
    }

    /// It holds trailers or an end of stream, no message of the service.
    pub const fn is_trailer(&self) -> bool {
        self.flags & 0x82 != 0
    }

    /// All of it is kept.
    pub fn is_whole(&self) -> bool {
        self.payload.len() as u64 == u64::from(self.wire_len)
    }
}

/// A body's bytes into messages; cut the input as you like. A stream of messages has no other structure, so nothing
/// is ever wrong with it but that it stops too early.
#[derive(Debug, Clone, Default)]
pub struct MessageReader {
    /// The start of a prefix.
    prefix: [u8; PREFIX_BYTES],
    prefix_len: usize,
    /// The message whose payload comes.
    message: Option<Draft>,
    taken: u64,
}

#[derive(Debug, Clone)]
struct Draft {
    flags: u8,
    len: u32,
    left: u32,
    payload: Vec<u8>,
}

impl MessageReader {
    /// Takes from the front of `input` up to the end of the next message; `None`: it needs more.
    pub fn advance(&mut self, input: &mut &[u8]) -> Option<Message> {
        let piece = self.step(input);
        let draft = self.message.as_mut()?;
        let room = MAX_MESSAGE_BYTES.saturating_sub(draft.payload.len());
        draft.payload.extend_from_slice(piece.get(..room).unwrap_or(piece));
        let done = self.message.take_if(|draft| draft.left == 0)?;
        Some(Message {
            flags: done.flags,
            payload: done.payload.into(),
            wire_len: done.len,
            end: self.taken,
        })
    }

    /// Takes from the front of `input` up to the end of the next message, without keeping it. Whether one ended.
    pub fn skip(&mut self, input: &mut &[u8]) -> bool {
        self.step(input);
        self.message.take_if(|draft| draft.left == 0).is_some()
    }

    /// A message began and is not whole.
    pub const fn is_amid_message(&self) -> bool {
        self.prefix_len > 0 || self.message.is_some()
    }

    /// Takes what comes next of a message; what of it is payload.
    fn step<'a>(&mut self, input: &mut &'a [u8]) -> &'a [u8] {
        if self.message.is_none() && !self.read_prefix(input) {
            return &[];
        }
        let Some(draft) = &mut self.message else { return &[] };
        let most = usize::try_from(draft.left).unwrap_or(usize::MAX).min(input.len());
        let (piece, rest) = input.split_at_checked(most).unwrap_or((input, &[]));
        *input = rest;
        self.taken += piece.len() as u64;
        draft.left = draft.left.saturating_sub(u32::try_from(piece.len()).unwrap_or(u32::MAX));
        piece
    }

    /// Whether the prefix is whole.
    fn read_prefix(&mut self, input: &mut &[u8]) -> bool {
        while self.prefix_len < PREFIX_BYTES {
            let Some((first, rest)) = input.split_first() else { return false };
            if let Some(place) = self.prefix.get_mut(self.prefix_len) {
                *place = *first;
            }
            self.prefix_len += 1;
            self.taken += 1;
            *input = rest;
        }
        let [flags, length @ ..] = self.prefix;
        let len = u32::from_be_bytes(length);
        self.prefix_len = 0;
        self.message = Some(Draft { flags, len, left: len, payload: Vec::new() });
        true
    }
}
