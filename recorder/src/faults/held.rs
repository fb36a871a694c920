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
    since: Timestamp,
    chunks: Vec<Chunk>,
    bytes: usize,
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
}

/// What faults made of it.
pub(super) struct Edited {
    pub(super) steps: Vec<Step>,
    /// Of each fault: whether it was applied.
    pub(super) outcomes: Vec<Result<(), Misfit>>,
}

impl Held {
    pub(super) const fn new(since: Timestamp) -> Self {
        Self { since, chunks: Vec::new(), bytes: 0 }
    }

    pub(super) fn push(&mut self, bytes: Bytes, at: Timestamp) {
        if !bytes.is_empty() {
            self.bytes += bytes.len();
            self.chunks.push(Chunk { direction: Direction::ToClient, at, bytes });
        }
    }

    /// Until when it may be held.
    pub(super) fn deadline(&self) -> Timestamp {
        self.since.later(MAX_HELD_TIME)
    }

    pub(super) const fn is_too_long(&self) -> bool {
        self.bytes > MAX_HELD_BYTES
    }

    /// As it came.
    pub(super) fn into_steps(self) -> impl Iterator<Item = Step> {
        self.chunks.into_iter().map(|chunk| Step::Send(chunk.bytes))
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
        if whole == Whole::Switched {
            // To one who sees no more than this, the conversation seems to break off.
            script.steps.pop_if(|step| *step == Step::Close);
        }
        let mut outcomes = Vec::new();
        for fault in hits {
            let random = fault.random(asked.number(), about.attempt, link.faults.set().seed());
            let scene = Scene::new(&exchange, script.clone(), link.tls, random, &NoExchanges);
            let applied = fault.apply(scene);
            outcomes.push(applied.map(|edited| script = edited));
        }
        Edited { steps: without_waits(script), outcomes }
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
            ..Connection::opened_at(self.since)
        }
    }

    fn last(&self) -> Timestamp {
        self.chunks.last().map_or(self.since, |chunk| chunk.at)
    }
}

/// The server's own time has passed already.
fn without_waits(script: Script) -> Vec<Step> {
    script.steps.into_iter().filter(|step| !matches!(step, Step::Wait(_))).collect()
}
