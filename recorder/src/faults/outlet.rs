//! What one side is to get, step by step, and when.

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::model::{Step, Timestamp, Until};

/// Bytes that may wait here before no more are read: what a slow answer holds back, its sender keeps.
const MAX_QUEUED_BYTES: usize = 256 * 1024;

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// What was sent before goes out by itself.
    Flush,
    /// These go out beneath TLS, as they are.
    Beneath(Bytes),
    /// No more is sent (FIN); what the other side says is still read.
    HalfClose,
    /// The connection ends.
    End(Ending),
}

/// How a fault ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// FIN; in TLS, after `close_notify`.
    Close,
    /// FIN without the `close_notify` that TLS demands before it.
    Cut,
    /// This fatal TLS alert.
    Alert(u8),
    /// RST.
    Reset,
}

/// Steps on their way to one side. Sans-io: it is told the time.
#[derive(Debug, Default)]
pub(crate) struct Outlet {
    steps: VecDeque<Step>,
    /// Bytes in them.
    queued: usize,
    /// When the last thing happened that a wait counts from. Not simply now: a late timer must not make all that
    /// follows later.
    clock: Timestamp,
    /// When the wait that is the next step is over.
    wake: Option<Timestamp>,
    /// What is left happens only as long as the client asks for nothing more.
    is_afterlife: bool,
}

impl Outlet {
    /// Adds a step behind all others.
    pub(crate) fn push(&mut self, step: Step, now: Timestamp) {
        if self.steps.is_empty() {
            self.clock = self.clock.max(now);
        }
        if let Step::Send(bytes) | Step::Beneath(bytes) = &step {
            self.queued += bytes.len();
        }
        self.steps.push_back(step);
    }

    /// What was to be sent is not. Gives it back.
    pub(crate) fn drop_sends(&mut self) -> Vec<Bytes> {
        let mut dropped = Vec::new();
        self.steps.retain(|step| {
            let Step::Send(bytes) = step else { return true };
            self.queued -= bytes.len();
            dropped.push(bytes.clone());
            false
        });
        dropped
    }

    /// Bytes that can go out at once.
    pub(crate) fn poll_send(&mut self, now: Timestamp) -> Option<Bytes> {
        self.let_pass(now);
        let Step::Send(bytes) = self.steps.front()? else { return None };
        let bytes = bytes.clone();
        self.steps.pop_front();
        self.queued -= bytes.len();
        Some(bytes)
    }

    /// What is to be done once all bytes given before have gone out; `None`: nothing now, or
    /// [`poll_send`](Self::poll_send) has more.
    pub(crate) fn poll_act(&mut self, now: Timestamp) -> Option<Act> {
        self.let_pass(now);
        let act = match self.steps.front()? {
            Step::Flush => Act::Flush,
            Step::Beneath(bytes) => {
                self.queued -= bytes.len();
                Act::Beneath(bytes.clone())
            }
            Step::HalfClose => Act::HalfClose,
            Step::Close => Act::End(Ending::Close),
            Step::Cut => Act::End(Ending::Cut),
            Step::Alert(number) => Act::End(Ending::Alert(*number)),
            Step::Reset => Act::End(Ending::Reset),
            _ => return None,
        };
        self.steps.pop_front();
        Some(act)
    }

    /// When to look again.
    pub(crate) const fn poll_timeout(&self) -> Option<Timestamp> {
        self.wake
    }

    /// Nothing is left to be done.
    pub(crate) fn is_idle(&self) -> bool {
        self.steps.is_empty()
    }

    /// Nothing will ever be done by itself.
    pub(crate) fn is_stalled(&self) -> bool {
        matches!(self.steps.front(), Some(Step::Stall(None)))
    }

    /// It can take more.
    pub(crate) fn has_room(&self) -> bool {
        self.queued < MAX_QUEUED_BYTES && !self.is_stalled()
    }

    /// The client has asked for more: what was to happen to an idle connection does not, unless it waits for just that.
    pub(crate) fn client_spoke(&mut self) {
        let idles = |step: &Step| matches!(step, Step::Stall(Some(_)));
        let start = if self.is_afterlife { Some(0) } else { self.steps.iter().position(idles) };
        let Some(start) = start else { return };
        self.is_afterlife = false;
        let mut afterlife = self.steps.split_off(start);
        let heard = afterlife.iter().position(|step| matches!(step, Step::Receive(_)));
        if let Some(heard) = heard {
            self.steps.extend(afterlife.drain(..).skip(heard + 1));
        }
    }

    /// The other side has ended: what waits for that goes on. A silence goes on as well, unless it is what that side has had enough
    /// of: one that had said all it had to say before may be waiting for its answer still.
    pub(crate) fn peer_closed(&mut self) {
        self.steps.retain(|step| *step != Step::Receive(Until::ClientClose));
        if self.is_stalled() {
            self.steps.pop_front();
        }
    }

    /// Takes the steps that are over, or were by now.
    fn let_pass(&mut self, now: Timestamp) {
        self.wake = None;
        while let Some(step) = self.steps.front() {
            match step {
                Step::Wait(time) | Step::Delay(time) | Step::Stall(Some(time)) => {
                    let wake = self.clock.later(*time);
                    if wake > now {
                        self.wake = Some(wake);
                        return;
                    }
                    self.clock = wake;
                    self.is_afterlife |= matches!(step, Step::Stall(_));
                }
                // A live client has asked before it is answered; only its next request, or its end, may be yet to come.
                Step::Receive(until) if self.is_afterlife || *until == Until::ClientClose => return,
                // What is not in the steps is not said here.
                Step::Receive(_) | Step::Mute | Step::StopReading => {}
                _ => return,
            }
            self.steps.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_duration(Duration::from_millis(millis))
    }

    fn delay(millis: u64) -> Step {
        Step::Delay(Duration::from_millis(millis))
    }

    fn outlet(steps: impl IntoIterator<Item = Step>) -> Outlet {
        let mut outlet = Outlet::default();
        steps.into_iter().for_each(|step| outlet.push(step, at(0)));
        outlet
    }

    fn send(text: &'static str) -> Step {
        Step::Send(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn bytes_after_a_wait_go_out_once_it_is_over() {
        let mut outlet = outlet([send("a"), delay(10), send("b"), Step::Close]);
        assert_eq!(outlet.poll_send(at(0)).unwrap(), "a");
        assert_eq!(outlet.poll_send(at(0)), None);
        assert_eq!(outlet.poll_act(at(9)), None);
        assert_eq!(outlet.poll_timeout(), Some(at(10)));
        assert_eq!(outlet.poll_send(at(10)).unwrap(), "b");
        assert_eq!(outlet.poll_act(at(10)), Some(Act::End(Ending::Close)));
        assert!(outlet.is_idle());
    }

    #[test]
    fn a_late_timer_does_not_make_what_follows_later() {
        let mut outlet = outlet([delay(10), send("a"), delay(10), send("b")]);
        assert_eq!(outlet.poll_send(at(17)).unwrap(), "a");
        assert_eq!(outlet.poll_send(at(17)), None);
        assert_eq!(outlet.poll_timeout(), Some(at(20)));
    }

    #[test]
    fn a_stall_takes_no_more_and_never_ends_by_itself() {
        let mut outlet = outlet([Step::Stall(None), send("a")]);
        assert_eq!(outlet.poll_send(at(u64::MAX / 2_000_000)), None);
        assert!(outlet.is_stalled() && !outlet.has_room());
        assert_eq!(outlet.poll_timeout(), None);
    }

    #[test]
    fn a_silence_ends_with_the_client_that_has_had_enough_of_it() {
        let mut silent = outlet([Step::Stall(None), Step::Close]);
        silent.peer_closed();
        assert_eq!(silent.poll_act(at(0)), Some(Act::End(Ending::Close)));
        let mut early = outlet([send("a"), Step::Stall(None)]);
        early.peer_closed();
        assert_eq!(early.poll_send(at(0)).unwrap(), "a");
        assert!(early.is_stalled());
    }

    #[test]
    fn an_idle_connection_ends_unless_more_is_asked_for() {
        let idle =
            || outlet([send("a"), Step::Stall(Some(Duration::ZERO)), delay(10), Step::Close]);
        let mut left = idle();
        assert_eq!(left.poll_send(at(0)).unwrap(), "a");
        assert_eq!(left.poll_act(at(9)), None);
        assert_eq!(left.poll_act(at(10)), Some(Act::End(Ending::Close)));
        for asked in [0, 9] {
            let mut busy = idle();
            busy.poll_send(at(asked));
            busy.poll_act(at(asked));
            busy.client_spoke();
            assert!(busy.is_idle());
            busy.push(send("b"), at(20));
            assert_eq!(busy.poll_send(at(20)).unwrap(), "b");
        }
    }

    #[test]
    fn a_race_is_lost_as_the_next_request_comes() {
        let idle = Step::Stall(Some(Duration::ZERO));
        let mut race = outlet([send("a"), idle, Step::Receive(Until::Head), Step::Close]);
        assert_eq!(race.poll_send(at(0)).unwrap(), "a");
        assert_eq!(race.poll_act(at(1000)), None);
        race.client_spoke();
        assert_eq!(race.poll_act(at(1000)), Some(Act::End(Ending::Close)));
    }

    #[test]
    fn what_waits_for_the_clients_end_goes_on_after_it() {
        let mut outlet = outlet([Step::Receive(Until::ClientClose), Step::Reset]);
        assert_eq!(outlet.poll_act(at(5)), None);
        outlet.peer_closed();
        assert_eq!(outlet.poll_act(at(5)), Some(Act::End(Ending::Reset)));
    }

    #[test]
    fn a_slow_answer_stays_with_its_sender() {
        let mut outlet = outlet([delay(1)]);
        outlet.push(Step::Send(vec![0; MAX_QUEUED_BYTES].into()), at(0));
        assert!(!outlet.has_room());
        assert_eq!(outlet.poll_send(at(1)).unwrap().len(), MAX_QUEUED_BYTES);
        assert!(outlet.has_room());
    }
}
