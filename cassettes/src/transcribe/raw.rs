//! What no parser looks at: one exchange that takes it all.

use super::tape::Tape;
use crate::model::{
    Chunk, Degraded, ExchangeId, ExchangeSummary, Protocol, RequestKeys, Timestamp,
};

/// All that is yet to come, as one raw exchange.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) tape: Tape,
    exchange: Option<ExchangeId>,
    /// Why it is raw, unless that was meant.
    degraded: Option<Degraded>,
    /// Of its last chunk. What another machine has held back may be older than what it gave up on.
    last_at: Timestamp,
}

impl Raw {
    pub(super) const fn new(tape: Tape) -> Self {
        Self { tape, exchange: None, degraded: None, last_at: Timestamp::ZERO }
    }

    /// Where a parser gave up.
    pub(super) const fn after(tape: Tape, degraded: Degraded) -> Self {
        Self { tape, exchange: None, degraded: Some(degraded), last_at: Timestamp::ZERO }
    }

    pub(super) fn receive(&mut self, chunk: Chunk) {
        let exchange = *self.exchange.get_or_insert_with(|| self.tape.begin());
        self.last_at = self.last_at.max(chunk.at);
        self.tape.chunk(exchange, Chunk { at: self.last_at, ..chunk });
    }

    pub(super) fn finish(&mut self) {
        let Some(exchange) = self.exchange.take() else { return };
        let degraded = self.degraded.take();
        self.tape.done(exchange, ExchangeSummary { degraded, ..SUMMARY });
    }
}

/// Of what was not read.
pub(super) const SUMMARY: ExchangeSummary = ExchangeSummary {
    protocol: Protocol::Raw,
    keys: RequestKeys { request: 0, body: 0 },
    complete: false,
    request_first: false,
    degraded: None,
};
