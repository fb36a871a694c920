//! What one side sent, and in which read it came.

use bytes::{Bytes, BytesMut};

use super::line::Line;
use crate::model::{Chunk, Direction, Timestamp};
use crate::text::error::Problem;
use crate::wire::http2::{FRAME_HEADER_BYTES, Frame, FrameHeader, PREFACE};

/// A frame, or bytes that are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::text) enum Unit {
    /// The client's first bytes.
    Preface,
    /// A whole frame.
    Frame(Line),
    /// Anything else.
    Bytes(Bytes),
}

impl Unit {
    fn write(&self, out: &mut BytesMut) {
        match self {
            Self::Preface => out.extend_from_slice(PREFACE),
            Self::Frame(line) => line.frame().write(out),
            Self::Bytes(bytes) => out.extend_from_slice(bytes),
        }
    }
}

/// One unit of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::text) struct Piece {
    pub(in crate::text) direction: Direction,
    /// Nanoseconds since the read before it. `None`: it came in the same read as the piece before it, if that was
    /// this side's; otherwise at once.
    pub(in crate::text) after: Option<u64>,
    pub(in crate::text) unit: Unit,
}

/// The chunks that the pieces add up to, the first of them at `start`.
pub(in crate::text) fn chunks(pieces: &[Piece], start: u64) -> Result<Vec<Chunk>, Problem> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut now = start;
    let mut pieces = pieces.iter().peekable();
    while let Some(first) = pieces.next() {
        now = now.checked_add(first.after.unwrap_or(0)).ok_or(Problem::TimeOverflow)?;
        let mut bytes = BytesMut::new();
        first.unit.write(&mut bytes);
        let direction = first.direction;
        let same_read = |next: &&Piece| next.direction == direction && next.after.is_none();
        while let Some(next) = pieces.next_if(same_read) {
            next.unit.write(&mut bytes);
        }
        chunks.push(Chunk { direction, at: Timestamp::from_nanos(now), bytes: bytes.freeze() });
    }
    Ok(chunks)
}

/// The pieces that the chunks are made of.
pub(in crate::text) fn pieces(chunks: &[Chunk]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut last: Option<&Chunk> = None;
    for chunk in chunks {
        let wait = last.map_or(0, |last| chunk.at.as_nanos().saturating_sub(last.at.as_nanos()));
        let must_tell = wait > 0 || last.is_some_and(|last| last.direction == chunk.direction);
        let mut after = must_tell.then_some(wait);
        let direction = chunk.direction;
        pieces.extend(units(&chunk.bytes).into_iter().map(|unit| Piece {
            direction,
            after: after.take(),
            unit,
        }));
        last = Some(chunk);
    }
    pieces
}

/// A chunk's frames, or what it is if it does not consist of whole ones.
fn units(bytes: &Bytes) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut rest = bytes.clone();
    if rest.starts_with(PREFACE) {
        units.push(Unit::Preface);
        rest = rest.slice(PREFACE.len()..);
    }
    while !rest.is_empty() {
        let Some((frame, after)) = next_frame(&rest) else {
            units.push(Unit::Bytes(rest));
            break;
        };
        units.push(Unit::Frame(Line::of(&frame)));
        rest = after;
    }
    units
}

/// The frame that `bytes` begin with, if a frame of the same parts has the same bytes.
fn next_frame(bytes: &Bytes) -> Option<(Frame, Bytes)> {
    let header = FrameHeader::read(bytes.first_chunk::<FRAME_HEADER_BYTES>()?);
    let payload = bytes.get(FRAME_HEADER_BYTES..header.wire_len())?;
    let frame = Frame { header, payload: bytes.slice_ref(payload) };
    // The reserved bit is not part of a frame's header.
    let is_exact = frame.encode() == bytes.slice(..header.wire_len());
    is_exact.then(|| (frame, bytes.slice(header.wire_len()..)))
}
