//! An answer that is held back until it is whole: then it is edited as a recorded one would be.

use std::time::Duration;

use bytes::Bytes;
use cassettes::fault::{Fault, Misfit, NoExchanges, Scene};
use cassettes::model::{
    Chunk, Close, Connection, ConnectionId, Direction, Exchange, How, Protocol, Script, Side, Step,
    Timestamp, Tls,
};
use cassettes::transcribe::compile;

use super::asked::Asked;
use super::connection::Link;
use super::shared::About;
use super::voice::Voice;

/// Longest answer, or request, that is held to be edited. Documents and pages are below it; what is longer is a download, which edits by
/// place suit better.
pub(super) const MAX_HELD_BYTES: usize = 16 * 1024 * 1024;

/// Longest time for which an answer is held. Clients wait about as long before they give up; a stream that goes on for ever is none to
/// wait for.
pub(super) const MAX_HELD_TIME: Duration = Duration::from_secs(30);

/// What has come of it.
#[derive(Debug)]
pub(super) struct Held {
    begun: Timestamp,
    chunks: Vec<Chunk>,
    bytes: usize,
    /// So much of it was let go: chunks, and bytes.
    gone: (usize, usize),
}

/// Whether it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// It is, and its connection goes on.
    Yes,
    /// Its connection's end was its end.
    ByEnd,
    /// It is, and what follows is no answer.
    Switched,
    /// It is an interim one, and the answer is yet to come.
    Interim,
}

/// What faults made of it.
pub(super) struct Edited {
    pub(super) steps: Vec<Step>,
    /// Of each fault: whether it was applied.
    pub(super) outcomes: Vec<Result<(), Misfit>>,
}

impl Held {
    pub(super) const fn new(begun: Timestamp) -> Self {
        Self { begun, chunks: Vec::new(), bytes: 0, gone: (0, 0) }
    }

    pub(super) fn push(&mut self, bytes: Bytes, at: Timestamp) {
        if !bytes.is_empty() {
            self.bytes += bytes.len();
            self.chunks.push(Chunk { direction: Direction::ToClient, at, bytes });
        }
    }

    /// Until when it may be held, if any of it is.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let first = self.chunks.get(self.gone.0)?;
        Some(first.at.later(MAX_HELD_TIME))
    }

    pub(super) const fn is_too_long(&self) -> bool {
        self.bytes > MAX_HELD_BYTES
    }

    /// How many bytes have come.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes as u64
    }

    /// In how many pieces.
    pub(super) const fn pieces(&self) -> u64 {
        self.chunks.len() as u64
    }

    /// What has come by now is not held any more.
    pub(super) fn let_go(&mut self) -> Bytes {
        let released: Vec<_> = self.chunks.iter().skip(self.gone.0).map(|it| &it.bytes).collect();
        self.gone = (self.chunks.len(), self.bytes);
        match &released[..] {
            [only] => Bytes::clone(only),
            several => several.iter().flat_map(|bytes| bytes.iter().copied()).collect(),
        }
    }

    /// As it came.
    pub(super) fn into_steps(self) -> impl Iterator<Item = Step> {
        self.chunks.into_iter().skip(self.gone.0).map(|chunk| Step::Send(chunk.bytes))
    }

    /// What these make of it, in this order.
    pub(super) fn edit<'a>(
        &self,
        whole: Whole,
        voice: Voice,
        link: &Link,
        (asked, about): (&Asked, &About),
        hits: impl Iterator<Item = &'a Fault>,
    ) -> Edited {
        let exchange = self.exchange(asked, voice);
        let connection = self.connection(whole, link.tls);
        let mut script = compile(&exchange, &connection, whole == Whole::ByEnd);
        if whole != Whole::ByEnd {
            // To one who sees no more than this, the conversation may seem to break off: what follows, or the end of the request.
            script.steps.pop_if(|step| *step == Step::Close);
        }
        let mut outcomes = Vec::new();
        for fault in hits {
            let random = fault.random(asked.number(), about.attempt, link.faults.set().seed());
            let scene = Scene::new(&exchange, script.clone(), link.tls, random, &NoExchanges);
            let applied = fault.apply(scene);
            outcomes.push(applied.map(|edited| script = edited));
        }
        Edited { steps: without_first(self.gone.1, without_waits(script)), outcomes }
    }

    fn exchange(&self, asked: &Asked, voice: Voice) -> Exchange {
        let protocol = match voice {
            Voice::Bytes => Protocol::Http1,
            Voice::Frames { .. } => Protocol::Http2,
        };
        let mut chunks = [asked.chunks(), &self.chunks].concat();
        chunks.sort_by_key(|chunk| chunk.at);
        Exchange { connection: ConnectionId(0), protocol, chunks }
    }

    fn connection(&self, whole: Whole, tls: bool) -> Connection {
        let closed = Close { at: self.last(), by: Side::Server, how: How::Fin };
        Connection {
            tls: tls.then(|| Box::new(Tls::default())),
            closes: (whole == Whole::ByEnd).then_some(closed).into_iter().collect(),
            ..Connection::opened_at(self.begun)
        }
    }

    fn last(&self) -> Timestamp {
        self.chunks.last().map_or(self.begun, |chunk| chunk.at)
    }
}

/// The server's own time has passed already.
fn without_waits(script: Script) -> impl Iterator<Item = Step> {
    script.steps.into_iter().filter(|step| !matches!(step, Step::Wait(_)))
}

/// The client has so many bytes already. The time that is to pass among them still does.
fn without_first(bytes: usize, steps: impl Iterator<Item = Step>) -> Vec<Step> {
    let mut gone = bytes;
    let rest = steps.filter_map(|step| match step {
        Step::Send(bytes) => {
            let had = gone.min(bytes.len());
            gone -= had;
            (had < bytes.len()).then(|| Step::Send(bytes.slice(had..)))
        }
        step => Some(step),
    });
    rest.collect()
}
