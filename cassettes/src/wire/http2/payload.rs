//! What a frame's payload says. `None` everywhere means: a frame of another kind, or not a sound one;
//! what a [`FrameParser`](super::FrameParser) gives is sound.

use std::ops::Range;

use bytes::{BufMut, Bytes, BytesMut};

use super::hpack::{Decoder, Field, HpackError};
use super::{ErrorCode, Frame, FrameHeader, Kind, flag};

/// Where a stream stands among the others, as RFC 7540 had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priority {
    /// No other stream depends on that one.
    pub exclusive: bool,
    /// The stream that comes first.
    pub depends_on: u32,
    /// As on the wire: one less than the weight.
    pub weight: u8,
}

/// The end of a connection, announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoAway {
    /// The last stream of the other side that anything was done about.
    pub last_stream: u32,
    /// Why.
    pub code: ErrorCode,
    /// For people.
    pub debug: Bytes,
}

impl Frame {
    /// DATA without its padding.
    pub fn data(&self) -> Option<Bytes> {
        let inner = self.unpadded().filter(|_| self.kind() == Kind::Data)?;
        Some(self.payload.slice_ref(inner))
    }

    /// How many bytes of the payload are there to hide its length: the padding and its own length.
    pub fn padding(&self) -> usize {
        let padded = can_be_padded(self.header) && self.unpadded().is_some();
        let pad = self.payload.first().filter(|_| padded);
        pad.map_or(0, |pad| 1 + usize::from(*pad))
    }

    /// What is here of a header block: HEADERS, `PUSH_PROMISE`, CONTINUATION.
    pub fn block(&self) -> Option<Bytes> {
        self.block_range().map(|range| self.payload.slice(range))
    }

    /// The same HEADERS or `PUSH_PROMISE` with another block, whole; priority, promise and padding stay. One of
    /// another kind stays as it is.
    #[must_use]
    pub fn with_block(&self, block: &[u8]) -> Self {
        let Some(Range { start, end }) = self.block_range() else { return self.clone() };
        let before = self.payload.get(..start).unwrap_or_default();
        let after = self.payload.get(end..).unwrap_or_default();
        let mut payload = BytesMut::with_capacity(before.len() + block.len() + after.len());
        payload.put_slice(before);
        payload.put_slice(block);
        payload.put_slice(after);
        let flags = self.header.flags | flag::END_HEADERS;
        Self::new(self.kind(), flags, self.stream(), payload.freeze())
    }

    /// The fields of a block that needs no others, as a recording keeps it.
    pub fn fields(&self) -> Option<Result<Vec<Field>, HpackError>> {
        Some(Decoder::passive().decode(&self.block()?))
    }

    /// Of PRIORITY, or of HEADERS that have one.
    pub fn priority(&self) -> Option<Priority> {
        let has_one = match self.kind() {
            Kind::Headers => self.header.has(flag::PRIORITY),
            kind => kind == Kind::Priority,
        };
        let [e0, e1, e2, e3, weight] = *self.unpadded()?.first_chunk()?;
        let depends_on = u32::from_be_bytes([e0 & 0x7f, e1, e2, e3]);
        has_one.then_some(Priority { exclusive: e0 & 0x80 != 0, depends_on, weight })
    }

    /// The stream that `PUSH_PROMISE` promises.
    pub fn push_promise(&self) -> Option<u32> {
        let promised =
            self.unpadded()?.first_chunk().filter(|_| self.kind() == Kind::PushPromise)?;
        Some(u32::from_be_bytes(*promised) & 0x7fff_ffff)
    }

    /// Of `RST_STREAM`.
    pub fn rst(&self) -> Option<ErrorCode> {
        self.number(Kind::RstStream).map(ErrorCode)
    }

    /// How much more may be sent, of `WINDOW_UPDATE`. 0 is an error that the receiver answers.
    pub fn window_update(&self) -> Option<u32> {
        self.number(Kind::WindowUpdate).map(|increment| increment & 0x7fff_ffff)
    }

    /// Setting and value, in the order of the wire; empty in an acknowledgement.
    pub fn settings(&self) -> Option<Vec<(u16, u32)>> {
        let (settings, rest) = self.payload.as_chunks();
        let sound = self.kind() == Kind::Settings && rest.is_empty();
        let read = |[s0, s1, v0, v1, v2, v3]: &[u8; 6]| {
            (u16::from_be_bytes([*s0, *s1]), u32::from_be_bytes([*v0, *v1, *v2, *v3]))
        };
        sound.then(|| settings.iter().map(read).collect())
    }

    /// What PING carries and its answer repeats.
    pub fn ping(&self) -> Option<[u8; 8]> {
        self.payload[..].try_into().ok().filter(|_| self.kind() == Kind::Ping)
    }

    /// Of GOAWAY.
    pub fn goaway(&self) -> Option<GoAway> {
        let (last, rest) = self.payload.split_first_chunk()?;
        let (code, debug) = rest.split_first_chunk()?;
        (self.kind() == Kind::GoAway).then(|| GoAway {
            last_stream: u32::from_be_bytes(*last) & 0x7fff_ffff,
            code: ErrorCode(u32::from_be_bytes(*code)),
            debug: self.payload.slice_ref(debug),
        })
    }

    /// The payload without padding; none where the padding is longer than the payload.
    pub(super) fn unpadded(&self) -> Option<&[u8]> {
        if !can_be_padded(self.header) {
            return Some(&self.payload);
        }
        let (pad, rest) = self.payload.split_first()?;
        rest.get(..rest.len().checked_sub(usize::from(*pad))?)
    }

    /// Where in the payload the block lies.
    fn block_range(&self) -> Option<Range<usize>> {
        let pad_length = usize::from(can_be_padded(self.header));
        let start = match self.kind() {
            Kind::Headers if self.header.has(flag::PRIORITY) => pad_length + 5,
            Kind::Headers | Kind::Continuation => pad_length,
            Kind::PushPromise => pad_length + 4,
            _ => return None,
        };
        let end = pad_length + self.unpadded()?.len();
        (start <= end).then_some(start..end)
    }

    fn number(&self, kind: Kind) -> Option<u32> {
        let number = self.payload[..].try_into().ok().map(u32::from_be_bytes)?;
        (self.kind() == kind).then_some(number)
    }
}

fn can_be_padded(header: FrameHeader) -> bool {
    let kind = matches!(header.kind, Kind::Data | Kind::Headers | Kind::PushPromise);
    kind && header.has(flag::PADDED)
}
