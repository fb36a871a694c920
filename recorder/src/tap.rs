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
use cassettes::wire::http1::rewrite::Rewriter;
use tokio::time::Sleep;

use crate::Clock;
use crate::outbox::Outbox;

/// Most recorded bytes that may wait to be written. Past it connections wait for the writer. As many
/// again can be in its hands, so this is half of what a recording may hold; it bridges a hiccup of
/// some 20 ms at the speed of loopback, and of seconds at that of a network.
pub const MAX_PENDING_BYTES: u64 = 32 * 1024 * 1024;

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
}

/// One connection's recording. Dropping it ends the connection in the journal.
pub(crate) struct Tap {
    clock: Clock,
    counters: Arc<Counters>,
    rewriter: Rewriter,
    transcriber: Transcriber,
    /// To see how far the writer is behind.
    all: Journal,
    /// There until dropped.
    journal: Option<ConnectionJournal>,
    closes: Vec<Close>,
    /// How many exchanges of this connection have begun.
    begun: u32,
    /// Bytes recorded since the writer's backlog was looked at.
    unlooked: usize,
    /// Running while the writer is behind.
    pause: Option<Pin<Box<Sleep>>>,
}

impl Tap {
    pub(crate) fn new(
        facts: Connection,
        clock: Clock,
        counters: Arc<Counters>,
        rewriter: Rewriter,
        all: Journal,
    ) -> Self {
        let journal = all.connection(facts);
        let transcriber = Transcriber::http(journal.id());
        let journal = Some(journal);
        let (closes, begun, unlooked, pause) = (Vec::new(), 0, 0, None);
        Self {
            clock,
            counters,
            rewriter,
            transcriber,
            all,
            journal,
            closes,
            begun,
            unlooked,
            pause,
        }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Puts what the receiver is to get for `bytes` into `out`.
    pub(crate) fn translate(&mut self, direction: Direction, bytes: &Bytes, out: &mut Outbox) {
        self.rewriter.advance(direction, bytes, &mut |piece| out.push(piece));
    }

    /// Puts what the rewriter still withholds into `out`: nothing follows.
    pub(crate) fn translate_end(&mut self, direction: Direction, out: &mut Outbox) {
        self.rewriter.finish(direction, &mut |piece| out.push(piece));
    }

    /// A read's worth of bytes, read at this time.
    pub(crate) fn heard(&mut self, direction: Direction, at: Timestamp, bytes: Bytes) {
        self.unlooked += bytes.len();
        self.transcriber.receive(direction, at, bytes);
        self.write_down();
    }

    /// The sender's orderly end.
    pub(crate) fn ended(&mut self, direction: Direction) {
        self.close(direction.sender(), How::Fin);
    }

    /// An end of any kind, now.
    pub(crate) fn close(&mut self, by: Side, how: How) {
        let close = Close { at: self.now(), by, how };
        self.transcriber.close(&close);
        self.write_down();
        self.closes.push(close);
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
                counters.open.fetch_sub(1, Ordering::Relaxed);
                counters.exchanges.fetch_add(1, Ordering::Relaxed);
                let degraded = u64::from(summary.degraded.is_some());
                counters.degraded.fetch_add(degraded, Ordering::Relaxed);
            }
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.transcriber.finish();
        self.write_down();
        self.counters.left.fetch_add(self.rewriter.left(), Ordering::Relaxed);
        if let Some(journal) = self.journal.take() {
            journal.end(std::mem::take(&mut self.closes));
        }
    }
}
