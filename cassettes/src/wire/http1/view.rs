//! What a recorded exchange means: its bytes, parsed again.

use bytes::Bytes;

use super::message::{Message, read_request, read_responses};
use super::{Framing, ParseError, RequestContext};
use crate::model::{Degraded, Direction, Exchange, Protocol};

/// An exchange, parsed. A view holds slices of the exchange's bytes; it copies what lies in several chunks.
///
/// Nothing is lost in it: in each direction, the messages' heads and raw bodies and then the tail
/// are the bytes of the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    request: Option<Message>,
    responses: Vec<Message>,
    /// What is not HTTP: of the client, of the server.
    tails: (Bytes, Bytes),
    degraded: Option<Degraded>,
    /// The final response agrees to another protocol.
    switched: bool,
}

/// One direction, read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) messages: Vec<Message>,
    /// Where the messages end.
    pub(super) end: usize,
    pub(super) error: Option<ParseError>,
    pub(super) switched: bool,
}

impl View {
    /// Parses the exchange's bytes. A raw exchange is all tail. A body that ends with the
    /// connection counts as complete: how the connection ended is not the exchange's to know.
    pub fn of(exchange: &Exchange) -> Self {
        let sent = exchange.bytes(Direction::ToServer);
        let answered = exchange.bytes(Direction::ToClient);
        if exchange.protocol != Protocol::Http1 {
            return Self { tails: (sent, answered), ..Self::default() };
        }
        let mut requests = read_request(&sent);
        let request = requests.messages.pop();
        let context = context_of_answer(exchange, request.as_ref());
        let responses = read_responses(&answered, context);
        let mut view = Self {
            request,
            responses: responses.messages,
            tails: (sent.slice(requests.end..), answered.slice(responses.end..)),
            degraded: degraded_by(Direction::ToServer, requests.error)
                .or_else(|| degraded_by(Direction::ToClient, responses.error)),
            switched: responses.switched,
        };
        view.refuse_surplus_request(requests.end);
        view
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

    /// After this exchange, the framing lets the connection go on (RFC 9112 §9.3).
    pub fn keeps_alive(&self) -> bool {
        let requested = self.request.as_ref().and_then(Message::request_head);
        let answered = self.final_response().and_then(Message::response_head);
        self.complete()
            && !self.switched
            && self.tails.1.is_empty()
            && requested.is_none_or(|head| head.persists())
            && answered.is_some_and(|head| head.persists())
            && self.final_response().is_some_and(|response| response.framing != Framing::UntilClose)
    }

    /// A client that sends more than its request, where no other protocol is agreed on.
    fn refuse_surplus_request(&mut self, request_len: usize) {
        if self.request.is_some() && !self.tails.0.is_empty() && !self.switched {
            self.degraded.get_or_insert(Degraded {
                direction: Direction::ToServer,
                offset: request_len as u64,
                reason: "the client sent more than its request, and no other protocol was agreed on",
            });
        }
    }
}

/// What the answer depends on. A request whose head is not whole before the answer begins is answered as a GET is.
fn context_of_answer(exchange: &Exchange, request: Option<&Message>) -> RequestContext {
    let before = exchange.chunks.iter().take_while(|chunk| chunk.direction == Direction::ToServer);
    let sent_before: usize = before.map(|chunk| chunk.bytes.len()).sum();
    request
        .filter(|request| request.head.len() <= sent_before)
        .and_then(Message::request_head)
        .map_or_else(RequestContext::default, |head| RequestContext::of(&head))
}

fn degraded_by(direction: Direction, error: Option<ParseError>) -> Option<Degraded> {
    error.map(|ParseError { offset, problem }| Degraded {
        direction,
        offset,
        reason: problem.reason(),
    })
}
