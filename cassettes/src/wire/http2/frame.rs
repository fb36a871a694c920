//! One frame, as it is on the wire.

use bytes::{BufMut, Bytes, BytesMut};

use super::FRAME_HEADER_BYTES;

/// The flags that frames carry. Some share a bit, on frames of different kinds.
pub mod flag {
    /// The sender's last frame of a stream: DATA, HEADERS.
    pub const END_STREAM: u8 = 0x1;
    /// An answer: SETTINGS, PING.
    pub const ACK: u8 = 0x1;
    /// The header block is whole: HEADERS, `PUSH_PROMISE`, CONTINUATION.
    pub const END_HEADERS: u8 = 0x4;
    /// The payload begins with the length of the padding at its end: DATA, HEADERS, `PUSH_PROMISE`.
    pub const PADDED: u8 = 0x8;
    /// The block comes after five bytes of priority: HEADERS.
    pub const PRIORITY: u8 = 0x20;
}

/// What a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A piece of a body.
    Data,
    /// A head or trailers, or their beginning.
    Headers,
    /// How urgent a stream is, as RFC 7540 had it.
    Priority,
    /// The end of a stream before its time.
    RstStream,
    /// What the sender wants from the other side.
    Settings,
    /// The request that the server is about to answer unasked.
    PushPromise,
    /// Are you there?
    Ping,
    /// No more streams.
    GoAway,
    /// More may be sent.
    WindowUpdate,
    /// A header block goes on.
    Continuation,
    /// One that RFC 9113 does not know: to be ignored.
    Other(u8),
}

impl Kind {
    /// As on the wire.
    pub const fn number(self) -> u8 {
        match self {
            Self::Data => 0,
            Self::Headers => 1,
            Self::Priority => 2,
            Self::RstStream => 3,
            Self::Settings => 4,
            Self::PushPromise => 5,
            Self::Ping => 6,
            Self::GoAway => 7,
            Self::WindowUpdate => 8,
            Self::Continuation => 9,
            Self::Other(number) => number,
        }
    }

    /// As the standards spell it; none for a kind that they do not know.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Data => "DATA",
            Self::Headers => "HEADERS",
            Self::Priority => "PRIORITY",
            Self::RstStream => "RST_STREAM",
            Self::Settings => "SETTINGS",
            Self::PushPromise => "PUSH_PROMISE",
            Self::Ping => "PING",
            Self::GoAway => "GOAWAY",
            Self::WindowUpdate => "WINDOW_UPDATE",
            Self::Continuation => "CONTINUATION",
            Self::Other(0xa) => "ALTSVC",
            Self::Other(0xc) => "ORIGIN",
            Self::Other(0x10) => "PRIORITY_UPDATE",
            Self::Other(_) => return None,
        })
    }
}

impl From<u8> for Kind {
    fn from(number: u8) -> Self {
        match number {
            0 => Self::Data,
            1 => Self::Headers,
            2 => Self::Priority,
            3 => Self::RstStream,
            4 => Self::Settings,
            5 => Self::PushPromise,
            6 => Self::Ping,
            7 => Self::GoAway,
            8 => Self::WindowUpdate,
            9 => Self::Continuation,
            _ => Self::Other(number),
        }
    }
}

/// The nine bytes before a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// Of the payload; less than 2^24.
    pub length: u32,
    /// What the frame is for.
    pub kind: Kind,
    /// See [`flag`].
    pub flags: u8,
    /// 0: the connection as a whole. The reserved bit before it is ignored, as RFC 9113 §4.1 demands, and not kept.
    pub stream: u32,
}

impl FrameHeader {
    /// As on the wire.
    pub fn read(bytes: &[u8; FRAME_HEADER_BYTES]) -> Self {
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = *bytes;
        Self {
            length: u32::from_be_bytes([0, l0, l1, l2]),
            kind: kind.into(),
            flags,
            stream: u32::from_be_bytes([s0 & 0x7f, s1, s2, s3]),
        }
    }

    /// As on the wire.
    pub fn write(self, out: &mut BytesMut) {
        let [_, length @ ..] = self.length.to_be_bytes();
        out.reserve(FRAME_HEADER_BYTES);
        out.put_slice(&length);
        out.put_u8(self.kind.number());
        out.put_u8(self.flags);
        out.put_u32(self.stream);
    }

    /// Whether all of `flags` are set.
    pub const fn has(self, flags: u8) -> bool {
        self.flags & flags == flags
    }

    /// Payload and all.
    pub const fn wire_len(self) -> usize {
        FRAME_HEADER_BYTES + self.length as usize
    }
}

/// One frame. Its payload is a slice of what was read, where that came in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub header: FrameHeader,
    /// As on the wire, padding included.
    pub payload: Bytes,
}

impl Frame {
    /// A frame with this payload, which must be shorter than 2^24 bytes.
    pub fn new(kind: Kind, flags: u8, stream: u32, payload: Bytes) -> Self {
        debug_assert!(
            payload.len() <= super::MAX_FRAME_BYTES as usize,
            "a frame's length has 24 bits"
        );
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        Self { header: FrameHeader { length, kind, flags, stream }, payload }
    }

    /// As on the wire.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(self.header.wire_len());
        self.write(&mut out);
        out.freeze()
    }

    /// As on the wire, after what is there.
    pub fn write(&self, out: &mut BytesMut) {
        self.header.write(out);
        out.put_slice(&self.payload);
    }

    /// What it is for.
    pub const fn kind(&self) -> Kind {
        self.header.kind
    }

    /// 0: the connection as a whole.
    pub const fn stream(&self) -> u32 {
        self.header.stream
    }

    /// The sender says nothing more on this stream. A block that goes on in CONTINUATIONs counts: they belong to it.
    pub const fn ends_stream(&self) -> bool {
        matches!(self.header.kind, Kind::Data | Kind::Headers) && self.header.has(flag::END_STREAM)
    }

    /// An answer to SETTINGS or PING.
    pub const fn is_ack(&self) -> bool {
        matches!(self.header.kind, Kind::Settings | Kind::Ping) && self.header.has(flag::ACK)
    }

    /// The same with another stream's number.
    #[must_use]
    pub fn on_stream(mut self, stream: u32) -> Self {
        self.header.stream = stream;
        self
    }
}
