//! One stream of a capture, from its first packet to its last.
//!
//! - `layers`: what its bytes are: a tunnel through a proxy, TLS, and what is spoken inside
//! - `facts`: what the cassette is told of it besides its bytes

mod facts;
mod layers;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use bytes::Bytes;
use cassettes::format::Journal;
use cassettes::model::{Close, Direction, How, Side, Timestamp, Way};

use super::both::Both;
use super::digest::Digest;
use super::ends::Ends;
use super::filter::{Known, Spoken};
use super::piece::Piece;
use super::report::{MAX_GAPS, Secrecy, StreamReport};
use super::track::{Counts, Sink};
use super::{ImportPlan, Speech};
use crate::Upstream;
use crate::capture::UnixNanos;
use crate::decrypt::Secrets;
use crate::tcp::{Ending, Start, StreamTally};
use layers::{Phase, Veil};

/// What all streams of an import share.
#[derive(Debug)]
pub(super) struct World {
    pub(super) plan: ImportPlan,
    /// None: nothing is to be written.
    pub(super) journal: Option<Journal>,
    pub(super) secrets: Secrets,
    /// When the capture's first packet came whose time is known.
    pub(super) start: Option<UnixNanos>,
}

/// What is known of a stream by its first packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beginning {
    pub(super) stream: u32,
    pub(super) client: SocketAddr,
    pub(super) server: SocketAddr,
    pub(super) opened: UnixNanos,
    pub(super) start: Start,
}

/// One stream, while it is read.
#[derive(Debug)]
pub(super) struct Stream {
    beginning: Beginning,
    /// When the capture's first packet came.
    start: UnixNanos,
    /// How the client was led on by a proxy.
    tunnel: Option<(Way, Upstream)>,
    veil: Option<Box<Veil>>,
    phase: Phase,
    sink: Sink,
    ends: Ends,
    /// Ends of TCP that came before it was settled how TLS goes.
    early_ends: Vec<Close>,
    /// As [`DirectionReport::gaps`](super::DirectionReport::gaps), if reports are wanted.
    gaps: Option<Box<Both<Gaps>>>,
    digests: Option<Box<Both<Digest>>>,
    /// The filter does not mean it.
    refused: bool,
    /// Nothing more will come.
    is_over: bool,
}

/// Where bytes of one direction are missing: how many came before, and how many are.
type Gaps = Vec<(u64, u64)>;

/// What came of a stream.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) speech: Option<Speech>,
    pub(super) secrecy: Secrecy,
    pub(super) counts: Counts,
    /// It was led on by a proxy.
    pub(super) tunnelled: bool,
    /// Data that a server refused to read was left out.
    pub(super) refused_early_data: bool,
    /// If they are wanted.
    pub(super) report: Option<StreamReport>,
}

impl Stream {
    /// Begins one; `None`: it is not what the filter means.
    pub(super) fn open(beginning: Beginning, world: &World) -> Option<Box<Self>> {
        let mut stream = Box::new(Self {
            start: world.start.unwrap_or(UnixNanos::UNKNOWN),
            tunnel: None,
            veil: None,
            phase: Phase::default(),
            sink: Sink::default(),
            ends: Ends::default(),
            early_ends: Vec::new(),
            gaps: world.plan.reports.then(Box::default),
            digests: world.plan.digests.then(Box::default),
            refused: false,
            is_over: false,
            beginning,
        });
        match stream.judge(world, None) {
            Some(false) => return None,
            Some(true) => stream.sink.admit(world.journal.as_ref(), stream.facts()),
            None => {}
        }
        Some(stream)
    }

    /// Takes the next bytes of one direction.
    pub(super) fn receive(
        &mut self,
        direction: Direction,
        at: UnixNanos,
        bytes: Bytes,
        world: &mut World,
    ) {
        if self.refused {
            return;
        }
        if let Some(digests) = &mut self.digests {
            digests.of_mut(direction).update(&bytes);
        }
        self.take(Piece::bytes(direction, at, bytes), &mut world.secrets);
        self.settle(world);
    }

    /// So many bytes of one direction are missing, after so many.
    pub(super) fn lose(
        &mut self,
        direction: Direction,
        at: UnixNanos,
        (offset, length): (u64, u64),
        world: &mut World,
    ) {
        if self.refused {
            return;
        }
        if let Some(gaps) = &mut self.gaps {
            let gaps = gaps.of_mut(direction);
            if gaps.len() < MAX_GAPS {
                gaps.push((offset, length));
            }
        }
        self.take(Piece::lost(direction, at, length), &mut world.secrets);
        self.settle(world);
    }

    /// One side ended the connection.
    pub(super) fn close(&mut self, at: UnixNanos, by: Side, how: How) {
        let close = Close { at: self.moment(at), by, how };
        if self.veil.as_ref().is_some_and(|veil| !veil.is_settled()) {
            self.early_ends.push(close);
        } else {
            self.end_side(&close);
        }
    }

    /// How much memory is taken by what is not written yet.
    pub(super) const fn buffered(&self) -> usize {
        self.sink.buffered()
    }

    /// Writes on what can be written. What waits to be introduced does not wait any longer.
    pub(super) fn flush(&mut self, world: &World) {
        if let Phase::Speaking(track) = &mut self.phase
            && self.sink.is_waiting()
        {
            track.introduce_now();
            self.settle(world);
        }
        self.sink.flush();
    }

    /// Nothing more is to be told of it. `None`: it is not what the filter means.
    pub(super) fn end(
        mut self: Box<Self>,
        ending: Ending,
        tally: &StreamTally,
        world: &mut World,
    ) -> Option<Ended> {
        if !self.refused {
            self.finish(&mut world.secrets);
            self.is_over = true;
            self.settle(world);
        }
        if self.refused {
            return None;
        }
        let report = world.plan.reports.then(|| self.report(ending, tally));
        let ended = Ended {
            speech: self.speech(),
            secrecy: self.secrecy(),
            counts: self.counts(),
            tunnelled: self.tunnel.is_some(),
            refused_early_data: self.veil.as_ref().is_some_and(|veil| veil.refused),
            report,
        };
        let facts = self.facts();
        self.sink.end(facts, self.ends.into_closes());
        Some(ended)
    }

    /// Asks the filter, if it did not know and may know now.
    fn settle(&mut self, world: &World) {
        if !self.sink.is_waiting() {
            return;
        }
        let Some(spoken) = self.spoken() else { return };
        if self.judge(world, Some(spoken)) == Some(false) {
            self.refuse();
        } else {
            let facts = self.facts();
            self.sink.admit(world.journal.as_ref(), facts);
        }
    }

    fn judge(&self, world: &World, spoken: Option<Spoken<'_>>) -> Option<bool> {
        let Some(filter) = &world.plan.filter else { return Some(true) };
        filter.judge(&Known {
            stream: self.beginning.stream,
            client: self.beginning.client,
            server: self.beginning.server,
            opened: self.beginning.opened,
            start: self.start,
            spoken,
        })
    }

    /// Keeps nothing of it but that it is there.
    fn refuse(&mut self) {
        self.refused = true;
        self.sink.refuse();
        self.phase = Phase::default();
        (self.veil, self.digests) = (None, None);
    }

    fn moment(&self, at: UnixNanos) -> Timestamp {
        Timestamp::from_nanos(at.since(self.start))
    }
}
