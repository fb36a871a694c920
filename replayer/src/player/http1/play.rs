//! One exchange being played: its script's place, and what the client does meanwhile.

use std::collections::VecDeque;
use std::sync::LazyLock;

use bytes::Bytes;
use cassettes::model::{Direction, Exchange, Step, Timestamp, Until};
use memchr::memmem::Finder;

use super::tail::Tail;
use crate::deck::recorded_head;
use crate::options::Pace;
use crate::player::Action;
use crate::player::request::{Request, State};
use crate::player::run::{Afterlife, Next, Run, World, act};
use crate::select::Cue;

/// A script's run.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) cue: Cue,
    pub(super) request: Request,
    /// What follows the request, or all there is in a raw exchange.
    pub(super) tail: Option<Tail>,
    /// It is answered in HTTP/2, once that is granted.
    pub(super) upgrades: bool,
    run: Run,
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

impl Play {
    pub(super) fn new(cue: Cue, steps: VecDeque<Step>, request: Request, now: Timestamp) -> Self {
        Self { cue, request, tail: None, upgrades: false, run: Run::new(steps, now) }
    }

    /// Leaves out the recorded `100 Continue`, which the client has been sent.
    pub(super) fn skip_continue(&mut self) {
        self.run.skip_interim();
    }

    /// When it wants to go on by itself.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        self.run.wake()
    }

    /// What the client sends is to be read.
    pub(super) const fn reads(&self) -> bool {
        self.run.reads()
    }

    /// It says nothing more before the client ends.
    pub(super) fn is_silent(&self) -> bool {
        self.run.is_silent()
    }

    /// When its script last went on by itself.
    pub(super) fn clock(&self) -> Timestamp {
        self.run.clock()
    }

    /// It goes on once the client has sent more, and the client is expected to.
    pub(super) fn awaits_client(&self) -> bool {
        self.run.awaits_client().unwrap_or(!self.request.is_over())
    }

    /// The steps that happen only if the connection stays idle, and when.
    pub(super) fn take_afterlife(&mut self, pace: Pace) -> Option<Afterlife> {
        self.run.take_afterlife(pace).filter(|it| it.happens_at(pace))
    }

    /// Acts until something is to be waited for.
    pub(super) fn perform(&mut self, world: World, actions: &mut VecDeque<Action>) -> Progress {
        loop {
            self.add_replies(actions);
            let heard = Heard { request: &self.request, tail: self.tail.as_ref(), cue: &self.cue };
            let parting = self.is_owed_a_goodbye().then_some(Until::ClientClose);
            let has = |until| Some(until) == parting || heard.has(until, world.client_closed);
            match self.run.next(world, has) {
                Next::Act(step) => {
                    if let Some(tail) = &mut self.tail {
                        tail.follow(&step);
                    }
                    if act(step, actions) {
                        return Progress::Ended;
                    }
                }
                Next::Blocked => return self.when_blocked(actions),
                Next::Idle => return self.when_over(Progress::Idle),
                Next::Done => break,
            }
        }
        let goes_on = self.tail.is_none() && self.request.state != State::Broken;
        match (goes_on, world.client_closed) {
            (true, _) => self.when_over(Progress::Done),
            // Nothing that follows on this connection can be read: the client must end it.
            (false, false) => self.when_blocked(actions),
            (false, true) => Progress::Done,
        }
    }

    /// The pongs that a client is owed.
    fn add_replies(&mut self, actions: &mut VecDeque<Action>) {
        let replies = self.tail.as_mut().map(Tail::take_replies).unwrap_or_default();
        actions.extend(replies.into_iter().map(Action::Send));
    }

    /// The client has said goodbye, and the recorded one got its answer only once it had closed: this one may wait for it.
    fn is_owed_a_goodbye(&self) -> bool {
        let is_parting = |tail: &Tail| tail.is_over() && !tail.server_is_over();
        self.tail.as_ref().is_some_and(is_parting) && self.run.first_send().is_some()
    }

    /// A client that has said goodbye where the recorded one had not is told the same, and let go.
    fn when_blocked(&self, actions: &mut VecDeque<Action>) -> Progress {
        let lets_go = self.tail.as_ref().filter(|tail| match self.run.awaited() {
            Some(Until::ClientClose) => tail.is_over() && !tail.server_is_over(),
            Some(_) => tail.is_over(),
            None => tail.is_over() && self.run.is_done(),
        });
        let Some(tail) = lets_go else { return Progress::Blocked };
        actions.extend(tail.farewell().map(Action::Send));
        actions.push_back(Action::Close);
        Progress::Ended
    }

    /// An answer may be over before its request.
    fn when_over(&self, progress: Progress) -> Progress {
        if self.request.is_over() { progress } else { Progress::Blocked }
    }
}

/// What the client has sent so far.
#[derive(Debug, Clone, Copy)]
struct Heard<'a> {
    request: &'a Request,
    tail: Option<&'a Tail>,
    cue: &'a Cue,
}

impl Heard<'_> {
    fn has(self, until: Until, client_closed: bool) -> bool {
        let over = self.request.is_over();
        match until {
            Until::Head => true,
            Until::RequestEnd => over,
            Until::Messages(count) => match self.tail.and_then(Tail::messages) {
                Some(messages) => messages >= count || client_closed,
                None => over,
            },
            Until::Body(count) => over || self.request.body_len >= count,
            Until::Bytes(count) => match self.tail {
                Some(tail) if self.request.head.is_empty() => tail.seen() >= count || client_closed,
                _ => over || self.len_as_recorded() >= count,
            },
            Until::Tail(count) => self.tail.map_or(0, Tail::seen) >= count || client_closed,
            Until::ClientClose => client_closed,
        }
    }

    /// How many bytes the request has, as if its head were as long as the recorded one: its own address
    /// may be longer or shorter now.
    fn len_as_recorded(self) -> u64 {
        let live = self.request.head.len() as u64;
        let recorded = head_len(&recorded_head(&self.cue.exchange)).map_or(live, |len| len as u64);
        (self.request.len() + recorded).saturating_sub(live)
    }
}

/// Where the head at the start of these bytes ends, if its lines end with CR LF.
pub(crate) fn head_len(bytes: &[u8]) -> Option<usize> {
    // To make a searcher takes longer than the search.
    static EMPTY_LINE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\r\n\r\n"));
    EMPTY_LINE.find(bytes).map(|at| at + 4)
}

/// What the recorded client sent, joined.
pub(crate) fn recorded_request(exchange: &Exchange) -> Bytes {
    exchange.bytes(Direction::ToServer)
}
