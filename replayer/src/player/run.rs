//! A script's run, whatever protocol it is in: its place, and what it waits for.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use cassettes::model::{Step, Timestamp, Until};

use super::Action;
use crate::options::Pace;
use crate::stage::is_interim;

/// A script's run.
#[derive(Debug)]
pub(super) struct Run {
    steps: VecDeque<Step>,
    /// When the last thing happened that a wait counts from. Not simply now: a late timer must not
    /// make all that follows later.
    clock: Timestamp,
    /// When the wait that is the next step is over.
    wake: Option<Timestamp>,
    /// What the client sends is not to be read.
    stopped_reading: bool,
}

/// What a script must know of the world to go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct World {
    pub(super) now: Timestamp,
    pub(super) pace: Pace,
    /// The client sends no more.
    pub(super) client_closed: bool,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    /// This is to be done now.
    Act(Step),
    /// It waits for the client, or for time to pass.
    Blocked,
    /// What is left happens only if the connection stays idle.
    Idle,
    /// Nothing.
    Done,
}

/// What a server does to a connection that stays idle.
#[derive(Debug)]
pub(super) struct Afterlife {
    /// When; none: once the client's next bytes come.
    pub(super) at: Option<Timestamp>,
    pub(super) steps: VecDeque<Step>,
    /// At whatever pace: what has to happen before it is not a time that was recorded.
    always: bool,
}

impl Afterlife {
    /// Whether it happens where time passes at this pace.
    pub(super) fn happens_at(&self, pace: Pace) -> bool {
        self.always || pace != Pace::Instant
    }
}

impl Run {
    pub(super) fn new(steps: VecDeque<Step>, now: Timestamp) -> Self {
        Self { steps, clock: now, wake: None, stopped_reading: false }
    }

    /// When it wants to go on by itself.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        self.wake
    }

    /// When the last thing happened that a wait counts from.
    pub(super) fn clock(&self) -> Timestamp {
        self.clock
    }

    /// Whether it goes on once the client has sent more, and the client is expected to; none if it is done.
    pub(super) fn awaits_client(&self) -> Option<bool> {
        let step = self.steps.front()?;
        Some(matches!(step, Step::Receive(until) if *until != Until::ClientClose))
    }

    /// What the client sends is to be read.
    pub(super) const fn reads(&self) -> bool {
        !self.stopped_reading
    }

    /// It says nothing more before the client ends.
    pub(super) fn is_silent(&self) -> bool {
        self.steps.front() == Some(&Step::Stall(None))
    }

    /// What it waits for the client to send, if it does.
    pub(super) fn awaited(&self) -> Option<Until> {
        match self.steps.front()? {
            Step::Receive(until) => Some(*until),
            _ => None,
        }
    }

    /// It has been played to its end.
    pub(super) fn is_done(&self) -> bool {
        self.steps.is_empty()
    }

    /// Leaves out all that is left.
    pub(super) fn stop(&mut self) {
        self.steps.clear();
        self.wake = None;
    }

    /// Whether the recorded client ended the conversation before what is left.
    pub(super) fn ends_with_client(&self) -> bool {
        self.steps.contains(&Step::Receive(Until::ClientClose))
    }

    /// What is sent first.
    pub(super) fn first_send(&self) -> Option<&Bytes> {
        self.steps.iter().find_map(|step| match step {
            Step::Send(bytes) => Some(bytes),
            _ => None,
        })
    }

    /// Leaves out all through what is sent first, if that is an interim answer: the client has been sent one.
    pub(super) fn skip_interim(&mut self) {
        let first = self.steps.iter().position(|step| matches!(step, Step::Send(_)));
        let Some(at) = first.filter(|_| self.first_send().is_some_and(is_interim)) else { return };
        self.steps.drain(..=at);
    }

    /// Once [`Next::Idle`] was said: when, and what then.
    pub(super) fn take_afterlife(&mut self, pace: Pace) -> Option<Afterlife> {
        let Some(Step::Stall(Some(idle))) = self.steps.pop_front() else { return None };
        let mut steps = std::mem::take(&mut self.steps);
        let due = self.clock.later(pace.scale(idle));
        // Who is idle for no time at all was made so: what it waits for instead comes next.
        let (at, always) = match steps.front().filter(|_| idle.is_zero()) {
            Some(Step::Delay(time)) => (Some(due.later(*time)), true),
            Some(Step::Receive(_)) => (None, true),
            _ => (Some(due), false),
        };
        if always {
            steps.pop_front();
        }
        Some(Afterlife { at, steps, always })
    }

    /// What is to be done next, once the client `has` sent what it waits for.
    pub(super) fn next(&mut self, world: World, has: impl Fn(Until) -> bool) -> Next {
        loop {
            let Some(step) = self.steps.front() else { return Next::Done };
            match step {
                Step::StopReading => self.stopped_reading = true,
                Step::Receive(until) => {
                    self.stopped_reading = false;
                    if !has(*until) {
                        return Next::Blocked;
                    }
                    self.clock = self.clock.max(world.now);
                }
                Step::Wait(_) | Step::Delay(_) => {
                    let wake = self.clock.later(duration(step, world.pace));
                    self.wake = (wake > world.now).then_some(wake);
                    if self.wake.is_some() {
                        return Next::Blocked;
                    }
                    self.clock = wake;
                }
                Step::Stall(None) if !world.client_closed => return Next::Blocked,
                Step::Stall(None) => {}
                Step::Stall(Some(_)) => return Next::Idle,
                Step::Send(_)
                | Step::Flush
                | Step::Beneath(_)
                | Step::Mute
                | Step::HalfClose
                | Step::Close
                | Step::Cut
                | Step::Alert(_)
                | Step::Reset => return self.steps.pop_front().map_or(Next::Done, Next::Act),
            }
            self.steps.pop_front();
        }
    }
}

/// Turns a step into an action. Whether that ends the connection.
pub(super) fn act(step: Step, actions: &mut VecDeque<Action>) -> bool {
    let (action, ends) = match step {
        Step::Send(bytes) => (Action::Send(bytes), false),
        Step::Flush => (Action::Flush, false),
        Step::Beneath(bytes) => (Action::Beneath(bytes), false),
        Step::HalfClose => (Action::HalfClose, false),
        Step::Close => (Action::Close, true),
        Step::Cut => (Action::Cut, true),
        Step::Alert(number) => (Action::Alert(number), true),
        Step::Reset => (Action::Reset, true),
        Step::Receive(_)
        | Step::Wait(_)
        | Step::Delay(_)
        | Step::Stall(_)
        | Step::Mute
        | Step::StopReading => return false,
    };
    actions.push_back(action);
    ends
}

/// How long a step lasts by itself.
fn duration(step: &Step, pace: Pace) -> Duration {
    match step {
        Step::Wait(recorded) => pace.scale(*recorded),
        Step::Delay(time) => *time,
        _ => Duration::ZERO,
    }
}
