//! An exchange that is not done: its own parsers, and what is known of it so far.

use bytes::Bytes;

use crate::meaning::{BodyHasher, request_key_of};
use crate::model::{
    Degraded, Direction, ExchangeId, ExchangeSummary, Gap, Protocol, RequestKeys, Timestamp,
};
use crate::transcribe::gap;
use crate::transcribe::turns::Turns;
use crate::wire::http1::{
    Event, ParseError, Problem, RequestContext, RequestHead, RequestParser, ResponseHead,
    ResponseKind, ResponseParser,
};

/// How much of the request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transcribe) enum Request {
    /// None will: the server spoke without being asked.
    Absent,
    /// Not all of it.
    Partial,
    /// All of it.
    Whole,
    /// It is not HTTP, or no longer: all the client sends is part of it.
    Raw,
}

/// How much of the answer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transcribe) enum Answer {
    /// Nothing.
    Awaited,
    /// Not all of it; the final response's head is not read.
    Begun,
    /// Not all of it; the final response's head is read.
    Final,
    /// All of it.
    Whole,
    /// All of it, and HTTP is over: all that comes is part of the exchange.
    Switched,
    /// It is not HTTP, or no longer: all the server sends is part of it.
    Raw,
}

/// How far reading an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transcribe) enum Reached {
    /// The input's end.
    InputEnd,
    /// The final response's head: whether HTTP goes on is decided.
    FinalHead(ResponseKind),
    /// The answer's end.
    End,
}

/// Why an exchange is degraded whose client did not wait to hear that it may switch.
const WENT_ON: &str = "the client went on before its request for another protocol was answered";

#[derive(Debug)]
pub(in crate::transcribe) struct Open {
    pub(in crate::transcribe) id: ExchangeId,
    pub(in crate::transcribe) request: Request,
    pub(in crate::transcribe) answer: Answer,
    /// The client went on after a request for another protocol, before it was answered.
    pub(in crate::transcribe) went_on: bool,
    /// What the answer depends on, once the request's head is read.
    context: RequestContext,
    /// Of the request's head, and of all of it, once they have come.
    head_len: u64,
    request_len: u64,
    requests: RequestParser,
    responses: ResponseParser,
    /// A whole head was read, of the request or of a response.
    speaks_http: bool,
    turns: Turns,
    keys: RequestKeys,
    /// Of the request, and of the final response.
    heads: (Bytes, Bytes),
    body: Option<Box<BodyHasher>>,
    degraded: Option<Degraded>,
    /// Where bytes are missing, as long as nothing of it has come after them.
    lost: Option<Degraded>,
    /// Of its last chunk.
    last_at: Timestamp,
    /// Bytes of its chunks.
    from_client: u64,
    from_server: u64,
}

impl Open {
    pub(in crate::transcribe) fn new(id: ExchangeId, request: Request) -> Self {
        Self {
            id,
            request,
            answer: Answer::Awaited,
            went_on: false,
            context: RequestContext::default(),
            head_len: 0,
            request_len: 0,
            requests: RequestParser::new(),
            responses: ResponseParser::new(),
            speaks_http: false,
            turns: Turns::default(),
            keys: RequestKeys::default(),
            heads: (Bytes::new(), Bytes::new()),
            body: None,
            degraded: None,
            lost: None,
            last_at: Timestamp::ZERO,
            from_client: 0,
            from_server: 0,
        }
    }

    /// One that no parser looks at.
    pub(in crate::transcribe) fn raw(id: ExchangeId) -> Self {
        Self { answer: Answer::Raw, ..Self::new(id, Request::Raw) }
    }

    /// Reads on in the request. Its end in `input`, if that is there.
    pub(in crate::transcribe) fn read_request(&mut self, input: &Bytes) -> Option<usize> {
        let mut at = 0;
        while self.request == Request::Partial {
            let advance = match self.requests.advance_from(input, at) {
                Ok(advance) => advance,
                Err(error) => {
                    self.degrade_request(&error);
                    break;
                }
            };
            at += advance.taken;
            self.request_len += advance.taken as u64;
            match advance.event? {
                Event::Head(head) => self.read_request_head(head),
                Event::Body(piece) => self.read_request_body(&piece),
                Event::Trailers(_) => {}
                Event::End | Event::Switched => {
                    self.request = Request::Whole;
                    return Some(at);
                }
            }
        }
        None
    }

    /// Reads on in the answer, interim responses included, from `at` in `input` on, and moves `at`.
    pub(in crate::transcribe) fn read_answer(&mut self, input: &Bytes, at: &mut usize) -> Reached {
        self.begin_answer();
        while matches!(self.answer, Answer::Begun | Answer::Final) {
            let advance = match self.responses.advance_from(input, *at) {
                Ok(advance) => advance,
                Err(error) => {
                    self.degrade_answer(&error);
                    break;
                }
            };
            *at += advance.taken;
            let kind = self.responses.kind();
            match advance.event {
                None => break,
                Some(Event::Head(head)) => {
                    self.speaks_http = true;
                    self.heads.1 = head;
                    if kind != ResponseKind::Interim {
                        self.answer = Answer::Final;
                        return Reached::FinalHead(kind);
                    }
                }
                Some(Event::Body(_) | Event::Trailers(_)) => {}
                Some(Event::Switched) => self.answer = Answer::Switched,
                Some(Event::End) if kind == ResponseKind::Interim => {}
                Some(Event::End) => {
                    self.answer = Answer::Whole;
                    return Reached::End;
                }
            }
        }
        Reached::InputEnd
    }

    /// The server's end ends a body that nothing else does.
    pub(in crate::transcribe) fn end_answer(&mut self) {
        if self.answer == Answer::Final && self.responses.finish().is_ok() {
            self.answer = Answer::Whole;
        }
    }

    /// Bytes of this exchange are about to be written down, as seen at `at`: never before those written down already.
    pub(in crate::transcribe) fn note_chunk(
        &mut self,
        direction: Direction,
        at: Timestamp,
        len: usize,
    ) -> Timestamp {
        self.turns.note(direction, self.request == Request::Whole);
        self.last_at = self.last_at.max(at);
        self.lost = None;
        *self.len(direction) += len as u64;
        self.last_at
    }

    /// Bytes of the connection are missing. If none of this exchange comes after them, it breaks off there.
    pub(in crate::transcribe) fn lose(&mut self, gap: &Gap) {
        let offset = *self.len(gap.direction);
        self.lost.get_or_insert(gap::lost(gap, offset));
    }

    /// What reads the answer after bytes of its body that are missing, if it can go on.
    pub(in crate::transcribe) fn skip(&mut self, length: u64) -> Option<ResponseParser> {
        let in_body = self.request == Request::Whole && self.answer == Answer::Final;
        (in_body && self.responses.skip(length)).then(|| self.responses.clone())
    }

    /// HTTP is over on this connection, and this exchange gets all that follows.
    pub(in crate::transcribe) const fn has_left_http(&self) -> bool {
        match self.request {
            Request::Whole => matches!(self.answer, Answer::Switched | Answer::Raw),
            Request::Absent => matches!(self.answer, Answer::Switched),
            Request::Partial | Request::Raw => false,
        }
    }

    /// A whole request, and nothing but HTTP so far.
    pub(in crate::transcribe) const fn is_in_http(&self) -> bool {
        matches!(self.request, Request::Whole) && !self.has_left_http()
    }

    /// After this exchange, the framing lets the connection go on (RFC 9112 §9.3).
    pub(in crate::transcribe) fn keeps_alive(&self) -> bool {
        self.is_done() && self.persists()
    }

    /// The framing says that the connection's end ends, or follows, the answer.
    pub(in crate::transcribe) fn closes_by_framing(&self) -> bool {
        match self.answer {
            Answer::Final => self.responses.reads_until_close(),
            Answer::Whole => !self.persists(),
            _ => false,
        }
    }

    /// Bytes from the server that nobody asked for, and that are no response.
    pub(in crate::transcribe) const fn is_stray(&self) -> bool {
        matches!((self.request, self.answer), (Request::Absent, Answer::Raw))
    }

    /// Whether what the client sends next is HTTP depends on the answer.
    pub(in crate::transcribe) const fn is_undecided(&self) -> bool {
        matches!(self.request, Request::Whole)
            && self.context.asks_switch
            && matches!(self.answer, Answer::Awaited | Answer::Begun)
            && !self.went_on
    }

    /// The answer is no switch: a client that was taken to have switched has not.
    pub(in crate::transcribe) fn decline_switch(&mut self) {
        if self.went_on {
            self.request = Request::Raw;
            self.degrade(Direction::ToServer, self.request_len, WENT_ON);
        }
    }

    /// Both agree to go on in HTTP/2: as HTTP/2 was first specified (RFC 7540 §3.2).
    pub(in crate::transcribe) fn agrees_to_http2(&self) -> bool {
        let names =
            |value: Option<&[u8]>| value.is_some_and(|name| name.eq_ignore_ascii_case(b"h2c"));
        let asked =
            RequestHead::parse(&self.heads.0).is_ok_and(|head| names(head.header("upgrade")));
        let agreed = ResponseHead::parse(&self.heads.1)
            .is_ok_and(|head| head.status() == 101 && names(head.header("upgrade")));
        asked && agreed && self.request == Request::Whole && !self.went_on
    }

    /// Nothing more can come of it.
    pub(in crate::transcribe) const fn is_done(&self) -> bool {
        matches!(self.request, Request::Whole | Request::Absent)
            && matches!(self.answer, Answer::Whole)
    }

    pub(in crate::transcribe) const fn is_complete(&self) -> bool {
        matches!(self.request, Request::Whole | Request::Absent)
            && matches!(self.answer, Answer::Whole | Answer::Switched)
            && self.degraded.is_none()
    }

    pub(in crate::transcribe) const fn head_len(&self) -> u64 {
        self.head_len
    }

    /// Of what has come of the request so far.
    pub(in crate::transcribe) const fn request_len(&self) -> u64 {
        self.request_len
    }

    pub(in crate::transcribe) fn summary(self) -> ExchangeSummary {
        let complete = self.is_complete();
        ExchangeSummary {
            protocol: if self.speaks_http { Protocol::Http1 } else { Protocol::Raw },
            keys: RequestKeys { body: self.body.map_or(0, |body| body.finish()), ..self.keys },
            complete,
            request_first: self.request == Request::Whole && self.turns.are_in_order(),
            degraded: self.degraded.or(self.lost.filter(|_| !complete)),
        }
    }

    const fn len(&mut self, direction: Direction) -> &mut u64 {
        match direction {
            Direction::ToServer => &mut self.from_client,
            Direction::ToClient => &mut self.from_server,
        }
    }

    fn persists(&self) -> bool {
        let (request, response) = (&self.heads.0, &self.heads.1);
        let asked =
            request.is_empty() || RequestHead::parse(request).is_ok_and(|head| head.persists());
        asked && ResponseHead::parse(response).is_ok_and(|head| head.persists())
    }

    fn read_request_head(&mut self, head: Bytes) {
        self.speaks_http = true;
        self.head_len = head.len() as u64;
        let Ok(parsed) = RequestHead::parse(&head) else { return };
        self.context = self.requests.context();
        self.keys.request = request_key_of(parsed.method(), parsed.target());
        self.heads.0 = head;
    }

    fn read_request_body(&mut self, piece: &[u8]) {
        let head = &self.heads.0;
        let body = self.body.get_or_insert_with(|| {
            let head = RequestHead::parse(head).ok();
            Box::new(BodyHasher::new(head.and_then(|head| head.header("content-type"))))
        });
        body.update(piece);
    }

    /// The answer's first byte: a request whose head is not whole by now is answered as a GET is.
    fn begin_answer(&mut self) {
        if self.answer == Answer::Awaited {
            self.answer = Answer::Begun;
            self.responses.expect(self.context);
        }
    }

    /// Keeps all of it raw, unread.
    pub(in crate::transcribe) fn refuse(&mut self, reason: &'static str) {
        self.request = Request::Raw;
        self.answer = Answer::Raw;
        self.degrade(Direction::ToServer, 0, reason);
    }

    /// If not even the head can be read, then the answer is not read either.
    fn degrade_request(&mut self, error: &ParseError) {
        self.request = Request::Raw;
        if matches!(error.problem, Problem::Head(_)) {
            self.answer = Answer::Raw;
        }
        self.degrade(Direction::ToServer, error.offset, error.problem.reason());
    }

    fn degrade_answer(&mut self, error: &ParseError) {
        self.answer = Answer::Raw;
        self.degrade(Direction::ToClient, error.offset, error.problem.reason());
    }

    /// The first reason is kept: later ones follow from it.
    fn degrade(&mut self, direction: Direction, offset: u64, reason: &'static str) {
        self.degraded.get_or_insert(Degraded { direction, offset, reason });
    }
}
