//! The transcriber: who sent which bytes of which exchange.

use std::collections::VecDeque;
use std::mem;

use bytes::Bytes;

use super::open::{Open, Reached, Request};
use crate::model::{
    Chunk, Close, ConnectionId, Direction, ExchangeId, How, Side, TapeEvent, Timestamp,
};

/// Most requests that wait for their answers on one connection: what is known of each is held. Clients that
/// pipeline at all have a few dozen under way. What comes after this many is kept raw.
pub const MAX_PIPELINED: usize = 1024;

/// Turns what is read from one connection into exchanges, as it comes, in constant memory. Never
/// fails: what is not HTTP/1 stays raw, and is counted.
///
/// Requests open exchanges; the oldest one without a whole answer gets what the server sends. Closes
/// stay with the connection, and are told here since some bodies end with it.
#[derive(Debug)]
pub struct Transcriber {
    connection: ConnectionId,
    speaks_http: bool,
    next_ordinal: u32,
    /// In the order of their requests. All but the last have a whole request; all but the first have no answer.
    pub(super) open: VecDeque<Open>,
    /// Chunks of the last open exchange, or of the one after it: that is decided by the answer.
    pub(super) held: Vec<Chunk>,
    /// Of all of them.
    pub(super) held_bytes: usize,
    events: VecDeque<TapeEvent>,
    /// No chunk is earlier than the one before it.
    latest: Timestamp,
    client_closed: bool,
    server_closed: bool,
    degraded: u64,
}

impl Transcriber {
    /// For a connection that should speak HTTP. Which version shows in its first bytes.
    pub fn http(connection: ConnectionId) -> Self {
        Self {
            connection,
            speaks_http: true,
            next_ordinal: 0,
            open: VecDeque::new(),
            held: Vec::new(),
            held_bytes: 0,
            events: VecDeque::new(),
            latest: Timestamp::ZERO,
            client_closed: false,
            server_closed: false,
            degraded: 0,
        }
    }

    /// For a connection of which nothing is known: one raw exchange.
    pub fn raw(connection: ConnectionId) -> Self {
        Self { speaks_http: false, ..Self::http(connection) }
    }

    /// Takes what one read brought.
    pub fn receive(&mut self, direction: Direction, at: Timestamp, bytes: Bytes) {
        self.latest = self.latest.max(at);
        match direction {
            _ if bytes.is_empty() => {}
            _ if !self.speaks_http => self.receive_raw(direction, bytes),
            Direction::ToServer => self.receive_requests(self.latest, bytes),
            Direction::ToClient => self.receive_answers(bytes),
        }
    }

    /// One direction ended, or the connection was reset.
    pub fn close(&mut self, close: &Close) {
        match (close.how, close.by) {
            (How::Fin, Side::Client) => self.client_closed = true,
            (How::Fin, Side::Server) => {
                self.server_closed = true;
                if let Some(first) = self.open.front_mut() {
                    first.end_answer();
                }
                self.settle();
            }
            _ => self.finish(),
        }
        if self.client_closed && self.server_closed {
            self.finish();
        }
    }

    /// The connection is over: whatever is open is done, complete or not. Closes that end both
    /// directions do this by themselves; doing it again does no harm.
    pub fn finish(&mut self) {
        self.release_as_tail(self.open.len().saturating_sub(1));
        while self.finish_first() {}
    }

    /// What came of it so far, in order.
    pub fn poll_event(&mut self) -> Option<TapeEvent> {
        self.events.pop_front()
    }

    /// How many exchanges, of those that are done, no parser understood to the end.
    pub fn degraded(&self) -> u64 {
        self.degraded
    }

    fn receive_raw(&mut self, direction: Direction, bytes: Bytes) {
        if self.open.is_empty() {
            let id = self.next_id();
            self.open.push_back(Open::raw(id));
        }
        self.emit(0, direction, self.latest, bytes);
    }

    pub(super) fn receive_requests(&mut self, at: Timestamp, bytes: Bytes) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Some(raw) = self.client_is_raw_in() {
                return self.emit(raw, Direction::ToServer, at, rest);
            }
            if self.is_undecided() {
                return self.hold(Chunk { direction: Direction::ToServer, at, bytes: rest });
            }
            let last = self.request_in_progress();
            let end = self.open.get_mut(last).and_then(|open| open.read_request(&rest));
            let more = rest.split_off(end.unwrap_or(rest.len()));
            self.emit(last, Direction::ToServer, at, mem::replace(&mut rest, more));
            self.settle();
        }
    }

    fn receive_answers(&mut self, bytes: Bytes) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.open.is_empty() {
                self.begin(Request::Absent);
            }
            let end = self.read_first_answer(&rest);
            // What follows in the same read answers the next request, if there is one.
            let end = end.filter(|_| self.open.len() > 1).unwrap_or(rest.len());
            let more = rest.split_off(end);
            self.emit(0, Direction::ToClient, self.latest, mem::replace(&mut rest, more));
            self.settle();
        }
    }

    /// Reads on in the answer to the oldest open request. Its end in `input`, if that is there.
    fn read_first_answer(&mut self, input: &Bytes) -> Option<usize> {
        let mut at = 0;
        loop {
            match self.open.front_mut()?.read_answer(input, &mut at) {
                Reached::End => return Some(at),
                Reached::FinalHead(kind) if self.open.len() == 1 => self.decide(kind),
                Reached::FinalHead(_) => {}
                Reached::InputEnd => break,
            }
        }
        self.release_as_tail(self.client_is_raw_in()?);
        None
    }

    fn request_in_progress(&mut self) -> usize {
        if self.open.front().is_some_and(Open::is_stray) {
            // Bytes without meaning, that nobody asked for, end where the next request begins.
            self.finish_first();
        }
        if !self.open.back().is_some_and(|last| last.request == Request::Partial) {
            let is_full = self.open.len() >= MAX_PIPELINED;
            self.begin(Request::Partial);
            if let Some(last) = self.open.back_mut().filter(|_| is_full) {
                last.refuse("more than 1024 requests wait for their answers");
            }
        }
        self.open.len().saturating_sub(1)
    }

    fn begin(&mut self, request: Request) {
        let id = self.next_id();
        self.open.push_back(Open::new(id, request));
    }

    fn next_id(&mut self) -> ExchangeId {
        let ordinal = self.next_ordinal;
        self.next_ordinal += 1;
        ExchangeId { connection: self.connection, ordinal }
    }

    pub(super) fn emit(&mut self, index: usize, direction: Direction, at: Timestamp, bytes: Bytes) {
        if self.holds_for(index) {
            return self.hold(Chunk { direction, at, bytes });
        }
        let Some(open) = self.open.get_mut(index) else { return };
        let at = open.note_order(direction, at);
        let chunk = Chunk { direction, at, bytes };
        self.events.push_back(TapeEvent::Chunk { exchange: open.id, chunk });
    }

    /// Finishes what is over. Exchanges finish in order, since their answers come in order.
    fn settle(&mut self) {
        while self.open.front().is_some_and(Open::is_done) {
            self.finish_first();
        }
    }

    fn finish_first(&mut self) -> bool {
        let Some(open) = self.open.pop_front() else { return false };
        self.degraded += u64::from(open.is_degraded());
        let exchange = open.id;
        self.events.push_back(TapeEvent::Done { exchange, summary: open.summary() });
        true
    }
}
