//! A recording as a stream of events, for those who must not hold it whole.

use super::{Chunk, ConnectionId, Protocol};

/// An exchange's name while it is being recorded: which connection, and the how-manieth on it, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId {
    /// The connection it is on.
    pub connection: ConnectionId,
    /// Its place on that connection, counted from 0.
    pub ordinal: u32,
}

/// One step of a recording of one connection. For each exchange: any number of `Chunk`s, then one
/// `Done`. Exchanges of one connection may overlap: pipelined ones finish in order, streams of HTTP/2 in any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TapeEvent {
    /// Bytes of an exchange.
    Chunk {
        /// Whose.
        exchange: ExchangeId,
        /// Which.
        chunk: Chunk,
    },
    /// Nothing more will come of this exchange.
    Done {
        /// Which.
        exchange: ExchangeId,
        /// What is known about it now.
        summary: ExchangeSummary,
    },
}

/// What a transcriber knows about an exchange once it is over. All of it can be derived from the
/// bytes again; it is kept so that opening a cassette does not need to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExchangeSummary {
    /// How to read the bytes.
    pub protocol: Protocol,
    /// What a replayer looks it up by.
    pub keys: RequestKeys,
    /// Both the request and the final response came to the end that their framing announced.
    pub complete: bool,
    /// The whole request came before the first byte of the answer, and the client sent nothing after
    /// that byte: a replayer may receive the request, then send everything.
    pub request_first: bool,
    /// Where and why parsing gave up, if it did.
    pub degraded: Option<Degraded>,
}

/// What a replayer looks a recorded exchange up by: stable 64-bit hashes, specified in `FORMAT.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RequestKeys {
    /// Of method, path and query (as a multiset). For raw exchanges: 0.
    pub request: u64,
    /// Of the body's meaning: JSON by value, forms by field, multipart without its boundary, else bytes. 0: no body.
    pub body: u64,
}

/// A parser gave up: from `offset` in `direction`, the exchange's bytes are kept raw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Degraded {
    /// In which direction.
    pub direction: super::Direction,
    /// Bytes of this exchange in this direction before the place.
    pub offset: u64,
    /// Why: a fixed text, lower-case, for people.
    pub reason: &'static str,
}
