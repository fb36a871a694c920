//! What a recorded exchange means: its bytes, parsed again.

use bytes::Bytes;

use super::{Framing, RequestHead, ResponseHead};
use crate::model::{Degraded, Direction, Exchange};

/// An exchange, parsed. A view holds slices of the exchange's bytes; it copies what lies in several chunks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    request: Option<Message>,
    responses: Vec<Message>,
    tails: Tails,
    degraded: Option<Degraded>,
    complete: bool,
    keeps_alive: bool,
}

/// One request or response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Start line through empty line, as on the wire.
    pub head: Bytes,
    /// Without its transfer coding; a content coding is left on.
    pub body: Bytes,
    /// As on the wire: what follows the head, trailers included.
    pub raw_body: Bytes,
    /// The lines of the trailer section; most often empty.
    pub trailers: Bytes,
    /// What ends the body.
    pub framing: Framing,
    /// It came to the end that its framing announced.
    pub complete: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Tails {
    to_server: Bytes,
    to_client: Bytes,
}

impl View {
    /// Parses the exchange's bytes. A raw exchange is all tail. A body that ends with the
    /// connection counts as complete: how the connection ended is not the exchange's to know.
    pub fn of(exchange: &Exchange) -> Self {
        Self {
            request: None,
            responses: Vec::new(),
            tails: Tails {
                to_server: exchange.bytes(Direction::ToServer),
                to_client: exchange.bytes(Direction::ToClient),
            },
            degraded: None,
            complete: false,
            keeps_alive: false,
        }
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
        self.responses
            .last()
            .filter(|last| last.response_head().is_some_and(|head| !head.is_interim()))
    }

    /// What is not HTTP: after a switch of protocols, from where a parser gave up, or beyond the framing's end.
    pub fn tail(&self, direction: Direction) -> Bytes {
        match direction {
            Direction::ToServer => self.tails.to_server.clone(),
            Direction::ToClient => self.tails.to_client.clone(),
        }
    }

    /// Where and why parsing gave up, if it did.
    pub fn degraded(&self) -> Option<Degraded> {
        self.degraded
    }

    /// Both the request and the final response came to the end that their framing announced.
    pub fn complete(&self) -> bool {
        self.complete
    }

    /// After this exchange, the framing lets the connection go on (RFC 9112 §9.3).
    pub fn keeps_alive(&self) -> bool {
        self.keeps_alive
    }
}

impl Message {
    /// The head, if this is a request.
    pub fn request_head(&self) -> Option<RequestHead<'_>> {
        RequestHead::parse(&self.head).ok()
    }

    /// The head, if this is a response.
    pub fn response_head(&self) -> Option<ResponseHead<'_>> {
        ResponseHead::parse(&self.head).ok()
    }
}
