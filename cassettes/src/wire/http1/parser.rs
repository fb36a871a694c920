//! The two incremental parsers: one direction of a connection each.

use std::collections::VecDeque;
use std::mem;

use bytes::Bytes;

use super::framing::{of_request, of_response, switches};
use super::head::{is_token_byte, skip_empty_lines};
use super::machine::{Machine, Next, Role};
use super::{
    CutShort, Framing, HeadError, ParseError, RequestContext, RequestHead, ResponseHead, Version,
};

/// What a parser made of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// How many bytes of the input it took. The rest is to be given again, with or without more behind it.
    pub taken: usize,
    /// What that completed. `None`: it took all, and needs more.
    pub event: Option<Event>,
}

/// What a message consists of, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A whole head, with the empty lines before it and the one that ends it. Not copied when it came whole.
    Head(Bytes),
    /// A piece of the body, without its transfer framing. Never empty, never copied.
    Body(Bytes),
    /// The lines of a trailer section, where there are any; without the empty line.
    Trailers(Bytes),
    /// The message is over.
    End,
    /// The message is over, and what follows is not HTTP: 101, or 2xx to CONNECT.
    Switched,
}

/// Reads what a client sends.
///
/// ```
/// # use bytes::Bytes;
/// # use cassettes::wire::http1::{Event, RequestParser};
/// let mut parser = RequestParser::new();
/// let mut input = Bytes::from_static(b"GET / HTTP/1.1\r\n\r\nGET ");
/// let head = parser.advance(&input)?;
/// assert!(matches!(head.event, Some(Event::Head(_))));
/// let end = parser.advance(&input.split_off(head.taken))?;
/// assert_eq!(end.event, Some(Event::End));
/// # Ok::<(), cassettes::wire::http1::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RequestParser {
    machine: Machine<Requests>,
}

/// Reads what a server sends. Needs to be told of each request, since some requests change how their answer ends.
#[derive(Debug, Clone)]
pub struct ResponseParser {
    machine: Machine<Responses>,
}

impl RequestParser {
    /// At the start of a connection.
    pub fn new() -> Self {
        Self { machine: Machine::new(Requests::default()) }
    }

    /// Takes a prefix of `input`. Call it again with what is left, even if that is empty, until there is no event.
    pub fn advance(&mut self, input: &Bytes) -> Result<Advance, ParseError> {
        self.machine.advance(input, 0)
    }

    /// As [`advance`](Self::advance), on what `input` holds from `at` on.
    pub(crate) fn advance_from(&mut self, input: &Bytes, at: usize) -> Result<Advance, ParseError> {
        self.machine.advance(input, at)
    }

    /// What ends the body of the message whose head was read last. Where its head contradicts itself: nothing.
    pub fn framing(&self) -> Framing {
        self.machine.framing()
    }

    /// What the answer to the request depends on whose head was read last.
    pub fn context(&self) -> RequestContext {
        self.machine.role.context
    }

    /// The client sends no more.
    pub fn finish(&mut self) -> Result<(), CutShort> {
        self.machine.finish()
    }

    /// Whether no request has begun that is not over.
    pub fn is_idle(&self) -> bool {
        self.machine.is_idle()
    }
}

impl ResponseParser {
    /// At the start of a connection.
    pub fn new() -> Self {
        Self { machine: Machine::new(Responses::default()) }
    }

    /// Queues the request that the next not yet expected final response answers. A response that nothing
    /// was queued for is read as an answer to GET.
    pub fn expect(&mut self, request: RequestContext) {
        self.machine.role.expect(request);
    }

    /// Takes a prefix of `input`. Call it again with what is left, even if that is empty, until there is no event.
    pub fn advance(&mut self, input: &Bytes) -> Result<Advance, ParseError> {
        self.machine.advance(input, 0)
    }

    /// As [`advance`](Self::advance), on what `input` holds from `at` on.
    pub(crate) fn advance_from(&mut self, input: &Bytes, at: usize) -> Result<Advance, ParseError> {
        self.machine.advance(input, at)
    }

    /// The server sends no more. `Ok` also where that is what ends a body.
    pub fn finish(&mut self) -> Result<(), CutShort> {
        self.machine.finish()
    }

    /// Whether no response has begun that is not over.
    pub fn is_idle(&self) -> bool {
        self.machine.is_idle()
    }

    /// What ends the body of the message whose head was read last. Where its head contradicts itself: nothing.
    pub fn framing(&self) -> Framing {
        self.machine.framing()
    }

    /// So many bytes are missing here. `true` if the parser goes on after them: all are data of a body. If not, it is
    /// as it was, and what follows cannot be read.
    pub(crate) fn skip(&mut self, length: u64) -> bool {
        self.machine.skip(length)
    }

    /// Whether the connection's end is what ends the body that is being read.
    pub(crate) fn reads_until_close(&self) -> bool {
        self.machine.reads_until_close()
    }

    /// What the response is whose head was read last.
    pub fn kind(&self) -> ResponseKind {
        self.machine.role.kind
    }
}

impl Default for RequestParser {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for ResponseParser {
    fn default() -> Self {
        Self::new()
    }
}

/// What follows a response, as far as its head tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResponseKind {
    /// Another response to the same request: 1xx.
    Interim,
    /// The response to the next request.
    #[default]
    Final,
    /// Another protocol: 101, or 2xx to CONNECT.
    Switch,
}

#[derive(Debug, Clone, Copy, Default)]
struct Requests {
    context: RequestContext,
}

#[derive(Debug, Clone, Default)]
struct Responses {
    /// The request to be answered next.
    next: Option<RequestContext>,
    /// Those after it: only of pipelining is there any.
    later: VecDeque<RequestContext>,
    kind: ResponseKind,
}

impl Responses {
    fn expect(&mut self, request: RequestContext) {
        if self.next.is_none() {
            self.next = Some(request);
        } else {
            self.later.push_back(request);
        }
    }

    fn answered(&mut self) -> Option<RequestContext> {
        mem::replace(&mut self.next, self.later.pop_front())
    }
}

impl Role for Requests {
    fn check_start(&self, start: &[u8], whole_line: bool) -> Result<(), HeadError> {
        match start.first() {
            Some(&byte) if byte != b'\r' && !is_token_byte(byte) => Err(HeadError::Method),
            _ if whole_line => refuse_http2(RequestHead::parse(start)?.version()),
            _ => Ok(()),
        }
    }

    fn read_head(&mut self, head: &[u8]) -> Result<Next, HeadError> {
        let head = RequestHead::parse(head)?;
        refuse_http2(head.version())?;
        let (framing, context) = of_request(&head);
        self.context = context;
        Ok(Next::Body(framing))
    }
}

impl Role for Responses {
    fn check_start(&self, start: &[u8], whole_line: bool) -> Result<(), HeadError> {
        if start != b"\r" {
            begins_with_version(start)?;
        }
        if whole_line { ResponseHead::parse(start).map(drop) } else { Ok(()) }
    }

    fn read_head(&mut self, head: &[u8]) -> Result<Next, HeadError> {
        begins_with_version(skip_empty_lines(head))?;
        let head = ResponseHead::parse(head)?;
        let request = if head.is_interim() {
            RequestContext::default()
        } else {
            self.answered().unwrap_or_default()
        };
        self.kind = if switches(&head, request) {
            ResponseKind::Switch
        } else if head.is_interim() {
            ResponseKind::Interim
        } else {
            ResponseKind::Final
        };
        Ok(match self.kind {
            ResponseKind::Switch => Next::Switch,
            _ => Next::Body(of_response(&head, request)),
        })
    }
}

/// Says the same of a status line whether it came whole or byte by byte.
fn begins_with_version(start: &[u8]) -> Result<(), HeadError> {
    const VERSION: &[u8] = b"HTTP/1.";
    let seen = start.len().min(VERSION.len());
    if start.get(..seen) == VERSION.get(..seen) { Ok(()) } else { Err(HeadError::Version) }
}

/// HTTP/2 is spelled so in a view, never on the wire.
fn refuse_http2(version: Version) -> Result<(), HeadError> {
    if version == Version::Http2 { Err(HeadError::Version) } else { Ok(()) }
}
