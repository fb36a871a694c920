//! The index: segments of fixed-width entries, a list of them, and the footer that leads to it.

use bytes::Bytes;

use super::damage::{Damage, What};
use super::entry::{CONNECTION_ENTRY_BYTES, ConnectionEntry, ENTRY_BYTES, Entry};
use super::frame::{FRAME_BYTES, Frame, FrameHead, Kind};
use super::number::{narrow, put_u32, put_u64, take, take_u32, take_u64, wide};
use crate::model::ConnectionId;

/// A footer's length, frame included: the last bytes of a finished file.
pub(super) const FOOTER_BYTES: usize = FRAME_BYTES + FOOTER_BODY_BYTES;

const FOOTER_BODY_BYTES: usize = 40;

/// The very last bytes of a finished file.
const END_MAGIC: [u8; 8] = *b"\x89rtpend\n";

const SEGMENT_REF_BYTES: usize = 16;

/// Where the entries are, in the order that readers number them.
#[derive(Debug)]
pub(super) struct Index {
    /// What `positions` point into: the file, or entries rebuilt by a scan.
    bytes: Bytes,
    /// Of each exchange's entry; every one was read once when the index was loaded.
    positions: Vec<usize>,
    /// By id.
    connections: Vec<ConnectionEntry>,
    /// As listed in the file; empty if it was rebuilt.
    segments: Vec<SegmentRef>,
}

impl Index {
    /// From a finished file's end.
    pub(super) fn load(file: &Bytes) -> Result<Self, Damage> {
        let footer = Footer::read(file)?;
        let record = Frame::expect(file, footer.index_offset, Kind::Index)?;
        let segments = read_segment_refs(&record)?;
        let mut positions = Vec::new();
        let mut connections = Vec::new();
        for segment in &segments {
            let frame = segment.frame(file)?;
            if segment.kind == Kind::ExchangeSegment {
                positions.extend(positions_in(&frame));
            } else {
                connections.extend(frame.body.chunks_exact(CONNECTION_ENTRY_BYTES));
            }
        }
        let connections = connections.into_iter().filter_map(ConnectionEntry::read).collect();
        let index = Self::new(file.clone(), positions, connections, segments)
            .map_err(|what| record.damage(what))?;
        footer.check_counts(&index)?;
        Ok(index)
    }

    /// From what a scan found: entries one after another, connections by id.
    pub(super) fn rebuilt(
        entries: Vec<u8>,
        connections: Vec<ConnectionEntry>,
    ) -> Result<Self, What> {
        let positions = (0..entries.len()).step_by(ENTRY_BYTES).collect();
        Self::new(entries.into(), positions, connections, Vec::new())
    }

    /// How many exchanges there are.
    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }

    /// Exchange `n`, counted from 0.
    pub(super) fn entry(&self, n: usize) -> Option<Entry> {
        let mut entry = read_entry(&self.bytes, *self.positions.get(n)?)?;
        let connection = self.connections.get(entry.connection.index())?;
        entry.last_on_connection = connection.exchanges == entry.ordinal.saturating_add(1);
        Some(entry)
    }

    /// All exchanges, in order.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        (0..self.len()).filter_map(|n| self.entry(n))
    }

    /// By id.
    pub(super) fn connections(&self) -> &[ConnectionEntry] {
        &self.connections
    }

    /// Where a connection's record is.
    pub(super) fn connection(&self, id: ConnectionId) -> Option<ConnectionEntry> {
        self.connections.get(id.index()).copied()
    }

    /// As listed in the file; empty if the index was rebuilt.
    pub(super) fn segments(&self) -> &[SegmentRef] {
        &self.segments
    }

    fn new(
        bytes: Bytes,
        positions: Vec<usize>,
        connections: Vec<ConnectionEntry>,
        segments: Vec<SegmentRef>,
    ) -> Result<Self, What> {
        let connections = by_id(connections)?;
        let positions = in_order(&bytes, positions, connections.len())?;
        Ok(Self { bytes, positions, connections, segments })
    }
}

/// A segment's place in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentRef {
    pub(super) offset: u64,
    pub(super) count: u32,
    pub(super) kind: Kind,
}

impl SegmentRef {
    fn frame<'a>(&self, file: &'a [u8]) -> Result<Frame<'a>, Damage> {
        let frame = Frame::expect(file, self.offset, self.kind)?;
        check_segment(&frame, Some(self.count))?;
        Ok(frame)
    }

    fn end(&self) -> u64 {
        let body = u64::from(self.count) * wide(entry_width(self.kind));
        self.offset.saturating_add(wide(FRAME_BYTES + 8)).saturating_add(body)
    }
}

/// A whole segment record.
pub(super) fn segment_record(kind: Kind, entries: &[u8]) -> Vec<u8> {
    let width = entry_width(kind);
    let mut record = room_for_frame();
    put_u32(&mut record, u32::try_from(width).unwrap_or(u32::MAX));
    put_u32(&mut record, u32::try_from(entries.len() / width).unwrap_or(u32::MAX));
    finish_record(record, kind, entries)
}

/// A whole index record.
pub(super) fn index_record(segments: &[SegmentRef]) -> Vec<u8> {
    let mut body = Vec::with_capacity(segments.len() * SEGMENT_REF_BYTES);
    for segment in segments {
        put_u64(&mut body, segment.offset);
        put_u32(&mut body, segment.count);
        put_u32(&mut body, segment.kind as u32);
    }
    finish_record(room_for_frame(), Kind::Index, &body)
}

/// The record that ends a finished file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Footer {
    /// Of the footer itself.
    pub(super) offset: u64,
    pub(super) index_offset: u64,
    pub(super) exchanges: u64,
    pub(super) connections: u64,
}

impl Footer {
    /// The whole record.
    pub(super) fn record(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(FOOTER_BODY_BYTES);
        put_u64(&mut body, self.index_offset);
        put_u64(&mut body, self.exchanges);
        put_u64(&mut body, self.connections);
        put_u64(&mut body, self.offset);
        body.extend_from_slice(&END_MAGIC);
        finish_record(room_for_frame(), Kind::Footer, &body)
    }

    /// From the file's last bytes.
    pub(super) fn read(file: &[u8]) -> Result<Self, Damage> {
        let offset = wide(file.len().saturating_sub(FOOTER_BYTES));
        let frame = Frame::expect(file, offset, Kind::Footer)?;
        let footer = Self::parse(&frame)?;
        if frame.end() == wide(file.len()) {
            return Ok(footer);
        }
        Err(frame.damage(What::Disagrees {
            what: "the footer's end",
            expected: wide(file.len()),
            found: frame.end(),
        }))
    }

    /// From its record.
    pub(super) fn parse(frame: &Frame<'_>) -> Result<Self, Damage> {
        frame.check_shape()?;
        let wrong_length = || {
            let (expected, found) = (wide(FOOTER_BODY_BYTES), wide(frame.body.len()));
            frame.damage(What::Disagrees { what: "the footer's length", expected, found })
        };
        let (footer, end) = Self::fields(frame.body).ok_or_else(wrong_length)?;
        if end != END_MAGIC {
            let value = u64::from_le_bytes(end);
            return Err(frame.damage(What::BadValue { field: "end mark", value }));
        }
        if footer.offset == frame.offset {
            return Ok(footer);
        }
        Err(frame.damage(What::Disagrees {
            what: "the footer's own offset",
            expected: frame.offset,
            found: footer.offset,
        }))
    }

    fn fields(mut body: &[u8]) -> Option<(Self, [u8; 8])> {
        let input = &mut body;
        let (index_offset, exchanges) = (take_u64(input)?, take_u64(input)?);
        let (connections, offset) = (take_u64(input)?, take_u64(input)?);
        let end = take(input)?;
        input.is_empty().then_some((Self { offset, index_offset, exchanges, connections }, end))
    }

    fn check_counts(&self, index: &Index) -> Result<(), Damage> {
        let exchanges = ("the number of exchanges", wide(index.len()), self.exchanges);
        let connections =
            ("the number of connections", wide(index.connections.len()), self.connections);
        for (what, expected, found) in [exchanges, connections] {
            if expected != found {
                let what = What::Disagrees { what, expected, found };
                return Err(Damage { offset: self.offset, what });
            }
        }
        Ok(())
    }
}

/// The segments that an index record lists. They must lie one after another, so that no file can
/// make a reader load the same one many times.
pub(super) fn read_segment_refs(index: &Frame<'_>) -> Result<Vec<SegmentRef>, Damage> {
    index.check_shape()?;
    let mut segments: Vec<SegmentRef> = Vec::new();
    let mut end = 0;
    for bytes in index.body.chunks(SEGMENT_REF_BYTES) {
        let segment = read_segment_ref(bytes).map_err(|what| index.damage(what))?;
        if segment.offset < end {
            let what = "the place of an index segment";
            let found = segment.offset;
            return Err(index.damage(What::Disagrees { what, expected: end, found }));
        }
        end = segment.end();
        segments.push(segment);
    }
    Ok(segments)
}

/// Checks what a segment says of itself, and that it holds as many entries as the index says, if there is one.
pub(super) fn check_segment(frame: &Frame<'_>, listed: Option<u32>) -> Result<(), Damage> {
    frame.check_shape()?;
    let width = frame.kind().map_or(0, entry_width);
    let mut meta = frame.meta;
    let (stated_width, count) = (take_u32(&mut meta), take_u32(&mut meta));
    let count = count.filter(|_| meta.is_empty()).unwrap_or_default();
    let body_len = wide(width).saturating_mul(count.into());
    let statements = [
        ("the width of an index entry", wide(width), stated_width.unwrap_or_default().into()),
        ("the number of index entries", listed.unwrap_or(count).into(), count.into()),
        ("the length of an index segment", body_len, wide(frame.body.len())),
    ];
    for (what, expected, found) in statements {
        if expected != found {
            return Err(frame.damage(What::Disagrees { what, expected, found }));
        }
    }
    Ok(())
}

fn read_segment_ref(mut bytes: &[u8]) -> Result<SegmentRef, What> {
    let cut = What::CutShort { needed: wide(SEGMENT_REF_BYTES), available: wide(bytes.len()) };
    let input = &mut bytes;
    let (Some(offset), Some(count), Some(number)) =
        (take_u64(input), take_u32(input), take_u32(input))
    else {
        return Err(cut);
    };
    for kind in [Kind::ExchangeSegment, Kind::ConnectionSegment] {
        if number == kind as u32 {
            return Ok(SegmentRef { offset, count, kind });
        }
    }
    Err(What::BadValue { field: "kind of index segment", value: number.into() })
}

const fn entry_width(kind: Kind) -> usize {
    match kind {
        Kind::ExchangeSegment => ENTRY_BYTES,
        _ => CONNECTION_ENTRY_BYTES,
    }
}

fn positions_in(segment: &Frame<'_>) -> impl Iterator<Item = usize> + use<> {
    let start = narrow(segment.body_at());
    (start..start + segment.body.len()).step_by(ENTRY_BYTES)
}

fn read_entry(bytes: &[u8], position: usize) -> Option<Entry> {
    Entry::read(bytes.get(position..position.checked_add(ENTRY_BYTES)?)?)
}

/// Puts the entries in order; checks that all have a meaning, and that no two are the same.
fn in_order(bytes: &[u8], positions: Vec<usize>, connections: usize) -> Result<Vec<usize>, What> {
    let mut keyed = Vec::with_capacity(positions.len());
    for position in positions {
        let bad = What::BadValue { field: "index entry", value: wide(position) };
        let entry = read_entry(bytes, position).ok_or(bad)?;
        if entry.connection.index() >= connections {
            let (what, expected) = ("an exchange's connection", wide(connections));
            return Err(What::Disagrees { what, expected, found: entry.connection.0.into() });
        }
        keyed.push((entry.order(), position));
    }
    keyed.sort_by_key(|(order, _)| *order);
    if let Some(twice) = keyed.windows(2).find_map(same_order) {
        return Err(What::BadValue { field: "repeated index entry", value: wide(twice) });
    }
    Ok(keyed.into_iter().map(|(_, position)| position).collect())
}

fn same_order(pair: &[((u64, u32, u32), usize)]) -> Option<usize> {
    match pair {
        [(a, _), (b, position)] if a == b => Some(*position),
        _ => None,
    }
}

/// Puts the connections in the order of their ids, which must be 0, 1, 2, …
fn by_id(mut connections: Vec<ConnectionEntry>) -> Result<Vec<ConnectionEntry>, What> {
    connections.sort_by_key(|entry| entry.id);
    for (expected, entry) in (0..).zip(&connections) {
        if entry.id != expected {
            let (expected, found) = (expected.into(), entry.id.into());
            return Err(What::Disagrees { what: "a connection's id", expected, found });
        }
    }
    Ok(connections)
}

fn room_for_frame() -> Vec<u8> {
    vec![0; FRAME_BYTES]
}

fn finish_record(mut record: Vec<u8>, kind: Kind, body: &[u8]) -> Vec<u8> {
    FrameHead::with_body(kind, body).seal(&mut record);
    record.extend_from_slice(body);
    record
}
