//! Finding what a file holds without its index.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;

use super::codec::decode;
use super::connection::Described;
use super::damage::{Damage, What};
use super::entry::{ConnectionEntry, Entry};
use super::exchange::{assemble, raw_len, read_exchange};
use super::frame::{FIRST_SKIPPABLE_KIND, Frame, Kind};
use super::index::Index;
use super::number::{narrow, wide};
use super::record::{ChunkRecord, ExchangeRecord, PartRecord, direction, flags, protocol};
use super::summary::{derive, flags_of};
use crate::model::{
    Connection, ConnectionId, Exchange, ExchangeSummary, Protocol, RequestKeys, Timestamp,
};
use crate::wire::http2::PREFACE;

/// What was done to open a file whose index is missing or damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The file is sound up to this byte.
    pub torn_at: u64,
    /// Bytes from there on, which are not used.
    pub dropped_bytes: u64,
    /// Exchanges of which only the first parts had been written.
    pub interrupted: usize,
    /// Why the index could not be used.
    pub index: Damage,
    /// What is wrong at `torn_at`; `None` if the file ends there.
    pub cause: Option<Damage>,
}

impl std::fmt::Display for Recovery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the file was not finished or is damaged; it is sound up to byte {}",
            self.torn_at
        )?;
        if let Some(cause) = &self.cause {
            write!(f, ", the {} bytes after it are dropped ({cause})", self.dropped_bytes)?;
        }
        match self.interrupted {
            0 => Ok(()),
            n => write!(f, "; {n} of its exchanges were interrupted"),
        }
    }
}

/// Rebuilds the index from the records that follow the header, up to the first damaged one.
pub(super) fn scan(file: &Bytes, start: u64, index: Damage) -> Result<(Index, Recovery), Damage> {
    let mut tally = Tally::default();
    let mut offset = start;
    let mut cause = None;
    while offset < wide(file.len()) {
        match Frame::whole(file, offset).and_then(|frame| tally.take(&frame).map(|()| frame)) {
            Ok(frame) => offset = frame.end(),
            Err(damage) => {
                cause = Some(damage);
                break;
            }
        }
    }
    let sound = file.slice(..narrow(offset));
    let interrupted = tally.interrupted(&sound)?;
    let recovery = Recovery {
        torn_at: offset,
        dropped_bytes: wide(file.len()) - offset,
        interrupted,
        index,
        cause,
    };
    let rebuilt = Index::rebuilt(tally.entries, tally.connections);
    Ok((rebuilt.map_err(|what| Damage { offset: start, what })?, recovery))
}

/// What the records so far come to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Of finished exchanges, as they are in the index.
    pub(super) entries: Vec<u8>,
    /// By id.
    pub(super) connections: Vec<ConnectionEntry>,
    /// By connection and ordinal: exchanges of which there are only parts so far.
    open: HashMap<(u32, u32), Spilled>,
    /// Connection and ordinal of finished exchanges, of which those of a connection come in any order.
    done: HashSet<(u32, u32)>,
}

/// What parts come to.
#[derive(Debug, Clone, Copy, Default)]
struct Spilled {
    last_part: u64,
    first_at: u64,
    last_at: u64,
    to_server: u64,
    to_client: u64,
}

impl Tally {
    /// Takes the next record of the journal, wholly checked.
    pub(super) fn take(&mut self, frame: &Frame<'_>) -> Result<(), Damage> {
        frame.check_shape()?;
        self.try_take(frame).map_err(|what| frame.damage(what))
    }

    fn try_take(&mut self, frame: &Frame<'_>) -> Result<(), What> {
        match frame.kind() {
            Some(Kind::ConnectionOpened | Kind::FullConnectionOpened) => self.opened(frame),
            Some(
                Kind::ConnectionDone
                | Kind::FullConnectionDone
                | Kind::GappedConnectionDone
                | Kind::StagedConnectionDone,
            ) => self.ended(frame),
            Some(Kind::Part) => self.part(frame),
            Some(Kind::Exchange | Kind::StagedExchange) => self.exchange(frame),
            Some(Kind::Header) => {
                Err(What::WrongKind { expected: "any but the header", found: frame.number })
            }
            None if frame.number < FIRST_SKIPPABLE_KIND => Err(What::UnknownKind(frame.number)),
            _ => Ok(()),
        }
    }

    fn opened(&mut self, frame: &Frame<'_>) -> Result<(), What> {
        let id = Described::read(frame)?.id;
        let (expected, found) = (wide(self.connections.len()), id.into());
        if expected != found {
            return Err(What::Disagrees { what: "a new connection's id", expected, found });
        }
        self.connections.push(ConnectionEntry { offset: frame.offset, id, exchanges: 0 });
        Ok(())
    }

    fn ended(&mut self, frame: &Frame<'_>) -> Result<(), What> {
        let record = Described::read(frame)?;
        let connection = self.connection(record.id)?;
        let (expected, found) = (connection.exchanges.into(), record.exchanges.into());
        if expected != found {
            return Err(What::Disagrees { what: "the number of exchanges", expected, found });
        }
        connection.offset = frame.offset;
        Ok(())
    }

    fn part(&mut self, frame: &Frame<'_>) -> Result<(), What> {
        let record: PartRecord = decode(frame.meta)?;
        self.connection(record.connection)?;
        let key = (record.connection, record.ordinal);
        if self.done.contains(&key) {
            return Err(What::Unexpected { what: "a part of an exchange that is over" });
        }
        let mut spilled = self.open.get(&key).copied().unwrap_or_default();
        spilled.check_last(record.previous)?;
        spilled.add(record.started, &record.chunks)?;
        spilled.last_part = frame.offset;
        self.open.insert(key, spilled);
        Ok(())
    }

    fn exchange(&mut self, frame: &Frame<'_>) -> Result<(), What> {
        let (record, _) = read_exchange(frame)?;
        let key = (record.connection, record.ordinal);
        let connection = self.connection(record.connection)?;
        let (expected, found) = (connection.exchanges.into(), record.ordinal.into());
        connection.exchanges = connection.exchanges.max(record.ordinal.saturating_add(1));
        if !self.done.insert(key) {
            return Err(What::Disagrees { what: "the exchange's ordinal", expected, found });
        }
        let mut spilled = self.open.remove(&key).unwrap_or_default();
        check_degraded(&record)?;
        spilled.check_last(record.last_part)?;
        spilled.add(record.started, &record.chunks)?;
        let summary = (record.protocol, record.flags, record.request_key, record.body_key);
        spilled.entry(key, frame.offset, summary)?.write(&mut self.entries);
        Ok(())
    }

    fn connection(&mut self, id: u32) -> Result<&mut ConnectionEntry, What> {
        let expected = wide(self.connections.len());
        let unknown = What::Disagrees { what: "a connection's id", expected, found: id.into() };
        self.connections.get_mut(ConnectionId(id).index()).ok_or(unknown)
    }

    /// Adds entries for the exchanges of which there are only parts; returns how many.
    pub(super) fn interrupted(&mut self, file: &Bytes) -> Result<usize, Damage> {
        let mut open: Vec<_> = self.open.drain().collect();
        open.sort_by_key(|(key, _)| *key);
        for ((connection, ordinal), spilled) in &open {
            let entry = spilled.interrupted(file, (*connection, *ordinal))?;
            entry.write(&mut self.entries);
            let at = |what| Damage { offset: spilled.last_part, what };
            let connection = self.connection(*connection).map_err(at)?;
            connection.exchanges = connection.exchanges.max(ordinal.saturating_add(1));
        }
        Ok(open.len())
    }
}

impl Spilled {
    fn check_last(&self, found: u64) -> Result<(), What> {
        if self.last_part == found {
            return Ok(());
        }
        let (what, expected) = ("the place of the part before it", self.last_part);
        Err(What::Disagrees { what, expected, found })
    }

    fn add(&mut self, started: u64, chunks: &[ChunkRecord]) -> Result<(), What> {
        raw_len(chunks)?;
        let Some(first) = chunks.first() else { return Ok(()) };
        let mut at = started;
        for chunk in chunks {
            at = at.saturating_add(chunk.after);
            let total =
                if chunk.direction == 0 { &mut self.to_server } else { &mut self.to_client };
            *total = total.saturating_add(chunk.len);
        }
        if self.last_part == 0 {
            self.first_at = started.saturating_add(first.after);
        }
        self.last_at = at;
        Ok(())
    }

    fn entry(
        &self,
        (connection, ordinal): (u32, u32),
        offset: u64,
        (number, bits, request, body): (u8, u8, u64, u64),
    ) -> Result<Entry, What> {
        if bits & !(flags::ALL & !flags::INTERRUPTED) != 0 {
            return Err(What::BadValue { field: "set of flags", value: bits.into() });
        }
        Ok(Entry {
            connection: ConnectionId(connection),
            ordinal,
            protocol: protocol(number)?,
            keys: RequestKeys { request, body },
            first_at: Timestamp::from_nanos(self.first_at),
            last_at: Timestamp::from_nanos(self.last_at),
            to_server: self.to_server,
            to_client: self.to_client,
            last_on_connection: false,
            offset,
            flags: bits,
        })
    }

    fn interrupted(&self, file: &Bytes, key: (u32, u32)) -> Result<Entry, Damage> {
        let at = |what| Damage { offset: self.last_part, what };
        let raw = self.entry(key, self.last_part, (0, 0, 0, 0)).map_err(at)?;
        let exchange = assemble(file, &raw)?.exchange;
        let summary = best_reading(exchange);
        let keys = summary.keys;
        let flags = flags_of(&summary) | flags::INTERRUPTED;
        Ok(Entry { protocol: summary.protocol, keys, flags, ..raw })
    }
}

fn check_degraded(record: &ExchangeRecord) -> Result<(), What> {
    let flagged = record.flags & flags::DEGRADED != 0;
    if let Some(degraded) = &record.degraded {
        direction(degraded.direction)?;
    }
    if record.degraded.is_some() == flagged {
        return Ok(());
    }
    Err(What::BadValue { field: "set of flags", value: record.flags.into() })
}

/// The parts do not say the protocol: what begins like HTTP is.
fn best_reading(mut exchange: Exchange) -> ExchangeSummary {
    let connection = Connection::opened_at(Timestamp::ZERO);
    if exchange.chunks.first().is_some_and(|first| first.bytes.starts_with(PREFACE)) {
        exchange.protocol = Protocol::Http2Control;
        return derive(&exchange, &connection);
    }
    for protocol in [Protocol::Http1, Protocol::Http2] {
        exchange.protocol = protocol;
        let summary = derive(&exchange, &connection);
        if summary.degraded.is_none() || summary.keys.request != 0 {
            return summary;
        }
    }
    exchange.protocol = Protocol::Raw;
    derive(&exchange, &connection)
}
