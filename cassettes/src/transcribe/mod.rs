//! A connection's bytes, as they come, into exchanges; and an exchange into a script.
//!
//! - [`Transcriber`]: (direction, time, bytes) in, [`TapeEvent`]s out
//! - [`collect`]: tape events into a cassette in memory
//! - [`summarize`]: what a transcriber would say of an exchange that exists already
//! - [`compile`]: what a replayer does to play an exchange's server

mod collect;
mod script;

use std::collections::VecDeque;

use bytes::Bytes;

pub use self::collect::collect;
pub use self::script::compile;
use crate::model::{
    Chunk, Close, Connection, ConnectionId, Direction, Exchange, ExchangeId, ExchangeSummary,
    Protocol, RequestKeys, TapeEvent, Timestamp,
};

/// Turns what is read from one connection into exchanges, as it comes, in constant memory. Never
/// fails: what is not HTTP/1 stays raw, and is counted.
#[derive(Debug)]
pub struct Transcriber {
    connection: ConnectionId,
    events: VecDeque<TapeEvent>,
    open: bool,
}

impl Transcriber {
    /// For a connection that should speak HTTP/1.
    pub fn http1(connection: ConnectionId) -> Self {
        Self { connection, events: VecDeque::new(), open: false }
    }

    /// For a connection of which nothing is known: one raw exchange.
    pub fn raw(connection: ConnectionId) -> Self {
        Self::http1(connection)
    }

    /// Takes what one read brought.
    pub fn receive(&mut self, direction: Direction, at: Timestamp, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        self.open = true;
        let exchange = self.id();
        self.events.push_back(TapeEvent::Chunk { exchange, chunk: Chunk { direction, at, bytes } });
    }

    /// One direction ended, or the connection was reset.
    pub fn close(&mut self, _close: &Close) {}

    /// The connection is over: whatever is open is done, complete or not. Closes that end both
    /// directions do this by themselves; doing it again does no harm.
    pub fn finish(&mut self) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        let summary = ExchangeSummary {
            protocol: Protocol::Raw,
            keys: RequestKeys::default(),
            complete: false,
            request_first: false,
            degraded: None,
        };
        self.events.push_back(TapeEvent::Done { exchange: self.id(), summary });
    }

    /// What came of it so far, in order.
    pub fn poll_event(&mut self) -> Option<TapeEvent> {
        self.events.pop_front()
    }

    /// How many exchanges, of those that are done, no parser understood to the end.
    pub fn degraded(&self) -> u64 {
        0
    }

    const fn id(&self) -> ExchangeId {
        ExchangeId { connection: self.connection, ordinal: 0 }
    }
}

/// What a transcriber says of this exchange once it is over. `connection` tells how it ended, which decides
/// whether a body that ends with the connection is whole.
pub fn summarize(exchange: &Exchange, _connection: &Connection) -> ExchangeSummary {
    ExchangeSummary {
        protocol: exchange.protocol,
        keys: RequestKeys::default(),
        complete: false,
        request_first: false,
        degraded: None,
    }
}
