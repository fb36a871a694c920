//! What connections share under the lock: the queue, and the index as far as it is known.

use std::collections::HashMap;

use bytes::Bytes;

use super::Counts;
use super::buffer::Body;
use super::queue::Queue;
use crate::format::entry::{CONNECTION_ENTRY_BYTES, ConnectionEntry, ENTRY_BYTES, Entry};
use crate::format::frame::Kind;
use crate::format::index::{Footer, SegmentRef, index_record, segment_record};
use crate::format::reader::Reader;
use crate::model::Protocol;

/// Entries are written in segments of this many, so that a long recording's index does not grow in memory.
const ENTRIES_PER_SEGMENT: usize = 4096;

#[derive(Debug)]
pub(super) struct State {
    queue: Queue,
    exchanges: Pending,
    /// Those that ended.
    connections: Pending,
    /// Those that did not.
    open: HashMap<u32, ConnectionEntry>,
    /// Written ones.
    segments: Vec<SegmentRef>,
    next_connection: u32,
    total_exchanges: u64,
    /// Where the last footer ended.
    finished_at: u64,
    counts: Counts,
}

impl State {
    /// Nothing recorded; the first byte goes to `offset`.
    pub(super) fn at(offset: u64) -> Self {
        Self {
            queue: Queue::at(offset),
            exchanges: Pending::of(Kind::ExchangeSegment, ENTRY_BYTES),
            connections: Pending::of(Kind::ConnectionSegment, CONNECTION_ENTRY_BYTES),
            open: HashMap::new(),
            segments: Vec::new(),
            next_connection: 0,
            total_exchanges: 0,
            finished_at: 0,
            counts: Counts::default(),
        }
    }

    /// After what `reader` holds. Index segments that are in the file stay in use.
    pub(super) fn resume(reader: &Reader) -> Self {
        let index = reader.index();
        let mut state = Self::at(reader.sound_len());
        state.next_connection = u32::try_from(index.connections().len()).unwrap_or(u32::MAX);
        state.segments = index.segments().to_vec();
        state.total_exchanges = index.len() as u64;
        if reader.recovery().is_none() {
            state.finished_at = reader.sound_len();
            return state;
        }
        for entry in index.connections() {
            state.connections.push(|out| entry.write(out), &mut state.queue, &mut state.segments);
        }
        for entry in index.entries() {
            state.exchanges.push(|out| entry.write(out), &mut state.queue, &mut state.segments);
        }
        state
    }

    /// Appends a whole record; returns where it begins.
    pub(super) fn append(&mut self, record: &[u8]) -> u64 {
        let offset = self.queue.offset();
        self.queue.push_copy(record);
        offset
    }

    /// Appends a record in two pieces; returns where it begins.
    pub(super) fn append_with(&mut self, head: &[u8], body: &Stored<'_>) -> u64 {
        let offset = self.append(head);
        match body {
            Stored::AsIs(body) => body.pieces().for_each(|piece| self.push_piece(&piece)),
            Stored::Compressed(bytes) => self.queue.push(bytes),
        }
        offset
    }

    /// A new connection's id.
    pub(super) fn next_connection(&mut self) -> u32 {
        let id = self.next_connection;
        self.next_connection = id.saturating_add(1);
        self.counts.connections += 1;
        id
    }

    /// The connection's first record was appended at `offset`.
    pub(super) fn opened(&mut self, id: u32, offset: u64) {
        self.open.insert(id, ConnectionEntry { offset, id, exchanges: 0 });
    }

    /// The connection's last record was appended at `offset`.
    pub(super) fn ended(&mut self, id: u32, offset: u64) {
        let Some(mut entry) = self.open.remove(&id) else { return };
        entry.offset = offset;
        self.connections.push(|out| entry.write(out), &mut self.queue, &mut self.segments);
    }

    /// An exchange's last record was appended.
    pub(super) fn exchange(&mut self, entry: &Entry) {
        self.exchanges.push(|out| entry.write(out), &mut self.queue, &mut self.segments);
        self.total_exchanges += 1;
        if let Some(connection) = self.open.get_mut(&entry.connection.0) {
            connection.exchanges = connection.exchanges.max(entry.ordinal.saturating_add(1));
        }
        self.count(entry);
    }

    /// Nobody said the end of the last exchange.
    pub(super) const fn left_open(&mut self) {
        self.counts.incomplete += 1;
    }

    /// Appends index and footer, unless nothing came after the last ones.
    pub(super) fn finish(&mut self) {
        if self.finished_at == self.queue.offset() {
            return;
        }
        self.exchanges.flush(&mut self.queue, &mut self.segments);
        self.connections.flush(&mut self.queue, &mut self.segments);
        let mut segments = self.segments.clone();
        self.open_connections().flush(&mut self.queue, &mut segments);
        let index_offset = self.append(&index_record(&segments));
        let offset = self.queue.offset();
        let (exchanges, connections) = (self.total_exchanges, self.next_connection.into());
        self.append(&Footer { offset, index_offset, exchanges, connections }.record());
        self.finished_at = self.queue.offset();
    }

    /// Hands out what is to be written; returns how many bytes.
    pub(super) fn take_pending(&mut self, into: &mut Vec<Bytes>) -> u64 {
        self.queue.take(into)
    }

    /// How many bytes are to be written.
    pub(super) const fn pending_bytes(&self) -> u64 {
        self.queue.pending()
    }

    /// What was recorded.
    pub(super) const fn counts(&self) -> Counts {
        self.counts
    }

    fn push_piece(&mut self, piece: &super::buffer::Piece<'_>) {
        match piece {
            super::buffer::Piece::Copied(bytes) => self.queue.push_copy(bytes),
            super::buffer::Piece::Large(bytes) => self.queue.push(bytes),
        }
    }

    /// Entries of the connections that have not ended; only this index lists them so.
    fn open_connections(&self) -> Pending {
        let mut entries: Vec<_> = self.open.values().collect();
        entries.sort_by_key(|entry| entry.id);
        let mut pending = Pending::of(Kind::ConnectionSegment, CONNECTION_ENTRY_BYTES);
        for entry in entries {
            entry.write(&mut pending.entries);
        }
        pending
    }

    fn count(&mut self, entry: &Entry) {
        // Nothing in raw bytes says where they end.
        let framed = entry.protocol != Protocol::Raw;
        if entry.protocol.is_conversation() {
            self.counts.exchanges += 1;
            self.counts.incomplete += u64::from(!entry.complete() && framed);
            self.counts.degraded += u64::from(entry.degraded());
        }
        self.counts.to_server += entry.to_server;
        self.counts.to_client += entry.to_client;
    }
}

/// A record's body as it is stored.
pub(super) enum Stored<'a> {
    AsIs(&'a Body),
    Compressed(Bytes),
}

/// Index entries that are in no segment yet.
#[derive(Debug)]
struct Pending {
    kind: Kind,
    width: usize,
    entries: Vec<u8>,
}

impl Pending {
    const fn of(kind: Kind, width: usize) -> Self {
        Self { kind, width, entries: Vec::new() }
    }

    fn push(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>),
        queue: &mut Queue,
        segments: &mut Vec<SegmentRef>,
    ) {
        write(&mut self.entries);
        if self.entries.len() >= self.width * ENTRIES_PER_SEGMENT {
            self.flush(queue, segments);
        }
    }

    fn flush(&mut self, queue: &mut Queue, segments: &mut Vec<SegmentRef>) {
        if self.entries.is_empty() {
            return;
        }
        let count = u32::try_from(self.entries.len() / self.width).unwrap_or(u32::MAX);
        segments.push(SegmentRef { offset: queue.offset(), count, kind: self.kind });
        queue.push_copy(&segment_record(self.kind, &self.entries));
        self.entries.clear();
    }
}
