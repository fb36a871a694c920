//! The part of an HTTP/2 server (RFC 9113): each stream plays a script of its own.
//!
//! - [`Http2`]: the [`Speaker`], and what its streams share
//! - `inlet`: what the client sends, as frames
//! - `hear`: what each frame does
//! - `upgraded`: what was asked before, in HTTP/1
//! - `ask`: from a head to the exchange that is played for it
//! - `play`: a script's steps, into what waits to be sent
//! - `web_socket`: what is said besides
//! - `send`: what waits to be sent, in turns, as far as the windows are open
//! - `outlet`: frames as bytes
//! - `stream`, `windows`, `settings`: what is known of a stream, what may be sent, what both sides want
//! - `end`: how streams and connections end, and what that means
//!
//! Numbers of streams, header compression, SETTINGS acknowledgements, PING answers and flow control are the live
//! connection's own. All else is as recorded; at instant pace DATA is joined and loses its padding.

mod ask;
mod end;
mod hear;
mod inlet;
mod outlet;
mod play;
mod send;
mod settings;
mod stream;
#[cfg(test)]
mod tests;
mod upgraded;
mod web_socket;
mod windows;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use cassettes::model::{Step, Timestamp};
use cassettes::wire::http2::compose;
use cassettes::wire::http2::flood::FloodGuard;

use super::run::World;
use super::{Action, Speaker};
use crate::arrival::{Arrival, Here};
use crate::options::Pace;
use crate::stage::Stage;
use inlet::Inlet;
use outlet::Outlet;
use settings::{Ours, Theirs};
use stream::Stream;
use windows::Credit;

/// The server's part on one connection.
#[derive(Debug)]
pub(super) struct Http2 {
    stage: Arc<Stage>,
    /// Where the client connected to.
    here: Here,
    inlet: Inlet,
    outlet: Outlet,
    ours: Ours,
    theirs: Theirs,
    /// Of all streams together.
    credit: Credit,
    streams: HashMap<u32, Stream>,
    /// Streams that may have something to send, in the order of their turns.
    ready: VecDeque<u32>,
    /// Streams that wait for the connection's window.
    blocked: Vec<u32>,
    /// When scripts go on by themselves.
    wakes: BTreeSet<(Timestamp, u32)>,
    /// When to look for streams of which the client takes too long.
    sweep: Option<Timestamp>,
    /// What happens if no request comes until then.
    afterlife: Option<(Timestamp, u32, VecDeque<Step>)>,
    now: Timestamp,
    /// When the client was last heard.
    heard_at: Timestamp,
    /// The client's last stream.
    last_stream: u32,
    /// The next stream that this side begins.
    next_push: u32,
    /// How many requests this connection has seen.
    requests: u32,
    guard: FloodGuard,
    ending: Ending,
    client_closed: bool,
}

/// How far the connection's end is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    /// It goes on.
    Open,
    /// No stream after this one is served; once those before are over, the connection is.
    GoingAway(u32),
    /// Once all that can be sent is: this.
    Due(Action),
    /// Nothing more is to be done.
    Over,
}

impl Http2 {
    /// For a client that came, now.
    pub(super) fn new(stage: Arc<Stage>, arrival: &Arrival, now: Timestamp) -> Self {
        let ours = Ours::of(stage.control(arrival).as_ref());
        let theirs = Theirs::initial();
        let paced = stage.options().pace != Pace::Instant;
        let mut player = Self {
            here: arrival.here(),
            inlet: Inlet::new(&ours),
            outlet: Outlet::new(theirs.window, theirs.max_frame, paced),
            ours,
            theirs,
            credit: Credit::of_connection(),
            streams: HashMap::new(),
            ready: VecDeque::new(),
            blocked: Vec::new(),
            wakes: BTreeSet::new(),
            sweep: None,
            afterlife: None,
            now,
            heard_at: now,
            last_stream: 0,
            next_push: 2,
            requests: 0,
            guard: FloodGuard::new(),
            ending: Ending::Open,
            client_closed: false,
            stage,
        };
        player.outlet.frame(&player.ours.frame);
        player.refill();
        player
    }

    fn world(&self) -> World {
        let pace = self.stage.options().pace;
        World { now: self.now, pace, client_closed: self.client_closed }
    }

    fn is_paced(&self) -> bool {
        self.stage.options().pace != Pace::Instant
    }

    /// Lets the client send more, if it has used much of what it could.
    fn refill(&mut self) {
        if let Some(increment) = self.credit.refill() {
            self.outlet.reply(&compose::window_update(0, increment));
        }
    }

    /// Until when something that has begun must be whole.
    fn deadline(&self) -> Option<Timestamp> {
        let limit = self.stage.options().limits.head;
        let waits = self.inlet.is_midway() && !self.is_over();
        waits.then(|| self.heard_at.later(limit))
    }

    fn wake_streams(&mut self) {
        while let Some(&(at, id)) = self.wakes.first()
            && at <= self.now
        {
            self.wakes.pop_first();
            if let Some(stream) = self.streams.get_mut(&id) {
                stream.wake = None;
            }
            self.step(id);
        }
    }
}

impl Speaker for Http2 {
    fn wants_input(&self) -> bool {
        true
    }

    fn is_over(&self) -> bool {
        self.ending == Ending::Over
    }

    fn receive(&mut self, bytes: Bytes, at: Timestamp) {
        self.now = at;
        if self.is_over() {
            return;
        }
        if !self.inlet.is_midway() {
            self.heard_at = at;
        }
        let mut heard = self.inlet.receive(bytes);
        while heard.is_ok() && !self.is_over() {
            match self.inlet.next() {
                Some(Ok(said)) => self.hear(said),
                Some(Err(error)) => heard = Err(error),
                None => break,
            }
        }
        if let Err(error) = heard {
            self.fail(error.code(), error.problem.reason());
        }
        self.refill();
    }

    fn client_closed(&mut self, at: Timestamp) {
        self.now = at;
        self.client_closed = true;
        self.end_with_client();
    }

    fn client_gone(&mut self, at: Timestamp) {
        self.now = at;
        self.abandon();
    }

    fn timeout(&mut self, at: Timestamp) {
        self.now = at;
        if self.deadline().is_some_and(|deadline| deadline <= at) {
            return self.give_up();
        }
        self.wake_streams();
        if self.sweep.is_some_and(|sweep| sweep <= at) {
            self.sweep();
        }
        // A connection is idle once no stream is open.
        let idle = self.streams.is_empty();
        if let Some((_, id, steps)) = self.afterlife.take_if(|(due, ..)| *due <= at)
            && idle
        {
            self.play_afterlife(id, steps);
        }
    }

    fn poll_action(&mut self) -> Option<Action> {
        if let Some(action) = self.outlet.next() {
            return Some(action);
        }
        self.send();
        self.outlet.cut();
        self.outlet.next()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        let wake = self.wakes.first().map(|(at, _)| *at);
        let afterlife = self.afterlife.as_ref().map(|(at, ..)| *at);
        [wake, afterlife, self.sweep, self.deadline()].into_iter().flatten().min()
    }
}

impl Drop for Http2 {
    /// Streams that are dropped in the middle of an exchange still count.
    fn drop(&mut self) {
        self.abandon();
    }
}
