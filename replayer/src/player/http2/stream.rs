//! One stream: what its client asks, the script that is played for it, and what waits to be sent.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use cassettes::model::{Timestamp, Until};
use cassettes::wire::http2::{Frame, FrameHeader};
use cassettes::wire::messages::Counter;

use super::windows::{Credit, Window};
use crate::player::Action;
use crate::player::http1::Tail;
use crate::player::request::Request;
use crate::player::run::{Next, Run, World};
use crate::select::Cue;
use crate::verify::Rules;

/// One stream that is not over.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) part: Part,
    /// To be sent, in order.
    pub(super) queue: VecDeque<Piece>,
    pub(super) window: Window,
    pub(super) credit: Credit,
    /// It is among those that take turns in sending.
    pub(super) listed: bool,
    /// This side has said its last.
    pub(super) said_last: bool,
    /// The client has said its last.
    pub(super) heard_last: bool,
    /// When the client last said something, or took something.
    pub(super) heard_at: Timestamp,
    /// When its script goes on by itself.
    pub(super) wake: Option<Timestamp>,
}

/// What is done on a stream.
#[derive(Debug)]
pub(super) enum Part {
    /// A request is coming, and its body may decide which exchange it is.
    Asking {
        request: Box<Request>,
        /// The client has been sent `100 Continue`.
        continued: bool,
    },
    /// An exchange is played.
    Playing(Box<Playing>),
    /// What is queued is all: of a miss, or of a pushed stream.
    Told,
}

/// An exchange being played.
#[derive(Debug)]
pub(super) struct Playing {
    pub(super) cue: Cue,
    pub(super) request: Request,
    /// What follows the request, where that opens a tunnel.
    pub(super) tail: Option<Tail>,
    /// Those of the request's body, where it consists of messages.
    pub(super) messages: Option<Counter>,
    pub(super) run: Run,
    /// The script is over.
    pub(super) done: bool,
    /// The stream's recorded number.
    pub(super) recorded: u32,
    /// Recorded numbers of pushed streams, and what they are here; none: the client does not take it.
    pub(super) pushed: HashMap<u32, Option<u32>>,
}

/// What waits to be sent.
#[derive(Debug)]
pub(super) enum Piece {
    /// HEADERS, the block in the form that stands alone.
    Headers(Frame),
    /// A piece of a body.
    Data {
        bytes: Bytes,
        /// How much padding was recorded, if any was.
        padding: Option<u8>,
        /// It ends the stream.
        end: bool,
    },
    /// `RST_STREAM`: nothing follows it.
    Reset(Frame),
    /// GOAWAY, as recorded.
    GoAway(Frame),
    /// A frame that is only passed on.
    Other(Frame),
    /// A frame that the connection's end cut off.
    Torn(FrameHeader, Bytes),
    /// What went before was sent by itself, at recorded pace.
    Cut,
    /// What went before goes out by itself, at whatever pace.
    Flush,
    /// Bytes beneath TLS.
    Beneath(Bytes),
    /// The connection ends so.
    End(Action),
}

impl Stream {
    /// Of a client that lets it send `window` bytes, and may itself send `credit`.
    pub(super) fn new(part: Part, window: u32, credit: u32, now: Timestamp) -> Self {
        Self {
            part,
            queue: VecDeque::new(),
            window: Window::new(window),
            credit: Credit::of_stream(credit),
            listed: false,
            said_last: false,
            heard_last: false,
            heard_at: now,
            wake: None,
        }
    }

    /// Its client may send more.
    pub(super) fn reads(&self) -> bool {
        let stopped = matches!(&self.part, Part::Playing(playing) if !playing.run.reads());
        !stopped && !self.heard_last
    }

    /// What its client asks; none once that is settled.
    pub(super) fn request(&mut self) -> Option<&mut Request> {
        match &mut self.part {
            Part::Asking { request, .. } => Some(request),
            Part::Playing(playing) => Some(&mut playing.request),
            Part::Told => None,
        }
    }

    /// More of what the client sends.
    pub(super) fn hear_data(&mut self, now: Timestamp, data: &Bytes, rules: &Rules) {
        self.heard_at = now;
        match &mut self.part {
            _ if data.is_empty() => {}
            Part::Playing(playing) => playing.hear_data(now, data, rules),
            Part::Asking { request, .. } => request.push(now, data.clone(), Some(data)),
            Part::Told => {}
        }
    }

    /// What its script does next.
    pub(super) fn next(&mut self, world: World) -> Next {
        let Part::Playing(playing) = &mut self.part else { return Next::Blocked };
        let next = playing.next(world);
        playing.done |= matches!(next, Next::Done | Next::Idle);
        next
    }

    /// Nothing more is to be done on it.
    pub(super) fn is_over(&self) -> bool {
        let acted = match &self.part {
            Part::Asking { .. } => false,
            Part::Playing(playing) => playing.done && self.heard_last,
            Part::Told => true,
        };
        acted && self.said_last && self.queue.is_empty()
    }

    /// Since when the client has been expected to say, or to take, something; none if it is not.
    pub(super) fn waits_since(&self) -> Option<Timestamp> {
        let waits = match &self.part {
            _ if !self.queue.is_empty() => true,
            Part::Asking { .. } => true,
            Part::Playing(playing) => {
                let missing = !self.heard_last && self.said_last;
                playing.run.awaits_client().unwrap_or(missing)
            }
            Part::Told => false,
        };
        let went_on = match &self.part {
            Part::Playing(playing) => playing.run.clock(),
            Part::Asking { .. } | Part::Told => self.heard_at,
        };
        // What the script let pass by itself is none of the client's time.
        waits.then_some(self.heard_at.max(went_on))
    }
}

impl Playing {
    /// The client has ended the stream; whether the recorded one did not, and this one has not had the answer.
    pub(super) fn misses_answer(&self, stream_said_last: bool) -> bool {
        !stream_said_last && !self.run.ends_with_client()
    }

    fn hear_data(&mut self, now: Timestamp, data: &Bytes, rules: &Rules) {
        if let Some(tail) = &mut self.tail {
            return tail.push(data, rules);
        }
        if let Some(messages) = &mut self.messages {
            messages.advance(data);
        }
        self.request.push(now, data.clone(), Some(data));
    }

    fn next(&mut self, world: World) -> Next {
        let over = self.request.is_over();
        let body = self.tail.as_ref().map_or(self.request.body_len, Tail::seen);
        let messages = match &self.tail {
            Some(tail) => tail.messages(),
            None => self.messages.as_ref().map(Counter::count),
        };
        self.run.next(world, |until| match until {
            Until::Head => true,
            Until::RequestEnd => over,
            Until::Messages(count) => over || messages.is_some_and(|messages| messages >= count),
            Until::Body(count) | Until::Bytes(count) | Until::Tail(count) => over || body >= count,
            Until::ClientClose => world.client_closed,
        })
    }
}
