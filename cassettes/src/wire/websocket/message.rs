//! One direction's bytes into whole messages.

use bytes::Bytes;

use super::inflate::Inflater;
use super::{
    Agreement, FrameEvent, FrameHeader, FrameParser, MAX_MESSAGE_BYTES, Opcode, WebSocketError,
    unmask,
};
use crate::model::Direction;

/// RSV1, which marks a compressed message (RFC 7692 §6).
const COMPRESSED: u8 = 4;

/// One message, or one control frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: Kind,
    /// Its fragments joined, masks undone, inflated; up to [`MAX_MESSAGE_BYTES`].
    pub payload: Bytes,
    /// How many bytes of payload were on the wire.
    pub wire_len: u64,
    /// In how many frames it came.
    pub frames: u32,
    /// It was compressed. If it could not be inflated, the payload is still compressed.
    pub compressed: bool,
    /// The payload is what is meant, and all of it: not too long, not damaged.
    pub readable: bool,
    /// Where it ends: how many bytes its direction has through its last one.
    pub end: u64,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text, in UTF-8 if its sender is right.
    Text,
    /// Bytes.
    Binary,
    /// To be answered by a pong.
    Ping,
    /// An answer to a ping, or a sign of life.
    Pong,
    /// The last message of a direction.
    Close,
}

/// What a close frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close<'a> {
    /// None: it says nothing.
    pub code: Option<u16>,
    /// For people; most often empty.
    pub reason: &'a [u8],
}

impl Kind {
    /// As one word: `text`, `binary`, `ping`, `pong`, `close`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Ping => "ping",
            Self::Pong => "pong",
            Self::Close => "close",
        }
    }

    /// Sent on the sender's own clock, and no part of what it says.
    pub const fn is_sign_of_life(self) -> bool {
        matches!(self, Self::Ping | Self::Pong)
    }

    const fn of(opcode: Opcode) -> Self {
        match opcode {
            Opcode::Text => Self::Text,
            Opcode::Continuation | Opcode::Binary => Self::Binary,
            Opcode::Close => Self::Close,
            Opcode::Ping => Self::Ping,
            Opcode::Pong => Self::Pong,
        }
    }
}

impl Message {
    /// What it says, if it is a close frame.
    pub fn close(&self) -> Option<Close<'_>> {
        let code = self.payload.first_chunk().copied().map(u16::from_be_bytes);
        let reason = self.payload.get(2..).unwrap_or_default();
        (self.kind == Kind::Close).then_some(Close { code, reason })
    }
}

/// One direction's bytes into whole messages; cut the input as you like.
#[derive(Debug, Default)]
pub struct MessageReader {
    frames: FrameParser,
    inflater: Option<Inflater>,
    /// The frame whose payload comes.
    frame: Option<Frame>,
    /// The message that is not whole.
    message: Option<Draft>,
}

#[derive(Debug)]
struct Frame {
    header: FrameHeader,
    /// Bytes of its payload that came.
    seen: u64,
    /// Of a control frame, which may come amid a message.
    control: Option<Draft>,
}

#[derive(Debug)]
struct Draft {
    kind: Kind,
    compressed: bool,
    payload: Vec<u8>,
    wire_len: u64,
    frames: u32,
}

impl MessageReader {
    /// Of what was agreed, in this direction.
    pub fn new(agreement: Agreement, direction: Direction) -> Self {
        let inflater = agreement.deflate.map(|deflate| Inflater::new(deflate.side(direction)));
        Self { inflater, ..Self::default() }
    }

    /// Takes from the front of `input` up to the end of the next message; `None`: it needs more.
    pub fn advance(&mut self, input: &mut &[u8]) -> Result<Option<Message>, WebSocketError> {
        while let Some(event) = self.frames.advance(input)? {
            match event {
                FrameEvent::Header(header) => self.begin(header),
                FrameEvent::Payload(bytes) => self.add(bytes),
                FrameEvent::End => {
                    if let Some(message) = self.end() {
                        return Ok(Some(message));
                    }
                }
            }
        }
        Ok(None)
    }

    /// A message, or a frame, began and is not whole.
    pub fn is_amid_message(&self) -> bool {
        self.message.is_some() || !self.frames.is_between_frames()
    }

    fn begin(&mut self, header: FrameHeader) {
        let draft = || Draft {
            kind: Kind::of(header.opcode),
            compressed: header.reserved & COMPRESSED != 0,
            payload: Vec::new(),
            wire_len: 0,
            frames: 0,
        };
        let control = header.opcode.is_control().then(draft);
        if control.is_none() {
            self.message.get_or_insert_with(draft).frames += 1;
        }
        self.frame = Some(Frame { header, seen: 0, control });
    }

    fn add(&mut self, bytes: &[u8]) {
        let Some(frame) = &mut self.frame else { return };
        let Some(draft) = frame.control.as_mut().or(self.message.as_mut()) else { return };
        let room = MAX_MESSAGE_BYTES.saturating_sub(draft.payload.len());
        let start = draft.payload.len();
        draft.payload.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        if let (Some(mask), Some(added)) = (frame.header.mask, draft.payload.get_mut(start..)) {
            unmask(added, mask, frame.seen);
        }
        draft.wire_len += bytes.len() as u64;
        frame.seen += bytes.len() as u64;
    }

    fn end(&mut self) -> Option<Message> {
        let frame = self.frame.take()?;
        let draft = match frame.control {
            Some(control) => Draft { frames: 1, ..control },
            None if frame.header.fin => self.message.take()?,
            None => return None,
        };
        Some(self.finish(draft))
    }

    fn finish(&mut self, draft: Draft) -> Message {
        let mut message = Message {
            kind: draft.kind,
            readable: draft.payload.len() as u64 == draft.wire_len,
            payload: draft.payload.into(),
            wire_len: draft.wire_len,
            frames: draft.frames,
            compressed: draft.compressed,
            end: self.frames.taken(),
        };
        if message.compressed {
            self.inflate(&mut message);
        }
        message
    }

    fn inflate(&mut self, message: &mut Message) {
        let inflated = match &mut self.inflater {
            Some(inflater) if message.readable => inflater.inflate(&message.payload),
            Some(inflater) => {
                inflater.skip();
                None
            }
            None => None,
        };
        message.readable = inflated.is_some();
        if let Some(content) = inflated {
            message.payload = content.into();
        }
    }
}
