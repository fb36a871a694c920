//! One frame's header, and its mask.

use super::WebSocketProblem;

/// Longest header: two bytes, a 64-bit length, a mask.
pub const MAX_HEADER_BYTES: usize = 14;

/// What a frame begins with (RFC 6455 §5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// The last one of its message.
    pub fin: bool,
    /// The three reserved bits: 4 is RSV1, which marks a compressed message.
    pub reserved: u8,
    /// What it carries.
    pub opcode: Opcode,
    /// What its payload is masked with, if it is; a client's always are.
    pub mask: Option<[u8; 4]>,
    /// Bytes of payload that follow.
    pub payload_len: u64,
}

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opcode {
    /// More of the message that began before.
    Continuation,
    /// A message of text.
    Text,
    /// A message of bytes.
    Binary,
    /// The end.
    Close,
    /// To be answered by a pong with the same payload.
    Ping,
    /// The answer to a ping, or a sign of life.
    Pong,
}

impl Opcode {
    const fn of(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return None,
        })
    }

    const fn number(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Text => 1,
            Self::Binary => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    /// A frame that may come between the fragments of a message.
    pub const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

impl FrameHeader {
    /// How long a header is that begins with these bytes; at least two are needed to tell.
    pub(super) fn len_of(start: &[u8]) -> Option<usize> {
        let second = *start.get(1)?;
        let length = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        Some(2 + length + if second & 0x80 == 0 { 0 } else { 4 })
    }

    /// Reads a header, which is all there.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, WebSocketProblem> {
        let [first, second, rest @ ..] = bytes else { return Err(WebSocketProblem::Length) };
        let opcode = Opcode::of(first & 0x0f).ok_or(WebSocketProblem::Opcode(first & 0x0f))?;
        let (payload_len, rest) = match second & 0x7f {
            126 => number::<2>(rest),
            127 => number::<8>(rest),
            short => (u64::from(short), rest),
        };
        let fin = first & 0x80 != 0;
        let reserved = first >> 4 & 7;
        let mask = if second & 0x80 == 0 { None } else { rest.first_chunk().copied() };
        let header = Self { fin, reserved, opcode, mask, payload_len };
        header.check().map(|()| header)
    }

    fn check(&self) -> Result<(), WebSocketProblem> {
        if self.payload_len >> 63 != 0 {
            return Err(WebSocketProblem::Length);
        }
        if self.opcode.is_control() && !self.fin {
            return Err(WebSocketProblem::FragmentedControl);
        }
        if self.opcode.is_control() && self.payload_len > 125 {
            return Err(WebSocketProblem::LongControl);
        }
        Ok(())
    }
}

/// Undoes the mask of `bytes`, or puts it on, which is the same; they begin `offset` bytes into the frame's payload.
pub fn unmask(bytes: &mut [u8], mask: [u8; 4], offset: u64) {
    // The remainder is below 4.
    let mut key = mask;
    key.rotate_left(usize::try_from(offset % 4).unwrap_or(0));
    let mut quads = bytes.chunks_exact_mut(4);
    for quad in &mut quads {
        quad.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
    }
    quads.into_remainder().iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
}

/// A whole, unmasked frame, as a server sends it.
pub fn encode(opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode.number()];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(len @ ..=125), _) => frame.push(len),
        (_, Ok(len)) => {
            frame.push(126);
            frame.extend_from_slice(&len.to_be_bytes());
        }
        _ => {
            frame.push(127);
            frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame
}

/// A big-endian number of `N` bytes, and what follows.
fn number<const N: usize>(bytes: &[u8]) -> (u64, &[u8]) {
    let (number, rest) = bytes.split_at_checked(N).unwrap_or((bytes, &[]));
    (number.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)), rest)
}
