//! What a recorded exchange means: its bytes, parsed again.

use bytes::Bytes;

use super::Message;
use crate::model::{Degraded, Direction, Exchange, Protocol};
use crate::wire::http1::{self, Framing};
use crate::wire::http2;

/// An exchange, parsed. A view holds slices of the exchange's bytes; it copies what lies in several chunks.
///
/// Nothing is lost in it: in each direction, the messages' heads and raw bodies and then the tail
/// are the bytes of the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    pub(in crate::wire) request: Option<Message>,
    pub(in crate::wire) responses: Vec<Message>,
    /// What is not HTTP: of the client, of the server.
    pub(in crate::wire) tails: (Bytes, Bytes),
    pub(in crate::wire) degraded: Option<Degraded>,
    /// The final response agrees to another protocol.
    pub(in crate::wire) switched: bool,
}

impl View {
    /// Parses the exchange's bytes. A raw exchange, and one of a connection's own frames, is all tail. A body that ends with the
    /// connection counts as complete: how the connection ended is not the exchange's to know.
    pub fn of(exchange: &Exchange) -> Self {
        match exchange.protocol {
            Protocol::Http1 => http1::view(exchange),
            Protocol::Http2 => http2::view(exchange),
            Protocol::Http2Control | Protocol::Raw => Self::raw(exchange),
        }
    }

    /// All tail.
    fn raw(exchange: &Exchange) -> Self {
        let tails = (exchange.bytes(Direction::ToServer), exchange.bytes(Direction::ToClient));
        Self { tails, ..Self::default() }
    }

    /// The request; none in a raw or unsolicited exchange, or where its head is not whole.
    pub fn request(&self) -> Option<&Message> {
        self.request.as_ref()
    }

    /// Interim ones (1xx) first, then the final one.
    pub fn responses(&self) -> &[Message] {
        &self.responses
    }

    /// The response that is not an interim one.
    pub fn final_response(&self) -> Option<&Message> {
        let last = self.responses.last()?;
        (!last.response_head()?.is_interim()).then_some(last)
    }

    /// What is not HTTP: after a switch of protocols, from where a parser gave up, or beyond the framing's end.
    pub fn tail(&self, direction: Direction) -> Bytes {
        match direction {
            Direction::ToServer => self.tails.0.clone(),
            Direction::ToClient => self.tails.1.clone(),
        }
    }

    /// Where and why parsing gave up, if it did.
    pub fn degraded(&self) -> Option<Degraded> {
        self.degraded
    }

    /// The final response agrees to another protocol: the tails are in that one.
    pub fn switched(&self) -> bool {
        self.switched
    }

    /// Both the request, where there is one, and the final response came to the end that their framing announced.
    pub fn complete(&self) -> bool {
        let asked = match &self.request {
            Some(request) => request.complete,
            None => self.tails.0.is_empty(),
        };
        let answered = self.final_response().is_some_and(|response| response.complete);
        asked && answered && self.degraded.is_none()
    }

    /// After this exchange, the framing lets the connection go on (RFC 9112 §9.3). The end of a stream of HTTP/2,
    /// whatever it is, never is its connection's.
    pub fn keeps_alive(&self) -> bool {
        if self.final_response().is_some_and(|response| response.framing == Framing::EndStream) {
            return true;
        }
        let requested = self.request.as_ref().and_then(Message::request_head);
        let answered = self.final_response().and_then(Message::response_head);
        self.complete()
            && !self.switched
            && self.tails.1.is_empty()
            && requested.is_none_or(|head| head.persists())
            && answered.is_some_and(|head| head.persists())
            && self.final_response().is_some_and(|response| response.framing != Framing::UntilClose)
    }
}
