//! One exchange being played: its script's place, and what the client does meanwhile.

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::model::{Direction, Exchange, Step, Timestamp, Until};

use super::tail::Tail;
use crate::deck::recorded_head;
use crate::options::Pace;
use crate::player::Action;
use crate::player::request::{Request, State};
use crate::select::Cue;

/// A script's run.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) cue: Cue,
    pub(super) request: Request,
    /// What follows the request, or all there is in a raw exchange.
    pub(super) tail: Option<Tail>,
    steps: VecDeque<Step>,
    /// When the last thing happened that a wait counts from. Not simply now: a late timer must not
    /// make all that follows later.
    clock: Timestamp,
    /// When the wait that is the next step is over.
    wake: Option<Timestamp>,
}

/// How far a script has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It waits for the client, or for time to pass.
    Blocked,
    /// The answer is given; what is left happens only if the connection stays idle.
    Idle,
    /// All is done, and the connection goes on.
    Done,
    /// All is done, and the connection with it.
    Ended,
}

/// What a script must know of the world to go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct World {
    pub(super) now: Timestamp,
    pub(super) pace: Pace,
    /// The client sends no more.
    pub(super) client_closed: bool,
}

impl Play {
    pub(super) fn new(cue: Cue, steps: VecDeque<Step>, request: Request, now: Timestamp) -> Self {
        Self { cue, request, tail: None, steps, clock: now, wake: None }
    }

    /// Leaves out the recorded `100 Continue`, which the client has been sent.
    pub(super) fn skip_continue(&mut self) {
        let first = self.steps.iter().position(|step| matches!(step, Step::Send(_)));
        let is_interim = |at: &usize| match self.steps.get(*at) {
            Some(Step::Send(bytes)) => bytes.starts_with(b"HTTP/1.1 100"),
            _ => false,
        };
        if let Some(at) = first.filter(is_interim) {
            self.steps.drain(..=at);
        }
    }

    /// When it wants to go on by itself.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        self.wake
    }

    /// It goes on once the client has sent more, and the client is expected to.
    pub(super) fn awaits_client(&self) -> bool {
        match self.steps.front() {
            Some(Step::Receive(until)) => *until != Until::ClientClose,
            None => !self.request.is_over(),
            _ => false,
        }
    }

    /// The steps that happen only if the connection stays idle, and when.
    pub(super) fn take_afterlife(&mut self, pace: Pace) -> Option<Afterlife> {
        let Some(Step::Stall(Some(idle))) = self.steps.pop_front() else { return None };
        let at = self.clock.later(pace.scale(idle));
        let steps = std::mem::take(&mut self.steps);
        (pace != Pace::Instant).then_some(Afterlife { at, steps })
    }

    /// Acts until something is to be waited for.
    pub(super) fn perform(&mut self, world: World, actions: &mut VecDeque<Action>) -> Progress {
        while let Some(step) = self.steps.pop_front() {
            if let Some(progress) = self.hold(&step, world) {
                self.steps.push_front(step);
                return progress;
            }
            if act(step, actions) {
                return Progress::Ended;
            }
        }
        let goes_on = self.tail.is_none() && self.request.state != State::Broken;
        match (goes_on, world.client_closed) {
            (true, _) => self.when_over(Progress::Done),
            // Nothing that follows on this connection can be read: the client must end it.
            (false, false) => Progress::Blocked,
            (false, true) => Progress::Done,
        }
    }

    /// Whether this step must wait, and how that leaves the script.
    fn hold(&mut self, step: &Step, world: World) -> Option<Progress> {
        match step {
            Step::Receive(until) if !self.has(*until, world) => return Some(Progress::Blocked),
            Step::Receive(_) => self.clock = self.clock.max(world.now),
            Step::Wait(wait) => {
                let wake = self.clock.later(world.pace.scale(*wait));
                self.wake = (wake > world.now).then_some(wake);
                if self.wake.is_some() {
                    return Some(Progress::Blocked);
                }
                self.clock = wake;
            }
            Step::Stall(None) => return (!world.client_closed).then_some(Progress::Blocked),
            Step::Stall(Some(_)) => return Some(self.when_over(Progress::Idle)),
            Step::Send(_)
            | Step::HalfClose
            | Step::Close
            | Step::Cut
            | Step::Alert(_)
            | Step::Reset => {}
        }
        None
    }

    /// An answer may be over before its request.
    fn when_over(&self, progress: Progress) -> Progress {
        if self.request.is_over() { progress } else { Progress::Blocked }
    }

    fn has(&self, until: Until, world: World) -> bool {
        let over = self.request.is_over();
        match until {
            Until::Head => true,
            // Bodies and messages are counted in HTTP/2, and after a switch of protocols.
            Until::RequestEnd | Until::Body(_) | Until::Messages(_) => over,
            Until::Bytes(count) => match &self.tail {
                Some(tail) if self.request.head.is_empty() => {
                    tail.seen() >= count || world.client_closed
                }
                _ => over || self.len_as_recorded() >= count,
            },
            Until::Tail(count) => {
                let seen = self.tail.as_ref().map_or(0, Tail::seen);
                seen >= count || world.client_closed
            }
            Until::ClientClose => world.client_closed,
        }
    }

    /// How many bytes the request has, as if its head were as long as the recorded one: its own address
    /// may be longer or shorter now.
    fn len_as_recorded(&self) -> u64 {
        let live = self.request.head.len() as u64;
        let recorded = head_len(&recorded_head(&self.cue.exchange)).map_or(live, |len| len as u64);
        (self.request.len() + recorded).saturating_sub(live)
    }
}

/// What a server does to a connection that stays idle.
#[derive(Debug)]
pub(super) struct Afterlife {
    pub(super) at: Timestamp,
    pub(super) steps: VecDeque<Step>,
}

/// Turns a step into an action. Whether that ends the connection.
pub(super) fn act(step: Step, actions: &mut VecDeque<Action>) -> bool {
    let (action, ends) = match step {
        Step::Send(bytes) => (Action::Send(bytes), false),
        Step::HalfClose => (Action::HalfClose, false),
        Step::Close => (Action::Close, true),
        Step::Cut => (Action::Cut, true),
        Step::Alert(number) => (Action::Alert(number), true),
        Step::Reset => (Action::Reset, true),
        Step::Receive(_) | Step::Wait(_) | Step::Stall(_) => return false,
    };
    actions.push_back(action);
    ends
}

/// Where the head at the start of these bytes ends, if its lines end with CR LF.
pub(crate) fn head_len(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4)
}

/// What the recorded client sent, joined.
pub(crate) fn recorded_request(exchange: &Exchange) -> Bytes {
    exchange.bytes(Direction::ToServer)
}
