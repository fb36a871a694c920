//! What one connection's traffic is turned into: its recording, and what the other side gets.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use cassettes::format::{ConnectionJournal, Journal};
use cassettes::model::{Close, Connection, Direction, How, Side, TapeEvent, Timestamp};
use cassettes::transcribe::Transcriber;
use tokio::time::Sleep;

use crate::Clock;
use crate::faults::{Act, ConnectionFaults};
use crate::lane::End;
use crate::outbox::Outbox;
use crate::session::Shared;
use crate::translator::Translator;

/// Most recorded bytes that may wait to be written. Past it connections wait for the writer. As many
/// again can be in its hands, so this is half of what a recording may hold; it bridges a hiccup of
/// some 15 ms at the speed of loopback, and of seconds at that of a network.
pub const MAX_PENDING_BYTES: u64 = 24 * 1024 * 1024;

/// A connection looks at the backlog each time it has recorded this much: looking takes the journal's lock.
const LOOK_EVERY: usize = 64 * 1024;

/// How often a waiting connection looks whether the writer has caught up.
const PAUSE: Duration = Duration::from_millis(2);

/// Counts over all connections of a recording.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) exchanges: AtomicU64,
    pub(crate) degraded: AtomicU64,
    /// Exchanges that have begun and not ended.
    pub(crate) open: AtomicU64,
    /// Answers whose body may still name the upstream's origin, which was to be replaced.
    pub(crate) left: AtomicU64,
    /// Connections that passed unread.
    pub(crate) spared: AtomicU64,
}

/// What a connection is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speech {
    /// HTTP, until it proves to be something else.
    Http,
    /// Anything.
    Raw,
}

/// One connection's recording. Dropping it ends the connection in the journal.
pub(crate) struct Tap {
    clock: Clock,
    counters: Arc<Counters>,
    translator: Translator,
    /// What is done to it on purpose.
    faults: Option<Box<ConnectionFaults>>,
    transcriber: Transcriber,
    /// To see how far the writer is behind.
    all: Journal,
    /// There until dropped.
    journal: Option<ConnectionJournal>,
    closes: Vec<Close>,
    /// Whether the client spoke TLS: there, ends are told apart by `close_notify`.
    is_tls: bool,
    /// How many exchanges of this connection have begun, and ended.
    begun: u32,
    done: u32,
    /// Bytes recorded since the writer's backlog was looked at.
    unlooked: usize,
    /// Running while the writer is behind.
    pause: Option<Pin<Box<Sleep>>>,
    /// Running while a fault lets time pass, until then: towards the server, and the client.
    timers: [Option<(Timestamp, Pin<Box<Sleep>>)>; 2],
}

impl Tap {
    pub(crate) fn new(
        facts: Connection,
        speech: Speech,
        translator: Translator,
        faults: Option<ConnectionFaults>,
        shared: &Shared,
    ) -> Self {
        let is_tls = facts.tls.is_some();
        let journal = shared.journal.connection(facts);
        let transcriber = match speech {
            Speech::Http => Transcriber::http(journal.id()),
            Speech::Raw => Transcriber::raw(journal.id()),
        };
        Self {
            clock: shared.clock,
            counters: shared.counters.clone(),
            translator,
            faults: faults.map(Box::new),
            transcriber,
            all: shared.journal.clone(),
            journal: Some(journal),
            closes: Vec::new(),
            is_tls,
            begun: 0,
            done: 0,
            unlooked: 0,
            pause: None,
            timers: [None, None],
        }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Puts what the receiver is to get for `bytes` into `out`; gives back those that belong to this connection.
    pub(crate) fn translate(
        &mut self,
        direction: Direction,
        bytes: Bytes,
        out: &mut Outbox,
    ) -> Bytes {
        let now = self.now();
        let Some(faults) = &mut self.faults else {
            return self.translator.advance(direction, bytes, out);
        };
        match direction {
            Direction::ToServer => self.translator.advance(direction, faults.ask(bytes, now), out),
            Direction::ToClient => {
                let mut through = Outbox::default();
                let said = self.translator.advance(direction, bytes, &mut through);
                faults.receive(through.take(), now);
                said
            }
        }
    }

    /// Whether what was said cannot be passed on any more.
    pub(crate) const fn is_garbled(&self) -> bool {
        self.translator.is_garbled()
    }

    /// Nothing follows: puts what is still withheld into `out`, and records it if it was not before.
    pub(crate) fn translate_end(&mut self, direction: Direction, out: &mut Outbox) {
        let now = self.now();
        let withheld = match (&mut self.faults, direction) {
            (Some(faults), Direction::ToClient) => {
                let mut through = Outbox::default();
                let withheld = self.translator.finish(direction, &mut through);
                faults.receive(through.take(), now);
                faults.server_ended(now);
                withheld
            }
            (Some(faults), Direction::ToServer) => {
                let withheld = faults.client_ended();
                self.translator.advance(direction, withheld.clone(), out);
                let withheld_by_translator = self.translator.finish(direction, out);
                [withheld, withheld_by_translator].concat().into()
            }
            (None, _) => self.translator.finish(direction, out),
        };
        self.heard(direction, now, withheld);
    }

    /// Whether the client has turned to another server, and this one has answered all that it was asked.
    pub(crate) const fn is_done_with(&self) -> bool {
        self.translator.has_turned() && self.is_settled()
    }

    /// Whether the client has turned to another server.
    pub(crate) const fn has_turned(&self) -> bool {
        self.translator.has_turned()
    }

    /// What the client said to that one.
    pub(crate) fn take_turned(&mut self) -> Option<Bytes> {
        self.translator.take_turned()
    }

    /// A read's worth of bytes, read at this time.
    pub(crate) fn heard(&mut self, direction: Direction, at: Timestamp, bytes: Bytes) {
        self.unlooked += bytes.len();
        self.transcriber.receive(direction, at, bytes);
        self.write_down();
    }

    /// The sender's own end.
    pub(crate) fn ended(&mut self, direction: Direction, end: End) {
        let how = if self.is_tls && end == End::Whole { How::CloseNotify } else { How::Fin };
        self.close(direction.sender(), how);
    }

    /// An end of any kind, now.
    pub(crate) fn close(&mut self, by: Side, how: How) {
        let close = Close { at: self.now(), by, how };
        self.transcriber.close(&close);
        self.write_down();
        self.closes.push(close);
    }

    /// The alert that the server ended it with, if it did.
    pub(crate) fn server_alert(&self) -> Option<u8> {
        self.closes.iter().find_map(|close| match (close.by, close.how) {
            (Side::Server, How::Alert(number)) => Some(number),
            _ => None,
        })
    }

    /// Ready unless the writer is far behind.
    pub(crate) fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            if self.unlooked < LOOK_EVERY {
                return Poll::Ready(());
            }
            if self.all.pending_bytes() <= MAX_PENDING_BYTES {
                self.unlooked = 0;
                return Poll::Ready(());
            }
            self.pause = Some(Box::pin(tokio::time::sleep(PAUSE)));
        }
    }

    /// All exchanges that have begun have ended.
    pub(crate) const fn is_settled(&self) -> bool {
        self.begun == self.done
    }

    fn write_down(&mut self) {
        while let Some(event) = self.transcriber.poll_event() {
            self.count(&event);
            if let Some(journal) = &mut self.journal {
                journal.record(event);
            }
        }
    }

    fn count(&mut self, event: &TapeEvent) {
        let counters = &self.counters;
        match event {
            TapeEvent::Chunk { exchange, .. } if exchange.ordinal >= self.begun => {
                self.begun = exchange.ordinal + 1;
                counters.open.fetch_add(1, Ordering::Relaxed);
            }
            TapeEvent::Chunk { .. } => {}
            TapeEvent::Done { summary, .. } => {
                self.done += 1;
                counters.open.fetch_sub(1, Ordering::Relaxed);
                counters.exchanges.fetch_add(1, Ordering::Relaxed);
                let degraded = u64::from(summary.degraded.is_some());
                counters.degraded.fetch_add(degraded, Ordering::Relaxed);
            }
        }
    }
}

/// What faults do.
impl Tap {
    /// Whether there may be any.
    pub(crate) const fn has_faults(&self) -> bool {
        self.faults.is_some()
    }

    /// Whether a server is to be heard to the end of what it was saying.
    pub(crate) fn hears_out(&self) -> bool {
        self.faults.as_ref().is_some_and(|faults| faults.hears_out()) && !self.is_settled()
    }

    /// Whether a fault has ended what the client asks, so that the server gets no more than what has passed.
    pub(crate) fn is_cut(&self) -> bool {
        self.faults.as_ref().is_some_and(|faults| faults.is_cut())
    }

    /// Whether a fault has the client not be read from, now.
    pub(crate) fn is_deaf(&self) -> bool {
        self.faults.as_ref().is_some_and(|faults| faults.is_deaf())
    }

    /// Puts what the receiver gets at this time into `out`.
    pub(crate) fn take_sends(&mut self, direction: Direction, now: Timestamp, out: &mut Outbox) {
        if let Some(faults) = &mut self.faults {
            faults.pass_time(now);
            let outlet = faults.outlet_mut(direction);
            out.extend(std::iter::from_fn(|| outlet.poll_send(now)));
        }
    }

    /// What else is done to the receiver at this time, once it has got all that.
    pub(crate) fn poll_act(&mut self, direction: Direction, now: Timestamp) -> Option<Act> {
        self.faults.as_mut()?.outlet_mut(direction).poll_act(now)
    }

    /// The receiver is to get more, or something is to be done to it.
    pub(crate) fn has_more_for(&self, direction: Direction) -> bool {
        self.faults.as_ref().is_some_and(|faults| faults.is_waiting(direction))
    }

    /// Ready unless as much is held back as may be.
    pub(crate) fn poll_room(&mut self, direction: Direction, cx: &mut Context<'_>) -> Poll<()> {
        if self.faults.as_ref().is_none_or(|faults| faults.outlet(direction).has_room()) {
            return Poll::Ready(());
        }
        if self.poll_time(direction, cx).is_ready() {
            // It came while this was looked at: what has waited for it goes first.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// Ready once the time has come that a fault waits for.
    pub(crate) fn poll_time(&mut self, direction: Direction, cx: &mut Context<'_>) -> Poll<()> {
        let now = self.now();
        let wake = self.faults.as_ref().and_then(|faults| faults.poll_timeout(direction));
        let Some(wake) = wake else { return Poll::Pending };
        let [to_server, to_client] = &mut self.timers;
        let timer = if direction == Direction::ToServer { to_server } else { to_client };
        let (_, sleep) = match timer.take() {
            Some((until, sleep)) if until == wake => timer.insert((until, sleep)),
            _ => timer.insert((wake, Box::pin(tokio::time::sleep(wake.since(now))))),
        };
        ready!(sleep.as_mut().poll(cx));
        *timer = None;
        Poll::Ready(())
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.transcriber.finish();
        self.write_down();
        self.counters.left.fetch_add(self.translator.left(), Ordering::Relaxed);
        if let Some(journal) = self.journal.take() {
            journal.end(std::mem::take(&mut self.closes));
        }
    }
}
