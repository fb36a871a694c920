//! Where a transcriber's machines write what they find.

use std::collections::VecDeque;

use crate::model::{Chunk, ConnectionId, ExchangeId, ExchangeSummary, TapeEvent};

/// The events of one connection, until they are polled. The machines that read it hand it on to each other.
#[derive(Debug)]
pub(super) struct Tape {
    connection: ConnectionId,
    next_ordinal: u32,
    events: VecDeque<TapeEvent>,
    degraded: u64,
}

impl Tape {
    pub(super) const fn new(connection: ConnectionId) -> Self {
        Self { connection, next_ordinal: 0, events: VecDeque::new(), degraded: 0 }
    }

    /// A new exchange. Its first chunk must be the next to come of a new one: exchanges are numbered by their first chunks.
    pub(super) fn begin(&mut self) -> ExchangeId {
        let ordinal = self.next_ordinal;
        self.next_ordinal += 1;
        ExchangeId { connection: self.connection, ordinal }
    }

    pub(super) fn chunk(&mut self, exchange: ExchangeId, chunk: Chunk) {
        self.events.push_back(TapeEvent::Chunk { exchange, chunk });
    }

    pub(super) fn done(&mut self, exchange: ExchangeId, summary: ExchangeSummary) {
        self.degraded += u64::from(summary.degraded.is_some());
        self.events.push_back(TapeEvent::Done { exchange, summary });
    }

    pub(super) fn poll(&mut self) -> Option<TapeEvent> {
        self.events.pop_front()
    }

    /// How many exchanges, of those that are done, no parser understood to the end.
    pub(super) const fn degraded(&self) -> u64 {
        self.degraded
    }
}
