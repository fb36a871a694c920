//! One client connection, played to. Sans-io: bytes and time come in, actions go out.
//!
//! - [`Player`]: the front. [`Player::receive`], [`Player::client_closed`], [`Player::client_gone`] and
//!   [`Player::timeout`] tell what happened; [`Player::poll_action`] and [`Player::poll_timeout`] say what to
//!   do next
//! - [`Speaker`]: what a protocol must give to stand behind it
//! - [`http1`]: HTTP/1, and clients who speak nothing that is known
//! - [`http2`], likewise: each stream plays a script of its own
//! - [`raw`]: plain TCP, as the client's arrival tells
//! - [`opening`]: which protocol it is, by the first bytes
//! - [`upgrade`]: what goes over from HTTP/1 to HTTP/2
//! - [`choice`]: from a request to the exchange that serves it
//! - [`request`]: the request that a client is sending
//! - [`run`]: how far a script has come, and what it waits for

mod choice;
pub(crate) mod http1;
mod http2;
mod opening;
mod raw;
pub(crate) mod request;
mod run;
pub(crate) mod upgrade;

use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use cassettes::model::Timestamp;

use crate::arrival::Arrival;
use crate::stage::Stage;
use http1::Http1;
use http2::Http2;
use opening::{First, Opening};
use upgrade::Upgraded;

/// What a driver is to do next, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send these bytes. At any pace but instant, each by a write of its own.
    Send(Bytes),
    /// A fault hits the client from here on: to be written down.
    Applied(Arc<str>),
    /// Send what is queued by itself, at whatever pace.
    Flush,
    /// Send what is queued, then these bytes beneath TLS; without TLS, like any others.
    Beneath(Bytes),
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
    /// Until it is known which protocol it is.
    opening: Option<Opening>,
}

/// The server's part on one connection, in one protocol. Dropping one settles what it was in the middle of.
pub(crate) trait Speaker: Debug + Send {
    /// Whether it can take more bytes now. Once it is over it takes, and drops, any.
    fn wants_input(&self) -> bool;

    /// Nothing more is to be done, once all actions are.
    fn is_over(&self) -> bool;

    /// It says nothing more before the client ends.
    fn is_silent(&self) -> bool {
        false
    }

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

    /// The connection goes on in HTTP/2 from here: what is left to do, all actions included.
    fn take_upgrade(&mut self) -> Option<Upgraded> {
        None
    }
}

impl Player {
    /// For a client that came, now.
    pub fn new(stage: Arc<Stage>, arrival: Arrival, now: Timestamp) -> Self {
        if let Some(speaker) = raw::speaker(&stage, &arrival, now) {
            return Self { arrival, speaker, opening: None };
        }
        // Where TLS has settled it, nobody has to look; and a server of HTTP/2 may speak first.
        let settled = arrival.tls.as_ref().map(|tls| tls.alpn.as_str());
        let speaker: Box<dyn Speaker> = match settled {
            Some("h2") => Box::new(Http2::new(Arc::clone(&stage), &arrival, now)),
            _ => Box::new(Http1::new(Arc::clone(&stage), &arrival, now)),
        };
        let open = !matches!(settled, Some("h2" | "http/1.1"));
        Self { arrival, speaker, opening: open.then(|| Opening::new(stage)) }
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

    /// It says nothing more before the client ends.
    pub fn is_silent(&self) -> bool {
        self.speaker.is_silent()
    }

    /// The client sent bytes.
    pub fn receive(&mut self, bytes: Bytes, at: Timestamp) {
        let Some(opening) = &mut self.opening else {
            self.speaker.receive(bytes, at);
            return self.follow_upgrade(at);
        };
        let bytes = match opening.advance(bytes, at) {
            First::Unknown => return,
            First::Http2(bytes) => {
                let stage = opening.stage();
                self.speaker = Box::new(Http2::new(stage, &self.arrival, at));
                bytes
            }
            First::Other(bytes) => bytes,
        };
        self.opening = None;
        self.speaker.receive(bytes, at);
        self.follow_upgrade(at);
    }

    /// The client sends no more (FIN), but may still read.
    pub fn client_closed(&mut self, at: Timestamp) {
        self.settle_opening(at);
        self.speaker.client_closed(at);
        self.follow_upgrade(at);
    }

    /// The client neither sends nor reads any more (RST, or a write that failed).
    pub fn client_gone(&mut self, at: Timestamp) {
        self.settle_opening(at);
        self.speaker.client_gone(at);
    }

    /// Time has passed; at or after what [`Player::poll_timeout`] said.
    pub fn timeout(&mut self, at: Timestamp) {
        if self.opening_deadline().is_some_and(|deadline| deadline <= at) {
            self.settle_opening(at);
        }
        self.speaker.timeout(at);
        self.follow_upgrade(at);
    }

    /// What to do next; `None`: nothing until something happens.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.speaker.poll_action()
    }

    /// When to call [`Player::timeout`], unless something happens before.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.opening_deadline().into_iter().chain(self.speaker.poll_timeout()).min()
    }

    fn opening_deadline(&self) -> Option<Timestamp> {
        self.opening.as_ref()?.deadline()
    }

    fn follow_upgrade(&mut self, at: Timestamp) {
        if let Some(upgraded) = self.speaker.take_upgrade() {
            self.speaker = Box::new(Http2::after_upgrade(&self.arrival, upgraded, at));
        }
    }

    /// No more bytes will decide it.
    fn settle_opening(&mut self, at: Timestamp) {
        let held = self.opening.take().and_then(Opening::into_held);
        if let Some((bytes, since)) = held {
            self.speaker.receive(bytes, since);
            self.speaker.timeout(at);
        }
    }
}
