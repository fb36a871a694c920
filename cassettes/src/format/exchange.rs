//! An exchange put together from its records.

use bytes::Bytes;

use super::codec::decode;
use super::damage::{Damage, What};
use super::entry::Entry;
use super::frame::{Frame, Kind};
use super::number::{narrow, wide};
use super::record::{
    ChunkRecord, DegradedRecord, ExchangeRecord, PartRecord, direction, flags, protocol,
};
use super::staging::{StagedExchangeRecord, StagingRecord};
use super::zstd;
use crate::model::{Chunk, ConnectionId, Exchange, Protocol, Staging, Timestamp};

/// An exchange, and how many bytes of the file its records take.
pub(super) struct Assembled {
    pub(super) exchange: Exchange,
    /// How it is played, if its bytes and times do not say it.
    pub(super) staging: Option<Staging>,
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
        Some(Kind::Exchange | Kind::StagedExchange) => finished(file, &frame, entry),
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
    let damage = |what| frame.damage(what);
    let (record, staging) = read_exchange(frame).map_err(damage)?;
    check_identity(entry, record.connection, record.ordinal).map_err(damage)?;
    let protocol = protocol(record.protocol).map_err(damage)?;
    let mut pieces = Pieces::new(file, entry);
    pieces.parts(record.last_part, frame.offset)?;
    let beside = staging.as_ref().map_or(Ok(0), StagingRecord::body_len).map_err(damage)?;
    let beside = pieces.add(frame, record.started, &record.chunks, beside).map_err(damage)?;
    let mut assembled = pieces.finish(protocol, record.degraded);
    let staging = staging.map(|staging| staging.into_model(beside, &assembled.exchange));
    assembled.staging = staging.transpose().map_err(damage)?;
    Ok(assembled)
}

/// The record of an exchange that is over, in either shape; its flags say which one it is.
pub(super) fn read_exchange(
    frame: &Frame<'_>,
) -> Result<(ExchangeRecord, Option<StagingRecord>), What> {
    let (record, staging) = if frame.kind() == Some(Kind::StagedExchange) {
        let record: StagedExchangeRecord = decode(frame.meta)?;
        (record.exchange, Some(record.staging))
    } else {
        (decode::<ExchangeRecord>(frame.meta)?, None)
    };
    if staging.is_some() == (record.flags & flags::STAGED != 0) {
        return Ok((record, staging));
    }
    Err(What::BadValue { field: "set of flags", value: record.flags.into() })
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
                .and_then(|()| self.add(frame, part.started, &part.chunks, 0).map(drop))
                .map_err(|what| frame.damage(what))?;
        }
        Ok(())
    }

    /// Adds the chunks of one record. Gives what its body holds `beside` them.
    fn add(
        &mut self,
        frame: &Frame<'_>,
        started: u64,
        table: &[ChunkRecord],
        beside: u64,
    ) -> Result<Bytes, What> {
        self.span += frame.end() - frame.offset;
        let mut body = self.body(frame, table, beside)?;
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
        Ok(body.split_off(position))
    }

    /// The record's body as it was on the wire; as long as the table says, with no chunk empty, and what is `beside` them.
    fn body(
        &mut self,
        frame: &Frame<'_>,
        table: &[ChunkRecord],
        beside: u64,
    ) -> Result<Bytes, What> {
        let too_long = What::BadValue { field: "number of steps", value: beside };
        let raw_len = raw_len(table)?.checked_add(beside).ok_or(too_long)?;
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
        let (span, decompressed) = (self.span, self.decompressed);
        Assembled { exchange, staging: None, degraded, span, decompressed }
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
