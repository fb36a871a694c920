//! Whole messages, and exchanges, out of bytes that are all there.

use bytes::{Bytes, BytesMut};

use super::{
    Advance, Event, Framing, ParseError, RequestContext, RequestParser, ResponseKind,
    ResponseParser,
};
use crate::model::{Degraded, Direction, Exchange};
use crate::wire::http::{Message, View};

/// What a recorded exchange in HTTP/1 means.
pub(in crate::wire) fn view(exchange: &Exchange) -> View {
    let sent = exchange.bytes(Direction::ToServer);
    let answered = exchange.bytes(Direction::ToClient);
    let mut requests = read_request(&sent);
    let request = requests.messages.pop();
    let context = context_of_answer(exchange, request.as_ref());
    let responses = read_responses(&answered, context);
    let mut view = View {
        request,
        responses: responses.messages,
        tails: (sent.slice(requests.end..), answered.slice(responses.end..)),
        degraded: degraded_by(Direction::ToServer, requests.error)
            .or_else(|| degraded_by(Direction::ToClient, responses.error)),
        switched: responses.switched,
    };
    refuse_surplus_request(&mut view, requests.end);
    view
}

/// One direction, read.
#[derive(Debug, Default)]
struct Reading {
    messages: Vec<Message>,
    /// Where the messages end.
    end: usize,
    error: Option<ParseError>,
    switched: bool,
}

/// A client that sends more than its request, where no other protocol is agreed on.
fn refuse_surplus_request(view: &mut View, request_len: usize) {
    if view.request.is_some() && !view.tails.0.is_empty() && !view.switched {
        view.degraded.get_or_insert(Degraded {
            direction: Direction::ToServer,
            offset: request_len as u64,
            reason: "the client sent more than its request, and no other protocol was agreed on",
        });
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

/// Reads the request at the start of `bytes`.
fn read_request(bytes: &Bytes) -> Reading {
    let mut parser = RequestParser::new();
    let mut reading = Reading::default();
    if let Some(request) = reading.read_message(bytes, |input, at| parser.advance_from(input, at)) {
        request.framing = parser.framing();
    }
    reading
}

/// Reads the responses at the start of `bytes`, through the final one.
fn read_responses(bytes: &Bytes, request: RequestContext) -> Reading {
    let mut parser = ResponseParser::new();
    parser.expect(request);
    let mut reading = Reading::default();
    while let Some(response) =
        reading.read_message(bytes, |input, at| parser.advance_from(input, at))
    {
        response.framing = parser.framing();
        // Only a body that the connection's end ends leaves the parser ready to finish.
        response.complete |= parser.finish().is_ok();
        if !response.complete || parser.kind() != ResponseKind::Interim {
            break;
        }
    }
    reading
}

impl Reading {
    /// Reads one message where the last one ended; none if its head is not whole.
    fn read_message(
        &mut self,
        bytes: &Bytes,
        mut advance: impl FnMut(&Bytes, usize) -> Result<Advance, ParseError>,
    ) -> Option<&mut Message> {
        let mut draft = Draft { at: self.end, ..Draft::default() };
        while !draft.complete {
            let advance = match advance(bytes, draft.at) {
                Ok(advance) => advance,
                Err(error) => {
                    draft.at = usize::try_from(error.offset).unwrap_or(usize::MAX).min(bytes.len());
                    self.error = Some(error);
                    break;
                }
            };
            draft.at += advance.taken;
            let Some(event) = advance.event else { break };
            self.switched = event == Event::Switched;
            draft.add(event);
        }
        let head_end = draft.head_end?;
        self.end = draft.at;
        self.messages.push(draft.into_message(bytes.slice(head_end..self.end)));
        self.messages.last_mut()
    }
}

/// A message, being read.
#[derive(Default)]
struct Draft {
    at: usize,
    head: Bytes,
    head_end: Option<usize>,
    /// Most often all of it.
    first_piece: Bytes,
    more_pieces: Vec<Bytes>,
    trailers: Bytes,
    complete: bool,
}

impl Draft {
    fn add(&mut self, event: Event) {
        match event {
            Event::Head(head) => {
                self.head = head;
                self.head_end = Some(self.at);
            }
            Event::Body(piece) if self.first_piece.is_empty() => self.first_piece = piece,
            Event::Body(piece) => self.more_pieces.push(piece),
            Event::Trailers(lines) => self.trailers = lines,
            Event::End | Event::Switched => self.complete = true,
        }
    }

    fn into_message(self, raw_body: Bytes) -> Message {
        Message {
            head: self.head,
            body: join(self.first_piece, &self.more_pieces),
            raw_body,
            trailers: self.trailers,
            framing: Framing::None,
            complete: self.complete,
        }
    }
}

fn join(first: Bytes, more: &[Bytes]) -> Bytes {
    if more.is_empty() {
        return first;
    }
    let mut joined = BytesMut::from(first);
    for piece in more {
        joined.extend_from_slice(piece);
    }
    joined.freeze()
}
