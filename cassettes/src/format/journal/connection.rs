//! One connection's share of a journal. Exchanges are assembled here, without a lock, and appended whole.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::buffer::Unfinished;
use super::state::Stored;
use super::{Shared, facts};
use crate::format::codec::encode_into;
use crate::format::connection::{done_record, opened_record};
use crate::format::entry::Entry;
use crate::format::frame::{FRAME_BYTES, FrameHead, Kind};
use crate::format::number::wide;
use crate::format::record::{
    ChunkRecord, DegradedRecord, ExchangeRecord, PartRecord, direction_number, flags,
    protocol_number,
};
use crate::format::staging::{StagedExchangeRecord, StagingRecord, body_of};
use crate::format::summary::flags_of;
use crate::format::zstd::{self, MIN_COMPRESSED_BYTES};
use crate::model::{
    Applied, Chunk, Close, Connection, ConnectionId, Degraded, ExchangeId, ExchangeSummary, Gap,
    Protocol, RequestKeys, Staging, TapeEvent, Timestamp,
};

/// An exchange with this much unwritten is written on as a part, so that memory stays constant.
const SPILL_BYTES: usize = 256 * 1024;

/// An exchange with this many unwritten chunks is, too: a stream of single bytes has large tables.
const SPILL_CHUNKS: usize = 8192;

/// With this much unwritten on a connection, chunk tables included, its largest exchange is written on
/// as a part: a thousand streams of HTTP/2 can be open at once.
const SPILL_CONNECTION_BYTES: usize = 4 * SPILL_BYTES;

/// With more exchanges open than this, one that is written on as a part gives its memory back.
const FEW_EXCHANGES: usize = 4;

/// Most memory that a connection keeps for its next exchange.
const KEEP_BYTES: usize = 16 * 1024;

/// Longest reason kept for a degraded exchange; they are fixed texts of a line.
const MAX_REASON_BYTES: usize = 1024;

/// Records one connection.
#[derive(Debug)]
pub struct ConnectionJournal {
    shared: Arc<Shared>,
    id: ConnectionId,
    facts: Connection,
    /// By ordinal.
    unfinished: VecDeque<Unfinished>,
    /// One more than the highest ordinal of a written exchange.
    exchanges: u32,
    /// Of all `unfinished`: their bytes, and their chunk tables.
    buffered: usize,
    scratch: Scratch,
}

/// Memory that is used again for every record.
#[derive(Debug, Default)]
struct Scratch {
    record: Vec<u8>,
    unfinished: Unfinished,
}

impl Scratch {
    /// Keeps the memory of what was just written for the next record, unless it is a lot: thousands
    /// of idle connections may each have had one large exchange.
    fn keep(&mut self, written: Unfinished) {
        self.record.clear();
        self.record.shrink_to(KEEP_BYTES);
        if written.memory() <= KEEP_BYTES {
            self.unfinished = written;
        }
    }
}

impl ConnectionJournal {
    /// Opens the next connection of the journal.
    pub(super) fn open(shared: Arc<Shared>, facts: Connection) -> Self {
        let opened = shared.shifted(facts.opened);
        let (closes, gaps, faults) = (Vec::new(), Vec::new(), Vec::new());
        let facts = Connection { opened, closes, gaps, faults, ..facts::bounded(facts) };
        let mut state = shared.lock();
        let id = ConnectionId(state.next_connection());
        let offset = state.append(&opened_record(id, &facts));
        state.opened(id.0, offset);
        drop(state);
        Self {
            shared,
            id,
            facts,
            unfinished: VecDeque::new(),
            exchanges: 0,
            buffered: 0,
            scratch: Scratch::default(),
        }
    }

    /// Its id.
    pub const fn id(&self) -> ConnectionId {
        self.id
    }

    /// More is known of the connection than when it was opened: how TLS was settled, where it leads. All but
    /// its time of opening is taken from `facts`; its closes, gaps and faults are ignored, [`ConnectionJournal::end`],
    /// [`ConnectionJournal::lose`] and [`ConnectionJournal::hit`] say them.
    pub fn describe(&mut self, facts: Connection) {
        let Connection { opened, gaps, faults, .. } =
            std::mem::replace(&mut self.facts, Connection::opened_at(Timestamp::ZERO));
        let closes = Vec::new();
        self.facts = Connection { opened, closes, gaps, faults, ..facts::bounded(facts) };
    }

    /// A fault hit the client. More than [`MAX_FAULTS`](crate::format::MAX_FAULTS) are not kept.
    pub fn hit(&mut self, fault: Applied) {
        let at = self.shared.shifted(fault.at);
        facts::add_fault(&mut self.facts.faults, Applied { at, ..fault });
    }

    /// An exchange that has begun, and is not over, is to be played so.
    pub fn stage(&mut self, exchange: ExchangeId, mut staging: Staging) {
        facts::bound_ids(&mut staging.faults);
        let found = self
            .unfinished
            .binary_search_by_key(&exchange.ordinal, |unfinished| unfinished.ordinal);
        if let Some(unfinished) = found.ok().and_then(|at| self.unfinished.get_mut(at)) {
            unfinished.staging = Some(Box::new(staging));
        }
    }

    /// Bytes are missing, as [`Transcriber::lose`](crate::transcribe::Transcriber::lose) puts it. Of more than
    /// [`MAX_GAPS`](crate::format::MAX_GAPS), the last ones are counted as part of one: how many bytes are missing in all stays right.
    pub fn lose(&mut self, gap: Gap) {
        let at = self.shared.shifted(gap.at);
        facts::add_gap(&mut self.facts.gaps, Gap { at, ..gap });
    }

    /// Takes the next event of this connection; whichever connection the event names, it is taken
    /// for this one's.
    pub fn record(&mut self, event: TapeEvent) {
        match event {
            TapeEvent::Chunk { exchange, chunk } => self.chunk(exchange, &chunk),
            TapeEvent::Done { exchange, summary } => self.done(exchange, &summary),
        }
    }

    /// The connection is over. Exchanges without a `Done` are kept, as raw and incomplete.
    pub fn end(mut self, mut closes: Vec<Close>) {
        for close in &mut closes {
            close.at = self.shared.shifted(close.at);
        }
        self.facts.closes = closes;
    }

    /// How much is in no record yet: bytes, and what the tables of them take.
    pub const fn buffered(&self) -> usize {
        self.buffered
    }

    /// Writes on what is in no record yet, as parts, and gives its memory back. Each connection bounds what it holds by
    /// itself; this is for those who have many.
    pub fn flush(&mut self) {
        for position in 0..self.unfinished.len() {
            if self.unfinished.get(position).is_some_and(|unfinished| unfinished.unwritten() > 0) {
                self.spill(position);
            }
        }
        self.unfinished.iter_mut().for_each(Unfinished::release);
        self.scratch = Scratch::default();
    }

    /// How much memory the unfinished take.
    #[cfg(test)]
    pub(in crate::format) fn reserved(&self) -> usize {
        self.unfinished.iter().map(Unfinished::memory).sum()
    }

    fn chunk(&mut self, exchange: ExchangeId, chunk: &Chunk) {
        if chunk.bytes.is_empty() {
            return;
        }
        let at = self.shared.shifted(chunk.at);
        let position = self.position(exchange.ordinal);
        let Some(unfinished) = self.unfinished.get_mut(position) else { return };
        unfinished.push(chunk, at);
        self.buffered += chunk.bytes.len() + size_of::<ChunkRecord>();
        if unfinished.body.len() >= SPILL_BYTES || unfinished.chunks.len() >= SPILL_CHUNKS {
            self.spill(position);
        } else if self.buffered >= SPILL_CONNECTION_BYTES {
            self.spill(self.largest());
        }
    }

    /// Where the exchange with the most unwritten is.
    fn largest(&self) -> usize {
        let sizes = self.unfinished.iter().map(Unfinished::unwritten).enumerate();
        sizes.max_by_key(|(_, size)| *size).map_or(0, |(position, _)| position)
    }

    /// Where the exchange is in `unfinished`; it is put there if it is new.
    fn position(&mut self, ordinal: u32) -> usize {
        match self.unfinished.binary_search_by_key(&ordinal, |unfinished| unfinished.ordinal) {
            Ok(position) => position,
            Err(position) => {
                let mut unfinished = std::mem::take(&mut self.scratch.unfinished);
                unfinished.reset(ordinal);
                self.unfinished.insert(position, unfinished);
                position
            }
        }
    }

    fn spill(&mut self, position: usize) {
        let Some(unfinished) = self.unfinished.get_mut(position) else { return };
        let meta = PartRecord {
            connection: self.id.0,
            ordinal: unfinished.ordinal,
            previous: unfinished.last_part,
            started: unfinished.started,
            chunks: std::mem::take(&mut unfinished.chunks),
        };
        let stored =
            assemble(&mut self.scratch.record, Kind::Part, &meta, unfinished, &self.shared);
        let offset = self.shared.lock().append_with(&self.scratch.record, &stored);
        drop(stored);
        unfinished.chunks = meta.chunks;
        self.buffered -= unfinished.unwritten();
        unfinished.written(offset);
        if self.unfinished.len() > FEW_EXCHANGES
            && let Some(unfinished) = self.unfinished.get_mut(position)
        {
            unfinished.release();
        }
    }

    fn done(&mut self, exchange: ExchangeId, summary: &ExchangeSummary) {
        let found = self
            .unfinished
            .binary_search_by_key(&exchange.ordinal, |unfinished| unfinished.ordinal);
        let Some(unfinished) = found.ok().and_then(|position| self.unfinished.remove(position))
        else {
            return;
        };
        self.append(unfinished, summary);
    }

    fn append(&mut self, mut unfinished: Unfinished, summary: &ExchangeSummary) {
        self.buffered -= unfinished.unwritten();
        let staging = unfinished.staging.take();
        let mut meta = exchange_record(self.id, &mut unfinished, summary);
        meta.flags |= if staging.is_some() { flags::STAGED } else { 0 };
        let mut entry = entry(&meta, &unfinished, summary);
        let record = &mut self.scratch.record;
        let (stored, chunks) = if let Some(staging) = staging {
            unfinished.body.push(&body_of(&staging).into());
            let staging = StagingRecord::of(&staging);
            let meta = StagedExchangeRecord { exchange: meta, staging };
            let kind = Kind::StagedExchange;
            let stored = assemble(record, kind, &meta, &mut unfinished, &self.shared);
            (stored, meta.exchange.chunks)
        } else {
            let stored = assemble(record, Kind::Exchange, &meta, &mut unfinished, &self.shared);
            (stored, meta.chunks)
        };
        let mut state = self.shared.lock();
        entry.offset = state.append_with(record, &stored);
        state.exchange(&entry);
        drop(state);
        drop(stored);
        unfinished.chunks = chunks;
        self.exchanges = self.exchanges.max(unfinished.ordinal.saturating_add(1));
        self.scratch.keep(unfinished);
    }

    fn seal(&mut self) {
        while let Some(unfinished) = self.unfinished.pop_front() {
            self.append(unfinished, &UNKNOWN);
            self.shared.lock().left_open();
        }
        let record = done_record(self.id, &self.facts, self.exchanges);
        let mut state = self.shared.lock();
        let offset = state.append(&record);
        state.ended(self.id.0, offset);
    }
}

impl Drop for ConnectionJournal {
    /// Dropped without [`ConnectionJournal::end`]: the connection has no closes.
    fn drop(&mut self) {
        self.seal();
    }
}

/// Of an exchange that nobody said the end of.
const UNKNOWN: ExchangeSummary = ExchangeSummary {
    protocol: Protocol::Raw,
    keys: RequestKeys { request: 0, body: 0 },
    complete: false,
    request_first: false,
    degraded: None,
};

fn exchange_record(
    connection: ConnectionId,
    unfinished: &mut Unfinished,
    summary: &ExchangeSummary,
) -> ExchangeRecord {
    ExchangeRecord {
        connection: connection.0,
        ordinal: unfinished.ordinal,
        protocol: protocol_number(summary.protocol),
        flags: flags_of(summary),
        request_key: summary.keys.request,
        body_key: summary.keys.body,
        degraded: summary.degraded.as_ref().map(degraded_record),
        last_part: unfinished.last_part,
        started: unfinished.started,
        chunks: std::mem::take(&mut unfinished.chunks),
    }
}

fn entry(meta: &ExchangeRecord, unfinished: &Unfinished, summary: &ExchangeSummary) -> Entry {
    Entry {
        connection: ConnectionId(meta.connection),
        ordinal: meta.ordinal,
        protocol: summary.protocol,
        keys: summary.keys,
        first_at: Timestamp::from_nanos(unfinished.first_at),
        last_at: Timestamp::from_nanos(unfinished.last_at),
        to_server: unfinished.to_server,
        to_client: unfinished.to_client,
        last_on_connection: false,
        offset: 0,
        flags: meta.flags,
    }
}

fn degraded_record(degraded: &Degraded) -> DegradedRecord {
    let reason = degraded.reason;
    let kept = (0..=MAX_REASON_BYTES.min(reason.len())).rev().find_map(|end| reason.get(..end));
    DegradedRecord {
        direction: direction_number(degraded.direction),
        offset: degraded.offset,
        reason: kept.unwrap_or(reason).to_owned(),
    }
}

/// Puts a record's frame and metadata into `record`, and settles how its body is stored.
fn assemble<'a>(
    record: &mut Vec<u8>,
    kind: Kind,
    meta: &impl bincode::Encode,
    unfinished: &'a mut Unfinished,
    shared: &Shared,
) -> Stored<'a> {
    record.clear();
    record.resize(FRAME_BYTES, 0);
    encode_into(meta, record);
    if shared.options.compress
        && let Some(body) = compressed(unfinished)
    {
        unfinished.compressed += wide(unfinished.body.len());
        let head = FrameHead::with_body(kind, &body);
        FrameHead { zstd: true, ..head }.seal(record);
        return Stored::Compressed(body);
    }
    let body = &unfinished.body;
    let (body_len, body_crc) = (wide(body.len()), body.crc());
    FrameHead { kind, zstd: false, body_len, body_crc }.seal(record);
    Stored::AsIs(body)
}

/// The body compressed, where that is allowed and worth it.
fn compressed(unfinished: &Unfinished) -> Option<Bytes> {
    let len = unfinished.body.len();
    if len < MIN_COMPRESSED_BYTES || !zstd::may_compress(len, unfinished.compressed) {
        return None;
    }
    let joined;
    let body = if let Some(body) = unfinished.body.contiguous() {
        body
    } else {
        joined = unfinished.body.joined();
        &joined
    };
    zstd::compress(body).map(Bytes::from)
}
