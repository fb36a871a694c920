//! What no parser looks at: one exchange that takes it all.

use super::gap;
use super::tape::Tape;
use crate::model::{
    Chunk, Degraded, Direction, ExchangeId, ExchangeSummary, Gap, Protocol, RequestKeys, Timestamp,
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
    /// Bytes of the exchange so far.
    from_client: u64,
    from_server: u64,
}

impl Raw {
    pub(super) const fn new(tape: Tape) -> Self {
        Self {
            tape,
            exchange: None,
            degraded: None,
            last_at: Timestamp::ZERO,
            from_client: 0,
            from_server: 0,
        }
    }

    /// Where a parser gave up.
    pub(super) fn after(tape: Tape, degraded: Degraded) -> Self {
        Self { degraded: Some(degraded), ..Self::new(tape) }
    }

    pub(super) fn receive(&mut self, chunk: Chunk) {
        let exchange = *self.exchange.get_or_insert_with(|| self.tape.begin());
        self.last_at = self.last_at.max(chunk.at);
        *self.len(chunk.direction) += chunk.bytes.len() as u64;
        self.tape.chunk(exchange, Chunk { at: self.last_at, ..chunk });
    }

    /// What follows is another exchange.
    pub(super) fn lose(&mut self, gap: &Gap) {
        let len = *self.len(gap.direction);
        self.degraded.get_or_insert(gap::lost(gap, len));
        self.finish();
        (self.from_client, self.from_server) = (0, 0);
        self.degraded = Some(gap::after(gap));
    }

    /// What follows in this direction is of another kind still.
    pub(super) fn give_up(&mut self, direction: Direction, reason: &'static str) {
        let offset = *self.len(direction);
        self.degraded.get_or_insert(Degraded { direction, offset, reason });
    }

    pub(super) fn finish(&mut self) {
        let Some(exchange) = self.exchange.take() else { return };
        let degraded = self.degraded.take();
        self.tape.done(exchange, ExchangeSummary { degraded, ..SUMMARY });
    }

    const fn len(&mut self, direction: Direction) -> &mut u64 {
        match direction {
            Direction::ToServer => &mut self.from_client,
            Direction::ToClient => &mut self.from_server,
        }
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
