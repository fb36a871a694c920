//! HTTP/1: who sent which bytes of which exchange.

mod follow;
mod hold;
mod open;
mod remains;

use std::collections::VecDeque;
use std::mem;

use bytes::Bytes;

pub use self::hold::MAX_HELD_BYTES;
use self::open::Reached;
pub(super) use self::open::{Answer, Open, Request};
use self::remains::Remains;
use super::tape::Tape;
use crate::model::{Chunk, Direction, Timestamp};
use crate::wire::http1::ResponseKind;

/// Most requests that wait for their answers on one connection: what is known of each is held. Clients that
/// pipeline at all have a few dozen under way. What comes after this many is kept raw.
pub const MAX_PIPELINED: usize = 1024;

/// Reads HTTP/1.
///
/// Requests open exchanges; the oldest one without a whole answer gets what the server sends.
#[derive(Debug)]
pub(super) struct Http1 {
    pub(super) tape: Tape,
    /// In the order of their requests. All but the last have a whole request; all but the first have no answer.
    open: VecDeque<Open>,
    /// Chunks of the last open exchange, or of the one after it: that is decided by the answer.
    held: Vec<Chunk>,
    /// Of all of them.
    held_bytes: usize,
    /// Of an answer of which bytes are missing.
    remains: Option<Box<Remains>>,
    /// What came after both agreed to HTTP/2.
    http2: Option<Vec<Chunk>>,
}

impl Http1 {
    pub(super) const fn new(tape: Tape) -> Self {
        Self {
            tape,
            open: VecDeque::new(),
            held: Vec::new(),
            held_bytes: 0,
            remains: None,
            http2: None,
        }
    }

    pub(super) fn receive(&mut self, chunk: Chunk) {
        let Chunk { direction, at, bytes } = chunk;
        match direction {
            Direction::ToServer => self.receive_requests(at, bytes),
            Direction::ToClient => self.receive_answers(at, bytes),
        }
    }

    /// The server sends no more.
    pub(super) fn end_answer(&mut self) {
        self.end_remains();
        if let Some(first) = self.open.front_mut() {
            first.end_answer();
        }
        self.settle();
    }

    /// Whatever is open is done, complete or not.
    pub(super) fn finish(&mut self) {
        self.end_remains();
        self.release_as_tail(self.open.len().saturating_sub(1));
        while self.finish_first() {}
    }

    /// The last exchange was an `Upgrade: h2c` that was agreed to.
    pub(super) const fn agreed_to_http2(&self) -> bool {
        self.http2.is_some()
    }

    /// What is in HTTP/2, once that was agreed to.
    pub(super) fn into_parts(self) -> (Tape, Vec<Chunk>) {
        (self.tape, self.http2.unwrap_or_default())
    }

    fn receive_requests(&mut self, at: Timestamp, bytes: Bytes) {
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

    fn receive_answers(&mut self, at: Timestamp, bytes: Bytes) {
        let mut rest = self.take_remains(at, bytes);
        while !rest.is_empty() {
            if self.open.is_empty() {
                self.begin(Request::Absent);
            }
            let mut end = 0;
            let reached = self.read_first_answer(&rest, &mut end);
            if reached == Reached::FinalHead(ResponseKind::Switch) {
                return self.hand_over(at, rest, end);
            }
            // What follows in the same read answers the next request, if there is one.
            let ends_here = reached == Reached::End && self.open.len() > 1;
            let more = rest.split_off(if ends_here { end } else { rest.len() });
            self.emit(0, Direction::ToClient, at, mem::replace(&mut rest, more));
            self.settle();
        }
    }

    /// Reads on in the answer to the oldest open request, and moves `at`: to the end of `input`, of the answer, or of a
    /// head that agrees to HTTP/2.
    fn read_first_answer(&mut self, input: &Bytes, at: &mut usize) -> Reached {
        while let Some(first) = self.open.front_mut() {
            match first.read_answer(input, at) {
                Reached::FinalHead(kind) if self.open.len() == 1 => {
                    if kind == ResponseKind::Switch && self.agrees_to_http2() {
                        return Reached::FinalHead(kind);
                    }
                    self.decide(kind);
                }
                Reached::FinalHead(_) => {}
                Reached::End => return Reached::End,
                Reached::InputEnd => break,
            }
        }
        if let Some(raw) = self.client_is_raw_in() {
            self.release_as_tail(raw);
        }
        Reached::InputEnd
    }

    fn agrees_to_http2(&self) -> bool {
        self.open.front().is_some_and(Open::agrees_to_http2)
    }

    /// What follows the head that ends at `end`, and what the client sent before it, is in HTTP/2.
    fn hand_over(&mut self, at: Timestamp, mut head: Bytes, mut end: usize) {
        let (answer, mut after): (Vec<_>, Vec<_>) =
            self.take_held().into_iter().partition(|held| held.direction == Direction::ToClient);
        // The head began behind what the client had sent in advance.
        for Chunk { direction, at, bytes } in answer {
            self.emit(0, direction, at, bytes);
        }
        let rest = head.split_off(end);
        if let Some(first) = self.open.front_mut() {
            first.read_answer(&head, &mut end);
        }
        self.emit(0, Direction::ToClient, at, head);
        self.finish_first();
        if !rest.is_empty() {
            after.push(Chunk { direction: Direction::ToClient, at, bytes: rest });
        }
        self.http2 = Some(after);
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
        let id = self.tape.begin();
        self.open.push_back(Open::new(id, request));
    }

    fn emit(&mut self, index: usize, direction: Direction, at: Timestamp, bytes: Bytes) {
        if self.holds_for(index) {
            return self.hold(Chunk { direction, at, bytes });
        }
        let Some(open) = self.open.get_mut(index) else { return };
        let at = open.note_chunk(direction, at, bytes.len());
        let chunk = Chunk { direction, at, bytes };
        self.tape.chunk(open.id, chunk);
    }

    /// Finishes what is over. Exchanges finish in order, since their answers come in order.
    fn settle(&mut self) {
        while self.open.front().is_some_and(Open::is_done) {
            self.finish_first();
        }
    }

    fn finish_first(&mut self) -> bool {
        let Some(open) = self.open.pop_front() else { return false };
        self.tape.done(open.id, open.summary());
        true
    }
}
