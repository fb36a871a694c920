//! One stream that a client opened, with what is promised on it: an exchange that is not done.

use std::collections::HashSet;

use bytes::{Bytes, BytesMut};

use crate::meaning::{BodyHasher, request_key_of};
use crate::model::{
    Degraded, Direction, ExchangeId, ExchangeSummary, Gap, Protocol, RequestKeys, Side,
};
use crate::transcribe::gap;
use crate::transcribe::turns::Turns;
use crate::wire::http::{StreamError, StreamReader};
use crate::wire::http1::{Event, RequestHead, ResponseKind};
use crate::wire::http2::{ErrorCode, Frame, Kind};

/// A stream, as far as its frames have come.
#[derive(Debug)]
pub(in crate::transcribe) struct Call {
    pub(super) id: ExchangeId,
    stream: u32,
    request: Half,
    answer: Half,
    /// The final response's head was read.
    answered: bool,
    /// Who ended it before its time, and why.
    reset: Option<(Side, ErrorCode)>,
    /// The server said that it has done nothing about it: GOAWAY.
    refused: bool,
    /// The streams promised on it that are not over.
    promised: HashSet<u32>,
    turns: Turns,
    keys: RequestKeys,
    content_type: Option<Bytes>,
    /// What is sent is another protocol's, and none of the request's body.
    tunnel: bool,
    body: Option<Box<BodyHasher>>,
    /// How much of the request's body has come.
    body_len: u64,
    degraded: Option<Degraded>,
    /// Frames that are in no chunk yet.
    pub(super) pending: BytesMut,
}

/// One direction.
#[derive(Debug)]
struct Half {
    reader: StreamReader,
    /// How many bytes have come, promised streams included.
    len: u64,
    /// It came to its end.
    whole: bool,
}

impl Call {
    /// Before its first frame. `asked`: the client asks; otherwise it has asked elsewhere, in HTTP/1.
    pub(super) fn new(id: ExchangeId, stream: u32, asked: bool) -> Self {
        let half = |direction| Half { reader: StreamReader::new(direction), len: 0, whole: false };
        Self {
            id,
            stream,
            request: Half { whole: !asked, ..half(Direction::ToServer) },
            answer: half(Direction::ToClient),
            answered: false,
            reset: None,
            refused: false,
            promised: HashSet::new(),
            turns: Turns::default(),
            keys: RequestKeys::default(),
            content_type: None,
            tunnel: false,
            body: None,
            body_len: 0,
            degraded: None,
            pending: BytesMut::new(),
        }
    }

    /// The next frame: of this stream, of one that was promised on it, or a GOAWAY. What it brings to this stream's
    /// messages.
    pub(super) fn follow(&mut self, direction: Direction, frame: &Frame) -> Option<Event> {
        let half = self.half(direction);
        let offset = half.len;
        half.len += frame.header.wire_len() as u64;
        if frame.stream() != self.stream {
            self.follow_other(direction, frame);
            return None;
        }
        self.note_order(direction, frame);
        if let Some(code) = frame.rst() {
            self.reset.get_or_insert((direction.sender(), code));
        }
        self.promised.extend(frame.push_promise());
        let half = self.half(direction);
        match half.reader.advance(frame) {
            Ok(brought) => {
                half.whole |= brought.ends;
                if let Some(event) = &brought.event {
                    self.note_event(direction, event);
                }
                brought.event
            }
            Err(error) => {
                half.whole |= frame.ends_stream();
                self.degrade(direction, offset, error);
                None
            }
        }
    }

    /// The one that the client opened.
    pub(super) const fn stream(&self) -> u32 {
        self.stream
    }

    /// A stream that was promised on it is not followed.
    pub(super) fn forget(&mut self, promised: u32) {
        self.promised.remove(&promised);
    }

    /// The beginning of a frame that never came to its end.
    pub(super) fn cut_off(&mut self, direction: Direction, rest: &[u8]) {
        self.pending.extend_from_slice(rest);
        self.half(direction).len += rest.len() as u64;
    }

    /// Bytes are missing, and what follows them is not followed.
    pub(super) fn lose(&mut self, gap: &Gap) {
        if !self.is_complete() && self.reset.is_none() {
            let offset = self.half(gap.direction).len;
            self.degraded.get_or_insert(gap::lost(gap, offset));
        }
    }

    /// Whether this is the stream, or one that was promised on it and is not over.
    pub(super) fn follows(&self, stream: u32) -> bool {
        stream == self.stream || self.promised.contains(&stream)
    }

    /// Nothing more can come of it.
    pub(super) fn is_over(&self) -> bool {
        let closed = self.reset.is_some() || self.request.whole && self.answer.whole;
        closed && self.promised.is_empty()
    }

    /// Both sides came to their ends; or the server did, and the request was then broken off without an error: the
    /// server does not need the rest (RFC 9113 §8.1), or the client does not care to send it.
    pub(in crate::transcribe) fn is_complete(&self) -> bool {
        let spared = match self.reset {
            Some((Side::Client, code)) => matches!(code, ErrorCode::NO_ERROR | ErrorCode::CANCEL),
            Some((Side::Server, code)) => code == ErrorCode::NO_ERROR,
            None => false,
        };
        let asked = self.request.whole || spared;
        asked && self.answer.whole && self.answered && self.degraded.is_none()
    }

    /// Who ended the stream before its time.
    pub(in crate::transcribe) fn reset_by(&self) -> Option<Side> {
        self.reset.map(|(side, _)| side)
    }

    /// The server said that it has done nothing about it, and never will.
    pub(in crate::transcribe) const fn is_refused(&self) -> bool {
        self.refused
    }

    /// All of the request has come.
    pub(in crate::transcribe) const fn is_asked(&self) -> bool {
        self.request.whole
    }

    /// The request's head has come.
    pub(in crate::transcribe) fn has_request_head(&self) -> bool {
        self.request.reader.has_head()
    }

    /// How much of the request's body has come.
    pub(in crate::transcribe) const fn body_len(&self) -> u64 {
        self.body_len
    }

    pub(in crate::transcribe) fn summary(self) -> ExchangeSummary {
        let complete = self.is_complete();
        ExchangeSummary {
            protocol: Protocol::Http2,
            keys: RequestKeys { body: self.body.map_or(0, |body| body.finish()), ..self.keys },
            complete,
            request_first: self.request.whole && self.request.len > 0 && self.turns.are_in_order(),
            degraded: self.degraded,
        }
    }

    const fn half(&mut self, direction: Direction) -> &mut Half {
        match direction {
            Direction::ToServer => &mut self.request,
            Direction::ToClient => &mut self.answer,
        }
    }

    fn follow_other(&mut self, direction: Direction, frame: &Frame) {
        if let Some(goaway) = frame.goaway().filter(|_| direction == Direction::ToClient) {
            self.refused |= goaway.last_stream < self.stream;
        }
        let server_ends = frame.ends_stream() && direction == Direction::ToClient;
        if server_ends || frame.kind() == Kind::RstStream {
            self.promised.remove(&frame.stream());
        }
    }

    /// What only makes room for more, or says what is urgent, is not speech.
    fn note_order(&mut self, direction: Direction, frame: &Frame) {
        if !matches!(frame.kind(), Kind::WindowUpdate | Kind::Priority) {
            self.turns.note(direction, self.request.whole);
        }
    }

    fn note_event(&mut self, direction: Direction, event: &Event) {
        match (direction, event) {
            (Direction::ToServer, Event::Head(head)) => self.note_request_head(head),
            (Direction::ToServer, Event::Body(piece)) => self.note_request_body(piece),
            (Direction::ToClient, Event::Head(_)) => {
                self.answered |= self.answer.reader.kind() != ResponseKind::Interim;
            }
            _ => {}
        }
    }

    fn note_request_head(&mut self, head: &[u8]) {
        let Ok(head) = RequestHead::parse(head) else { return };
        self.keys.request = request_key_of(head.method(), head.target());
        self.content_type = head.header("content-type").map(Bytes::copy_from_slice);
        self.tunnel = head.method() == b"CONNECT";
    }

    fn note_request_body(&mut self, piece: &[u8]) {
        self.body_len += piece.len() as u64;
        if self.tunnel {
            return;
        }
        let content_type = self.content_type.as_deref();
        let body = self.body.get_or_insert_with(|| Box::new(BodyHasher::new(content_type)));
        body.update(piece);
    }

    /// The first reason is kept: later ones follow from it.
    fn degrade(&mut self, direction: Direction, offset: u64, error: StreamError) {
        let reason = error.reason();
        self.degraded.get_or_insert(Degraded { direction, offset, reason });
    }
}
