//! One client connection, played to. Sans-io: bytes and time come in, actions go out.
//!
//! - [`Player`]: the front. [`Player::receive`], [`Player::client_closed`], [`Player::client_gone`] and
//!   [`Player::timeout`] tell what happened; [`Player::poll_action`] and [`Player::poll_timeout`] say what to
//!   do next
//! - [`Speaker`]: what a protocol must give to stand behind it
//! - [`http1`]: HTTP/1, and clients who speak nothing that is known
//! - [`raw`]: plain TCP, as the client's arrival tells
//! - [`request`]: the request that a client is sending
//! - [`run`]: how far a script has come, and what it waits for

pub(crate) mod http1;
mod raw;
pub(crate) mod request;
mod run;

use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use cassettes::model::Timestamp;

use crate::arrival::Arrival;
use crate::stage::Stage;
use http1::Http1;

/// What a driver is to do next, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send these bytes. At any pace but instant, each by a write of its own.
    Send(Bytes),
    /// Send what is queued, then FIN; keep reading.
    HalfClose,
    /// Send what is queued, then FIN; read and drop until the client ends too.
    Close,
    /// Send what is queued, then FIN without the `close_notify` that TLS demands before it; read and drop until
    /// the client ends too.
    Cut,
    /// Send what is queued, then this fatal TLS alert and FIN.
    Alert(u8),
    /// Send what is queued, see it delivered, then RST.
    Reset,
}

/// The server's part on one connection, in whatever protocol the client came for.
#[derive(Debug)]
pub struct Player {
    arrival: Arrival,
    speaker: Box<dyn Speaker>,
}

/// The server's part on one connection, in one protocol. Dropping one settles what it was in the middle of.
pub(crate) trait Speaker: Debug + Send {
    /// Whether it can take more bytes now. Once it is over it takes, and drops, any.
    fn wants_input(&self) -> bool;

    /// Nothing more is to be done, once all actions are.
    fn is_over(&self) -> bool;

    /// The client sent bytes.
    fn receive(&mut self, bytes: Bytes, at: Timestamp);

    /// The client sends no more (FIN), but may still read.
    fn client_closed(&mut self, at: Timestamp);

    /// The client neither sends nor reads any more.
    fn client_gone(&mut self, at: Timestamp);

    /// Time has passed; at or after what [`Speaker::poll_timeout`] said.
    fn timeout(&mut self, at: Timestamp);

    /// What to do next; `None`: nothing until something happens.
    fn poll_action(&mut self) -> Option<Action>;

    /// When to call [`Speaker::timeout`], unless something happens before.
    fn poll_timeout(&self) -> Option<Timestamp>;
}

impl Player {
    /// For a client that came, now.
    pub fn new(stage: Arc<Stage>, arrival: Arrival, now: Timestamp) -> Self {
        let speaker = raw::speaker(&stage, &arrival, now)
            .unwrap_or_else(|| Box::new(Http1::new(stage, &arrival, now)));
        Self { arrival, speaker }
    }

    /// How its client came.
    pub const fn arrival(&self) -> &Arrival {
        &self.arrival
    }

    /// Whether it can take more bytes now. Once it is over it takes, and drops, any.
    pub fn wants_input(&self) -> bool {
        self.speaker.wants_input()
    }

    /// Nothing more is to be done, once all actions are.
    pub fn is_over(&self) -> bool {
        self.speaker.is_over()
    }

    /// The client sent bytes.
    pub fn receive(&mut self, bytes: Bytes, at: Timestamp) {
        self.speaker.receive(bytes, at);
    }

    /// The client sends no more (FIN), but may still read.
    pub fn client_closed(&mut self, at: Timestamp) {
        self.speaker.client_closed(at);
    }

    /// The client neither sends nor reads any more (RST, or a write that failed).
    pub fn client_gone(&mut self, at: Timestamp) {
        self.speaker.client_gone(at);
    }

    /// Time has passed; at or after what [`Player::poll_timeout`] said.
    pub fn timeout(&mut self, at: Timestamp) {
        self.speaker.timeout(at);
    }

    /// What to do next; `None`: nothing until something happens.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.speaker.poll_action()
    }

    /// When to call [`Player::timeout`], unless something happens before.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.speaker.poll_timeout()
    }
}
