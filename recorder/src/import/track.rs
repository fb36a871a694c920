//! One connection's exchanges, on their way into the journal.

use bytes::Bytes;
use cassettes::format::{ConnectionJournal, Journal};
use cassettes::model::{
    Close, Connection, ConnectionId, Direction, Gap, Protocol, TapeEvent, Timestamp,
};
use cassettes::transcribe::Transcriber;

use super::Speech;
use super::introduction::Introduction;

/// Most bytes of a connection that wait for the filter to decide. By then its client has said to whom it speaks, or will not.
const MAX_WAITING_BYTES: usize = 64 * 1024;

/// What a connection says, once it is known what it speaks.
#[derive(Debug)]
pub(super) struct Track {
    speech: Speech,
    transcriber: Transcriber,
    introduction: Introduction,
    counts: Counts,
}

/// Where exchanges go.
#[derive(Debug)]
pub(super) enum Sink {
    /// It depends.
    Waiting(Box<Waiting>),
    /// Into the cassette.
    Journal(Box<ConnectionJournal>),
    /// Only to be counted.
    Nowhere,
}

/// What waits for the filter.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    events: Vec<TapeEvent>,
    gaps: Vec<Gap>,
    bytes: usize,
}

/// What came of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) exchanges: u64,
    pub(super) incomplete: u64,
    pub(super) degraded: u64,
}

impl Track {
    /// Whatever the connection's number will be: its journal knows it.
    pub(super) fn new(speech: Speech) -> Self {
        let connection = ConnectionId::default();
        let transcriber = match speech {
            Speech::Http1 | Speech::Http2 => Transcriber::http(connection),
            Speech::Raw => Transcriber::raw(connection),
        };
        let introduction = Introduction::default();
        Self { speech, transcriber, introduction, counts: Counts::default() }
    }

    /// What is spoken.
    pub(super) const fn speech(&self) -> Speech {
        self.speech
    }

    /// Whom the client speaks to.
    pub(super) const fn introduction(&self) -> &Introduction {
        &self.introduction
    }

    /// Whether a filter may be asked now.
    pub(super) const fn is_introduced(&self) -> bool {
        self.introduction.is_over() || !self.speech.is_http()
    }

    /// Does not wait for the client to say to whom it speaks.
    pub(super) fn introduce_now(&mut self) {
        self.introduction.finish();
    }

    /// What was counted so far.
    pub(super) const fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes what was said next. It may be held: no slice of something large.
    pub(super) fn receive(
        &mut self,
        direction: Direction,
        at: Timestamp,
        bytes: Bytes,
        sink: &mut Sink,
    ) {
        self.transcriber.receive(direction, at, bytes);
        self.write_down(sink);
    }

    /// Bytes are missing here.
    pub(super) fn lose(
        &mut self,
        direction: Direction,
        at: Timestamp,
        length: u64,
        sink: &mut Sink,
    ) {
        let gap = self.transcriber.lose(direction, at, length);
        self.write_down(sink);
        if let Some(gap) = gap {
            sink.lose(gap);
        }
    }

    /// What follows is not what it was before.
    pub(super) fn give_up(&mut self, direction: Direction, reason: &'static str, sink: &mut Sink) {
        self.transcriber.give_up(direction, reason);
        self.write_down(sink);
    }

    /// One side ended.
    pub(super) fn close(&mut self, close: &Close, sink: &mut Sink) {
        self.transcriber.close(close);
        self.write_down(sink);
    }

    /// Nothing more will come.
    pub(super) fn finish(&mut self, sink: &mut Sink) {
        self.transcriber.finish();
        self.write_down(sink);
        self.introduction.finish();
    }

    fn write_down(&mut self, sink: &mut Sink) {
        while let Some(event) = self.transcriber.poll_event() {
            match &event {
                TapeEvent::Chunk { chunk, .. } => self.introduction.follow(self.speech, chunk),
                TapeEvent::Done { summary, .. } => {
                    let counts = !matches!(summary.protocol, Protocol::Http2Control);
                    self.counts.exchanges += u64::from(counts);
                    self.counts.incomplete += u64::from(counts && !summary.complete);
                    self.counts.degraded += u64::from(summary.degraded.is_some());
                }
            }
            sink.record(event);
        }
        if matches!(sink, Sink::Waiting(waiting) if waiting.bytes > MAX_WAITING_BYTES) {
            self.introduction.finish();
        }
    }
}

impl Default for Sink {
    fn default() -> Self {
        Self::Waiting(Box::default())
    }
}

impl Sink {
    /// Into this journal; nowhere, without one.
    pub(super) fn open(journal: Option<&Journal>, facts: Connection) -> Self {
        journal.map_or(Self::Nowhere, |journal| Self::Journal(Box::new(journal.connection(facts))))
    }

    /// Whether the filter has not decided.
    pub(super) const fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting(_))
    }

    /// What waits, and what will come, belongs into this journal.
    pub(super) fn admit(&mut self, journal: Option<&Journal>, facts: Connection) {
        let Self::Waiting(waiting) = std::mem::replace(self, Self::open(journal, facts)) else {
            return;
        };
        waiting.gaps.into_iter().for_each(|gap| self.lose(gap));
        waiting.events.into_iter().for_each(|event| self.record(event));
    }

    /// How much memory is taken by what is not written yet.
    pub(super) const fn buffered(&self) -> usize {
        match self {
            Self::Waiting(waiting) => waiting.bytes,
            Self::Journal(journal) => journal.buffered(),
            Self::Nowhere => 0,
        }
    }

    /// Writes on what can be written.
    pub(super) fn flush(&mut self) {
        if let Self::Journal(journal) = self {
            journal.flush();
        }
    }

    /// What waits, and what will come, is not meant.
    pub(super) fn refuse(&mut self) {
        *self = Self::Nowhere;
    }

    /// The connection is over, and was as these facts and ends say.
    pub(super) fn end(self, facts: Connection, closes: Vec<Close>) {
        if let Self::Journal(mut journal) = self {
            journal.describe(facts);
            journal.end(closes);
        }
    }

    fn record(&mut self, event: TapeEvent) {
        match self {
            Self::Journal(journal) => journal.record(event),
            Self::Waiting(waiting) => waiting.hold(event),
            Self::Nowhere => {}
        }
    }

    fn lose(&mut self, gap: Gap) {
        match self {
            Self::Journal(journal) => journal.lose(gap),
            Self::Waiting(waiting) => waiting.gaps.push(gap),
            Self::Nowhere => {}
        }
    }
}

impl Waiting {
    fn hold(&mut self, event: TapeEvent) {
        let TapeEvent::Chunk { chunk, .. } = &event else { return self.events.push(event) };
        self.bytes += chunk.bytes.len();
        self.events.push(event);
    }
}
