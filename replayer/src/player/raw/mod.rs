//! Plain TCP: bytes in lock-step with the recorded ones, for a client that came for a server of no HTTP.
//!
//! What the server said is sent once the client has sent what came before it. A client that sends something else
//! is not waited for: its connection ends, and the verdict names the byte.
//!
//! How far a client has come is counted in messages where both sides spoke a dialect that says where they end, and in
//! bytes where not: only messages can be longer or shorter than recorded ones and still have their answers.
//!
//! - [`Raw`]: the [`Speaker`]
//! - [`listening`]: what the client sends, beside what was recorded
//! - [`difference`]: where a message differs
//! - [`choosing`]: which recorded connection a client's is

mod choosing;
mod difference;
mod listening;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cassettes::model::{Step, Timestamp, Until};

use super::request::Request;
use super::run::{Afterlife, Next, Run, World, act};
use super::{Action, Speaker};
use crate::arrival::{Arrival, Here};
use crate::select::Cue;
use crate::stage::{Played, Stage};
use listening::{Listening, Turn};

/// How long a message that differs may take to become as long as the recorded one: it may come in pieces, and with
/// as many bytes the recorded answer still is the best one.
const REST_OF_MESSAGE: Duration = Duration::from_millis(250);

/// Why a connection is one too many.
const ALL_PLAYED: &str = "all recorded ones were played";

/// Who speaks to a client that came for plain TCP; none for any other, whose first bytes decide.
pub(super) fn speaker(
    stage: &Arc<Stage>,
    arrival: &Arrival,
    now: Timestamp,
) -> Option<Box<dyn Speaker>> {
    let greeted = || arrival.silent && stage.greetings().next().is_some();
    (stage.is_raw(arrival.server()) || greeted())
        .then(|| Box::new(Raw::new(Arc::clone(stage), arrival.clone(), now)) as Box<dyn Speaker>)
}

/// The server's part on one connection.
#[derive(Debug)]
struct Raw {
    stage: Arc<Stage>,
    arrival: Arrival,
    here: Here,
    began: Timestamp,
    now: Timestamp,
    /// When the client was last heard, or waited for.
    heard_at: Timestamp,
    client_closed: bool,
    phase: Phase,
    actions: VecDeque<Action>,
}

#[derive(Debug)]
enum Phase {
    /// Which recorded connection this is, its first bytes tell.
    Choosing,
    Playing(Box<Play>),
    /// Nothing more is to be done.
    Over,
}

/// A recorded connection being played.
#[derive(Debug)]
struct Play {
    cue: Cue,
    run: Run,
    listening: Listening,
    /// What the script waits for the client to do.
    awaited: Option<Until>,
    /// How many recorded bytes the client had sent when it was last waited for no more.
    turn_began: u64,
}

impl Raw {
    fn new(stage: Arc<Stage>, arrival: Arrival, now: Timestamp) -> Self {
        let mut raw = Self {
            here: arrival.here(),
            stage,
            arrival,
            began: now,
            now,
            heard_at: now,
            client_closed: false,
            phase: Phase::Choosing,
            actions: VecDeque::new(),
        };
        let first = choosing::greeting(&raw.stage, &raw.arrival);
        if let Some(cue) = first.or_else(|| choosing::server_first(&raw.stage, &raw.arrival)) {
            raw.begin(cue);
            raw.pump();
        } else if raw.arrival.silent && choosing::is_exhausted(&raw.stage, &raw.arrival) {
            raw.miss(ALL_PLAYED);
        }
        raw
    }

    fn begin(&mut self, cue: Cue) {
        let recorded = choosing::recorded(&self.stage, &cue, &self.arrival);
        let steps = self.stage.script_of(&cue);
        self.actions.extend(cue.applied());
        self.phase = Phase::Playing(Box::new(Play {
            listening: Listening::new(&cue.exchange, recorded),
            run: Run::new(steps, self.now),
            awaited: None,
            turn_began: 0,
            cue,
        }));
    }

    /// Goes on with the script, as far as the client lets it.
    fn pump(&mut self) {
        let pace = self.stage.options().pace;
        let world = World { now: self.now, pace, client_closed: self.client_closed };
        while let Phase::Playing(play) = &mut self.phase {
            match play.next(world) {
                Next::Act(step) => {
                    if act(step, &mut self.actions) {
                        return self.end();
                    }
                }
                Next::Blocked if play.is_hopeless(self.client_closed) => return self.close(),
                // The server had ended an idle connection, or the recording ends before the connection did.
                Next::Idle | Next::Done if self.client_closed => return self.close(),
                Next::Idle => return self.idle(),
                Next::Done if play.listening.exceeds() => return self.close(),
                Next::Blocked | Next::Done => return,
            }
        }
    }

    /// All is said, and the connection stays open for as long as it did.
    fn idle(&mut self) {
        let pace = self.stage.options().pace;
        if let Phase::Playing(play) = &mut self.phase
            && let Some(Afterlife { at: Some(at), mut steps, .. }) = play.run.take_afterlife(pace)
        {
            // It is scaled already.
            steps.push_front(Step::Delay(at.since(self.now)));
            play.run = Run::new(steps, self.now);
        }
        self.pump();
    }

    fn close(&mut self) {
        self.actions.push_back(Action::Close);
        self.end();
    }

    /// Tells the verdict.
    fn end(&mut self) {
        if let Phase::Playing(play) = std::mem::replace(&mut self.phase, Phase::Over) {
            let mut request = Request::raw(0, self.began);
            request.closes = true;
            let tail = play.listening.mismatches();
            let (here, ended) = (self.here, self.now);
            self.stage.settle(Played { cue: &play.cue, request, here, tail, ended });
        }
    }

    /// No recorded connection is left for this one.
    fn miss(&mut self, why: &str) {
        self.stage.miss_line(why);
        // What a client of an unknown protocol can be told is that the connection ends.
        self.close();
    }

    fn deadline(&self) -> Option<Timestamp> {
        let step = self.stage.options().limits.step;
        match &self.phase {
            Phase::Choosing => Some(self.heard_at.later(step)),
            Phase::Playing(play) => {
                let rest = match play.awaited? {
                    Until::Bytes(_) if play.is_amiss() => step.min(REST_OF_MESSAGE),
                    _ => step,
                };
                // What the script let pass by itself is none of the client's time.
                Some(self.heard_at.max(play.run.clock()).later(rest))
            }
            Phase::Over => None,
        }
    }
}

impl Play {
    fn next(&mut self, world: World) -> Next {
        let (listening, awaited) = (&self.listening, Cell::new(None));
        let turn_began = Cell::new(self.turn_began);
        let next = self.run.next(world, |until| {
            let has = match until {
                Until::Bytes(count) if listening.turn(count) == Turn::Reached => {
                    turn_began.set(count);
                    true
                }
                Until::Bytes(_) => false,
                Until::ClientClose => world.client_closed,
                _ => true,
            };
            awaited.set((!has).then_some(until));
            has
        });
        self.awaited = awaited.take().filter(|_| matches!(next, Next::Blocked));
        self.turn_began = turn_began.get();
        next
    }

    /// What the client says in this turn is something else, and the server has more to say.
    fn is_amiss(&self) -> bool {
        self.listening.differs_since(self.turn_began) && self.run.first_send().is_some()
    }

    /// What the script waits for will not come.
    fn is_hopeless(&self, client_closed: bool) -> bool {
        match self.awaited {
            Some(Until::Bytes(count)) => {
                client_closed || self.listening.turn(count) == Turn::Missed
            }
            // All is said; a client that says more does not end.
            Some(_) => self.listening.exceeds(),
            None => false,
        }
    }
}

impl Speaker for Raw {
    fn wants_input(&self) -> bool {
        match &self.phase {
            Phase::Playing(play) => play.run.reads(),
            Phase::Choosing | Phase::Over => true,
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    fn receive(&mut self, bytes: Bytes, at: Timestamp) {
        self.now = at;
        self.heard_at = at;
        if matches!(self.phase, Phase::Choosing) {
            match choosing::by_first_bytes(&self.stage, &self.arrival, &bytes) {
                Some(cue) => self.begin(cue),
                None => return self.miss(ALL_PLAYED),
            }
        }
        if let Phase::Playing(play) = &mut self.phase {
            play.listening.hear(&bytes);
        }
        self.pump();
    }

    fn client_closed(&mut self, at: Timestamp) {
        self.now = at;
        self.client_closed = true;
        match &self.phase {
            // It never said a word, and nobody was recorded who did the same.
            Phase::Choosing => match choosing::silent(&self.stage, &self.arrival) {
                Some(cue) => {
                    self.begin(cue);
                    self.pump();
                }
                None => self.close(),
            },
            Phase::Playing(_) => self.pump(),
            Phase::Over => {}
        }
    }

    fn client_gone(&mut self, at: Timestamp) {
        self.now = at;
        self.actions.clear();
        self.end();
        self.phase = Phase::Over;
    }

    fn timeout(&mut self, at: Timestamp) {
        self.now = at;
        if self.deadline().is_none_or(|deadline| deadline > at) {
            return self.pump();
        }
        match &self.phase {
            Phase::Choosing => self.miss("the client said nothing, and so did the server"),
            _ => self.close(),
        }
    }

    fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        let wake = match &self.phase {
            Phase::Playing(play) => play.run.wake(),
            Phase::Choosing | Phase::Over => None,
        };
        wake.into_iter().chain(self.deadline()).min()
    }
}

impl Drop for Raw {
    /// A connection that is dropped in the middle still counts.
    fn drop(&mut self) {
        self.client_gone(self.now);
    }
}
