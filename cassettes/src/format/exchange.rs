//! An exchange put together from its records.

use bytes::Bytes;

use super::codec::decode;
use super::damage::{Damage, What};
use super::entry::Entry;
use super::frame::{Frame, Kind};
use super::number::{narrow, wide};
use super::record::{ChunkRecord, DegradedRecord, ExchangeRecord, PartRecord, direction, protocol};
use super::zstd;
use crate::model::{Chunk, ConnectionId, Exchange, Protocol, Timestamp};

/// An exchange, and how many bytes of the file its records take.
pub(super) struct Assembled {
    pub(super) exchange: Exchange,
    /// As stored.
    pub(super) degraded: Option<DegradedRecord>,
    pub(super) span: u64,
    /// How many bytes of it were decompressed.
    pub(super) decompressed: u64,
}

/// Reads the exchange that an index entry leads to.
pub(super) fn assemble(file: &Bytes, entry: &Entry) -> Result<Assembled, Damage> {
    let frame = Frame::whole(file, entry.offset)?;
    let assembled = match frame.kind() {
        Some(Kind::Exchange) => finished(file, &frame, entry),
        Some(Kind::Part) => interrupted(file, entry),
        _ => {
            let expected = Kind::Exchange.name();
            Err(frame.damage(What::WrongKind { expected, found: frame.number }))
        }
    }?;
    check_times(&assembled.exchange, entry).map_err(|what| frame.damage(what))?;
    Ok(assembled)
}

fn finished(file: &Bytes, frame: &Frame<'_>, entry: &Entry) -> Result<Assembled, Damage> {
    let record: ExchangeRecord = decode(frame.meta).map_err(|what| frame.damage(what))?;
    check_identity(entry, record.connection, record.ordinal).map_err(|what| frame.damage(what))?;
    let protocol = protocol(record.protocol).map_err(|what| frame.damage(what))?;
    let mut pieces = Pieces::new(file, entry);
    pieces.parts(record.last_part, frame.offset)?;
    pieces.add(frame, record.started, &record.chunks).map_err(|what| frame.damage(what))?;
    Ok(pieces.finish(protocol, record.degraded))
}

/// One of which only parts were written.
fn interrupted(file: &Bytes, entry: &Entry) -> Result<Assembled, Damage> {
    let mut pieces = Pieces::new(file, entry);
    pieces.parts(entry.offset, wide(file.len()))?;
    Ok(pieces.finish(entry.protocol, None))
}

struct Pieces<'a> {
    file: &'a Bytes,
    entry: &'a Entry,
    chunks: Vec<Chunk>,
    span: u64,
    decompressed: u64,
}

impl<'a> Pieces<'a> {
    const fn new(file: &'a Bytes, entry: &'a Entry) -> Self {
        Self { file, entry, chunks: Vec::new(), span: 0, decompressed: 0 }
    }

    /// Adds all parts, of which the last is at `last`, and which end before `end`.
    fn parts(&mut self, last: u64, end: u64) -> Result<(), Damage> {
        let mut found = Vec::new();
        let (mut offset, mut end) = (last, end);
        while offset != 0 {
            let frame = Frame::expect(self.file, offset, Kind::Part)?;
            // One before the other: without this, a hostile file could have parts inside parts.
            if frame.end() > end {
                let found = frame.end();
                let what = "the end of the part";
                return Err(frame.damage(What::Disagrees { what, expected: end, found }));
            }
            let part: PartRecord = decode(frame.meta).map_err(|what| frame.damage(what))?;
            (offset, end) = (part.previous, offset);
            found.push((frame, part));
        }
        for (frame, part) in found.iter().rev() {
            check_identity(self.entry, part.connection, part.ordinal)
                .and_then(|()| self.add(frame, part.started, &part.chunks))
                .map_err(|what| frame.damage(what))?;
        }
        Ok(())
    }

    /// Adds the chunks of one record.
    fn add(&mut self, frame: &Frame<'_>, started: u64, table: &[ChunkRecord]) -> Result<(), What> {
        self.span += frame.end() - frame.offset;
        let body = self.body(frame, table)?;
        let mut at = started;
        let mut position = 0;
        self.chunks.reserve_exact(table.len());
        for chunk in table {
            at = at.saturating_add(chunk.after);
            let end = position + narrow(chunk.len);
            let bytes = body.slice(position..end);
            let direction = direction(chunk.direction)?;
            self.chunks.push(Chunk { direction, at: Timestamp::from_nanos(at), bytes });
            position = end;
        }
        Ok(())
    }

    /// The record's body as it was on the wire; as long as the table says, with no chunk empty.
    fn body(&mut self, frame: &Frame<'_>, table: &[ChunkRecord]) -> Result<Bytes, What> {
        let raw_len = raw_len(table)?;
        if frame.zstd {
            self.decompressed = self.decompressed.saturating_add(raw_len);
            if self.decompressed > zstd::MAX_EXCHANGE_BYTES {
                let (raw_len, limit) = (self.decompressed, zstd::MAX_EXCHANGE_BYTES);
                return Err(What::TooLarge { raw_len, limit });
            }
            return zstd::decompress(frame.body, raw_len).map(Bytes::from);
        }
        let stored = wide(frame.body.len());
        if stored != raw_len {
            let what = "the length of the body";
            return Err(What::Disagrees { what, expected: raw_len, found: stored });
        }
        let start = narrow(frame.body_at());
        Ok(self.file.slice(start..start + frame.body.len()))
    }

    fn finish(self, protocol: Protocol, degraded: Option<DegradedRecord>) -> Assembled {
        let connection = self.entry.connection;
        let exchange = Exchange { connection, protocol, chunks: self.chunks };
        Assembled { exchange, degraded, span: self.span, decompressed: self.decompressed }
    }
}

/// How many bytes a chunk table stands for.
pub(super) fn raw_len(table: &[ChunkRecord]) -> Result<u64, What> {
    let mut total: u64 = 0;
    for chunk in table {
        if chunk.len == 0 {
            return Err(What::BadValue { field: "chunk length", value: 0 });
        }
        let too_long = What::BadValue { field: "chunk length", value: chunk.len };
        total = total.checked_add(chunk.len).ok_or(too_long)?;
    }
    Ok(total)
}

fn check_identity(entry: &Entry, connection: u32, ordinal: u32) -> Result<(), What> {
    let expected = (entry.connection, entry.ordinal);
    if expected == (ConnectionId(connection), ordinal) {
        return Ok(());
    }
    let (expected, found) = if entry.connection.0 == connection {
        (entry.ordinal, ordinal)
    } else {
        (entry.connection.0, connection)
    };
    let what = "the connection or ordinal of the exchange";
    Err(What::Disagrees { what, expected: expected.into(), found: found.into() })
}

/// An entry that leads to an exchange of another time could be one of many that lead to the same.
fn check_times(exchange: &Exchange, entry: &Entry) -> Result<(), What> {
    let (expected, found) = (entry.first_at.as_nanos(), exchange.started().as_nanos());
    if expected == found && !exchange.chunks.is_empty() {
        return Ok(());
    }
    Err(What::Disagrees { what: "the time of the exchange's first byte", expected, found })
}
