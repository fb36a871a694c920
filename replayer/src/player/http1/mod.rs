//! The part of an HTTP/1 server, and of one whose client speaks nothing that is known.
//!
//! - [`Http1`]: the [`Speaker`], request by request
//! - `intake`: what a client sends, as requests
//! - `hear`: from a head to the exchange that is played for it
//! - `play`: one exchange being played
//! - `tail`: what a client sends where no HTTP is read

#[cfg(test)]
mod fault_tests;
mod hear;
mod intake;
mod play;
mod tail;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod upload_tests;
#[cfg(test)]
mod web_socket_tests;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use cassettes::model::Timestamp;

use super::request::{Request, State};
use super::run::{Afterlife, World, act};
use super::upgrade::Upgraded;
use super::{Action, Speaker, choice};
use crate::arrival::{Arrival, Here};
use crate::select::Why;
use crate::stage::{Played, Stage};
use intake::Intake;
use play::{Play, Progress};
pub(crate) use play::{head_len, recorded_request};
pub(in crate::player) use tail::Tail;

/// Bytes held of requests that come before the one they follow is answered. Pipelining clients
/// send a few requests ahead; a flood waits in the socket.
const MAX_AHEAD_BYTES: usize = 64 * 1024;

/// The server's part on one connection.
#[derive(Debug)]
pub(super) struct Http1 {
    stage: Arc<Stage>,
    /// Where the client came to.
    here: Here,
    intake: Intake,
    phase: Phase,
    actions: VecDeque<Action>,
    now: Timestamp,
    /// When the client was last heard, or its current head began.
    heard_at: Timestamp,
    client_closed: bool,
    /// How many requests this connection has seen.
    requests: u32,
}

/// What the connection is doing.
#[derive(Debug)]
enum Phase {
    /// No request has a whole head. The server may end the connection if it stays so.
    Waiting(Option<Afterlife>),
    /// A request is coming, and its body may decide which exchange it is.
    Asking(Box<Asking>),
    /// An exchange is played.
    Playing(Box<Play>),
    /// HTTP/2 was agreed on: this side's part in it is to be taken over.
    Upgraded(Box<Play>),
    /// Nothing more is to be done.
    Over,
}

/// A request for which nothing is chosen yet.
#[derive(Debug)]
struct Asking {
    request: Request,
    /// The client has been sent `100 Continue`.
    continued: bool,
}

impl Speaker for Http1 {
    fn wants_input(&self) -> bool {
        let reads = match &self.phase {
            Phase::Playing(play) => play.reads(),
            _ => true,
        };
        reads && self.intake.pending_len() < MAX_AHEAD_BYTES
    }

    fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    fn is_silent(&self) -> bool {
        matches!(&self.phase, Phase::Playing(play) if play.is_silent())
    }

    fn receive(&mut self, bytes: Bytes, at: Timestamp) {
        self.now = at;
        if self.is_over() {
            return;
        }
        if !self.intake.is_in_head() {
            self.heard_at = at;
        }
        self.intake.receive(bytes);
        self.end_if_asked_again();
        self.pump();
    }

    fn client_closed(&mut self, at: Timestamp) {
        self.now = at;
        self.client_closed = true;
        self.pump();
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Over => {}
            Phase::Waiting(_) => self.end_while_waiting(),
            Phase::Asking(asking) => self.end_while_asking(*asking),
            Phase::Playing(mut play) => {
                if !play.request.is_over() {
                    play.request.state = State::CutShort;
                }
                self.phase = Phase::Playing(play);
                self.pump();
            }
            upgraded @ Phase::Upgraded(_) => self.phase = upgraded,
        }
    }

    fn client_gone(&mut self, at: Timestamp) {
        self.now = at;
        self.actions.clear();
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Playing(mut play) | Phase::Upgraded(mut play) => {
                if !play.request.is_over() {
                    play.request.state = State::CutShort;
                }
                self.settle(*play);
            }
            Phase::Asking(asking) => {
                self.stage.miss(&asking.request, self.here, &Why::CutShort);
            }
            Phase::Waiting(_) | Phase::Over => {}
        }
    }

    fn timeout(&mut self, at: Timestamp) {
        self.now = at;
        let is_late = self.deadline().is_some_and(|deadline| deadline <= at);
        match &mut self.phase {
            _ if is_late => self.give_up_waiting(),
            Phase::Waiting(afterlife @ Some(_)) => {
                if let Some(due) = afterlife.take_if(|due| due.at.is_some_and(|due| due <= at)) {
                    self.play_afterlife(due);
                }
            }
            _ => self.pump(),
        }
    }

    fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        let wake = match &self.phase {
            Phase::Waiting(afterlife) => afterlife.as_ref().and_then(|afterlife| afterlife.at),
            Phase::Playing(play) => play.wake(),
            _ => None,
        };
        wake.into_iter().chain(self.deadline()).min()
    }

    fn take_upgrade(&mut self) -> Option<Upgraded> {
        if !matches!(self.phase, Phase::Upgraded(_)) {
            return None;
        }
        let Phase::Upgraded(play) = std::mem::replace(&mut self.phase, Phase::Over) else {
            return None;
        };
        Some(Upgraded {
            stage: Arc::clone(&self.stage),
            cue: play.cue,
            request: play.request,
            actions: std::mem::take(&mut self.actions),
            rest: self.intake.take_raw(),
            client_closed: self.client_closed,
        })
    }
}

impl Http1 {
    /// For a client that came, now.
    pub(super) fn new(stage: Arc<Stage>, arrival: &Arrival, now: Timestamp) -> Self {
        Self {
            stage,
            here: arrival.here(),
            intake: Intake::default(),
            phase: Phase::Waiting(None),
            actions: VecDeque::new(),
            now,
            heard_at: now,
            client_closed: false,
            requests: 0,
        }
    }

    /// Until when the client must be heard again.
    fn deadline(&self) -> Option<Timestamp> {
        let limits = &self.stage.options().limits;
        match &self.phase {
            Phase::Waiting(_) => self.intake.is_in_head().then(|| self.heard_at.later(limits.head)),
            Phase::Asking(_) => Some(self.heard_at.later(limits.step)),
            // What the script let pass by itself is none of the client's time.
            Phase::Playing(play) => {
                play.awaits_client().then(|| self.heard_at.max(play.clock()).later(limits.step))
            }
            Phase::Upgraded(_) | Phase::Over => None,
        }
    }

    /// Acts and listens in turn, until neither goes on.
    fn pump(&mut self) {
        loop {
            if self.perform() {
                continue;
            }
            let listens = match &self.phase {
                Phase::Waiting(_) | Phase::Asking(_) => true,
                Phase::Playing(play) => !play.request.is_over() || play.tail.is_some(),
                Phase::Upgraded(_) | Phase::Over => false,
            };
            match listens.then(|| self.intake.next()).flatten() {
                Some(heard) => self.hear(heard),
                None => return,
            }
        }
    }

    /// Goes on with the script. Whether that changed the phase.
    fn perform(&mut self) -> bool {
        let Phase::Playing(play) = &mut self.phase else { return false };
        let world = World {
            now: self.now,
            pace: self.stage.options().pace,
            client_closed: self.client_closed,
        };
        let progress = play.perform(world, &mut self.actions);
        if progress == Progress::Blocked {
            return false;
        }
        let afterlife = play.take_afterlife(world.pace);
        let Phase::Playing(play) = std::mem::replace(&mut self.phase, Phase::Over) else {
            return false;
        };
        if play.upgrades && progress == Progress::Done && play.request.state == State::Whole {
            self.phase = Phase::Upgraded(play);
            return true;
        }
        let goes_on = progress != Progress::Ended && play.tail.is_none();
        let closes = self.client_wants_end(&play) || play.request.state != State::Whole;
        self.settle(*play);
        if goes_on && !closes {
            self.phase = Phase::Waiting(afterlife);
            self.end_if_asked_again();
            self.close_if_client_did();
        } else if progress != Progress::Ended {
            self.actions.push_back(Action::Close);
        }
        true
    }

    /// The client asks for the end after this answer; unless the recorded server went on after the
    /// same wish, as servers do for an HTTP/1.0 client that they know to stay.
    fn client_wants_end(&self, play: &Play) -> bool {
        play.request.closes && !self.stage.went_on_regardless(play.cue.slot, &play.cue.exchange)
    }

    /// A client that ended, and has been answered, wants nothing more.
    fn close_if_client_did(&mut self) {
        if self.client_closed && self.intake.pending_len() == 0 {
            self.end_while_waiting();
        }
    }

    fn end_while_waiting(&mut self) {
        self.phase = Phase::Waiting(None);
        if self.intake.is_in_head() {
            self.intake.go_raw();
            self.hear_no_http("the client ended inside the head");
            return self.pump();
        }
        self.close();
    }

    fn end_while_asking(&mut self, mut asking: Asking) {
        asking.request.state = State::CutShort;
        let request = asking.request;
        match choice::cut_short(&self.stage, &request) {
            Some(cue) => self.begin(cue, request, asking.continued),
            None => self.miss(&request, &Why::CutShort),
        }
        self.pump();
    }

    /// The client is silent for longer than the limits allow.
    fn give_up_waiting(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Waiting(_) => {
                let request = Request::raw(self.requests, self.now);
                self.stage.miss(&request, self.here, &Why::Stalled);
            }
            Phase::Asking(asking) => {
                self.stage.miss(&asking.request, self.here, &Why::Stalled);
            }
            Phase::Playing(mut play) | Phase::Upgraded(mut play) => {
                if !play.request.is_over() {
                    play.request.state = State::CutShort;
                }
                self.settle(*play);
            }
            Phase::Over => return,
        }
        self.close();
    }

    /// What happens when the next request comes, instead of its answer.
    fn end_if_asked_again(&mut self) {
        let asked = self.intake.pending_len() > 0;
        if let Phase::Waiting(afterlife) = &mut self.phase
            && let Some(due) = afterlife.take_if(|due| due.at.is_none() && asked)
        {
            self.play_afterlife(due);
        }
    }

    fn play_afterlife(&mut self, afterlife: Afterlife) {
        self.phase = Phase::Waiting(None);
        for step in afterlife.steps {
            if act(step, &mut self.actions) {
                self.phase = Phase::Over;
                return;
            }
        }
    }

    fn settle(&self, mut play: Play) {
        let tail = play.tail.as_mut().map(Tail::mismatches).unwrap_or_default();
        let Play { cue, request, .. } = play;
        self.stage.settle(Played { cue: &cue, request, here: self.here, tail, ended: self.now });
    }
}

impl Drop for Http1 {
    /// A connection that is dropped in the middle of an exchange still counts.
    fn drop(&mut self) {
        self.client_gone(self.now);
    }
}
