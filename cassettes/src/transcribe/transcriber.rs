//! The transcriber: what is read from one connection, to the machine that reads what it speaks.

use std::mem;
use std::time::Duration;

use bytes::Bytes;

use super::gap;
use super::http1::Http1;
use super::http2::Http2;
use super::opening::{Opening, Spoken};
use super::raw::Raw;
use super::tape::Tape;
use crate::model::{
    Chunk, Close, ConnectionId, Degraded, Direction, Gap, How, Side, TapeEvent, Timestamp,
};

/// Turns what is read from one connection into exchanges, as it comes, in constant memory. Never
/// fails: what is not HTTP stays raw, and is counted.
///
/// - HTTP/1: requests open exchanges; the oldest one without a whole answer gets what the server sends.
/// - HTTP/2, known by the preface that its clients begin with, or after `Upgrade: h2c`: each stream that the client opens is
///   an exchange, with what is promised on it; all else of the connection is one more, of
///   [`Http2Control`](crate::model::Protocol::Http2Control). Streams finish in any order. Frames of a stream that is over
///   belong to no exchange, and are with the connection's.
///
/// Closes stay with the connection, and are told here since some bodies end with it.
#[derive(Debug)]
pub struct Transcriber {
    speech: Speech,
    /// No chunk is earlier than the one before it.
    latest: Timestamp,
    client_closed: bool,
    server_closed: bool,
    /// Bytes of the connection so far, missing ones included.
    from_client: u64,
    from_server: u64,
}

/// What follows a gap is at least so much later, so that times tell on which side of it an exchange is.
const AFTER_GAP: Duration = Duration::from_nanos(1);

/// Which machine reads.
#[derive(Debug)]
enum Speech {
    Opening(Opening),
    Http1(Http1),
    Http2(Box<Http2>),
    Raw(Raw),
}

impl Transcriber {
    /// For a connection that should speak HTTP. Which version shows in its first bytes.
    pub fn http(connection: ConnectionId) -> Self {
        Self::of(Speech::Opening(Opening::new(Tape::new(connection))))
    }

    /// For a connection of which nothing is known: one raw exchange.
    pub fn raw(connection: ConnectionId) -> Self {
        Self::of(Speech::Raw(Raw::new(Tape::new(connection))))
    }

    /// Takes what one read brought.
    pub fn receive(&mut self, direction: Direction, at: Timestamp, bytes: Bytes) {
        self.latest = self.latest.max(at);
        if !bytes.is_empty() {
            *self.offset(direction) += bytes.len() as u64;
            self.take(Chunk { direction, at: self.latest, bytes });
        }
    }

    /// So many bytes are missing here, seen at that time: what a connection and its journal are to be told of it. None
    /// if nothing is missing.
    ///
    /// No exchange has a gap inside it. Those that are open end here, incomplete; what follows is one more, raw,
    /// or again one more after the next gap. But where the bytes are missing inside the body of an answer in HTTP/1,
    /// it is known where the next answer begins: only what is left of that body is raw.
    pub fn lose(&mut self, direction: Direction, at: Timestamp, length: u64) -> Option<Gap> {
        if length == 0 {
            return None;
        }
        self.latest = self.latest.max(at);
        let offset = *self.offset(direction);
        let gap = Gap { direction, at: self.latest, offset, length };
        *self.offset(direction) = offset.saturating_add(length);
        self.latest = self.latest.later(AFTER_GAP);
        self.decide();
        self.miss(&gap);
        Some(gap)
    }

    /// What follows in this direction is not what it was before: whatever is open is done, and all that comes is one
    /// exchange more, raw for this reason.
    pub fn give_up(&mut self, direction: Direction, reason: &'static str) {
        if let Speech::Raw(raw) = &mut self.speech {
            return raw.give_up(direction, reason);
        }
        self.finish();
        let tape = mem::replace(self.tape_mut(), Tape::new(ConnectionId::default()));
        self.speech = Speech::Raw(Raw::after(tape, Degraded { direction, offset: 0, reason }));
    }

    /// One direction ended, or the connection was reset.
    pub fn close(&mut self, close: &Close) {
        match (close.how, close.by) {
            // What the server says to a client that never spoke still tells what it takes it to speak.
            (How::Fin | How::CloseNotify, Side::Client) => self.client_closed = true,
            (How::Fin | How::CloseNotify, Side::Server) => {
                self.decide();
                self.server_closed = true;
                if let Speech::Http1(http1) = &mut self.speech {
                    http1.end_answer();
                }
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
        self.decide();
        match &mut self.speech {
            Speech::Opening(_) => {}
            Speech::Http1(http1) => http1.finish(),
            Speech::Http2(http2) => http2.finish(self.latest),
            Speech::Raw(raw) => raw.finish(),
        }
    }

    /// What came of it so far, in order.
    pub fn poll_event(&mut self) -> Option<TapeEvent> {
        self.tape_mut().poll()
    }

    /// How many exchanges, of those that are done, no parser understood to the end.
    pub fn degraded(&self) -> u64 {
        self.tape().degraded()
    }

    const fn of(speech: Speech) -> Self {
        Self {
            speech,
            latest: Timestamp::ZERO,
            client_closed: false,
            server_closed: false,
            from_client: 0,
            from_server: 0,
        }
    }

    const fn offset(&mut self, direction: Direction) -> &mut u64 {
        match direction {
            Direction::ToServer => &mut self.from_client,
            Direction::ToClient => &mut self.from_server,
        }
    }

    fn miss(&mut self, gap: &Gap) {
        let goes_on = match &mut self.speech {
            Speech::Opening(_) => false,
            Speech::Http1(http1) => http1.lose(gap),
            Speech::Http2(http2) => {
                http2.lose(gap);
                false
            }
            Speech::Raw(raw) => {
                raw.lose(gap);
                true
            }
        };
        if !goes_on {
            let tape = mem::replace(self.tape_mut(), Tape::new(ConnectionId::default()));
            self.speech = Speech::Raw(Raw::after(tape, gap::after(gap)));
        }
    }

    fn take(&mut self, chunk: Chunk) {
        match &mut self.speech {
            Speech::Opening(opening) => {
                if let Some(spoken) = opening.receive(chunk) {
                    self.speak(spoken);
                }
            }
            Speech::Http1(http1) => {
                http1.receive(chunk);
                if http1.agreed_to_http2() {
                    self.upgrade();
                }
            }
            Speech::Http2(http2) => {
                http2.receive(chunk);
                if http2.has_failed() {
                    self.fall_back();
                }
            }
            Speech::Raw(raw) => raw.receive(chunk),
        }
    }

    /// Somebody ends a connection before it shows what it speaks.
    fn decide(&mut self) {
        if let Speech::Opening(opening) = &self.speech {
            self.speak(opening.guess());
        }
    }

    fn speak(&mut self, spoken: Spoken) {
        let Speech::Opening(opening) = self.leave() else { return };
        let (tape, held) = opening.into_parts();
        self.speech = match spoken {
            Spoken::Http1 => Speech::Http1(Http1::new(tape)),
            Spoken::Http2 => Speech::Http2(Box::new(Http2::new(tape))),
        };
        self.take_all(held);
    }

    fn upgrade(&mut self) {
        let Speech::Http1(http1) = self.leave() else { return };
        let (tape, held) = http1.into_parts();
        self.speech = Speech::Http2(Box::new(Http2::after_upgrade(tape)));
        self.take_all(held);
    }

    fn fall_back(&mut self) {
        let Speech::Http2(http2) = self.leave() else { return };
        let (tape, held, degraded) = http2.into_parts(self.latest);
        self.speech = Speech::Raw(Raw::after(tape, degraded));
        self.take_all(held);
    }

    fn take_all(&mut self, chunks: Vec<Chunk>) {
        for chunk in chunks {
            self.take(chunk);
        }
    }

    /// The machine so far; another must take its place.
    fn leave(&mut self) -> Speech {
        let nobody = Tape::new(ConnectionId::default());
        mem::replace(&mut self.speech, Speech::Raw(Raw::new(nobody)))
    }

    fn tape(&self) -> &Tape {
        match &self.speech {
            Speech::Opening(opening) => &opening.tape,
            Speech::Http1(http1) => &http1.tape,
            Speech::Http2(http2) => http2.tape(),
            Speech::Raw(raw) => &raw.tape,
        }
    }

    fn tape_mut(&mut self) -> &mut Tape {
        match &mut self.speech {
            Speech::Opening(opening) => &mut opening.tape,
            Speech::Http1(http1) => &mut http1.tape,
            Speech::Http2(http2) => http2.tape_mut(),
            Speech::Raw(raw) => &mut raw.tape,
        }
    }
}
