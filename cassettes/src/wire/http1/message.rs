//! Whole messages, out of bytes that are all there.

use bytes::{Bytes, BytesMut};

use super::view::Reading;
use super::{
    Advance, Event, Framing, ParseError, RequestContext, RequestHead, RequestParser, ResponseHead,
    ResponseKind, ResponseParser,
};

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

/// Reads the request at the start of `bytes`.
pub(super) fn read_request(bytes: &Bytes) -> Reading {
    let mut parser = RequestParser::new();
    let mut reading = Reading::default();
    if let Some(request) = reading.read_message(bytes, |input, at| parser.advance_from(input, at)) {
        request.framing = parser.framing();
    }
    reading
}

/// Reads the responses at the start of `bytes`, through the final one.
pub(super) fn read_responses(bytes: &Bytes, request: RequestContext) -> Reading {
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
