//! One connection: who is who in it, its two directions, and in which order they are told.

use std::collections::HashSet;
use std::net::SocketAddr;

use cassettes::model::{Direction, Side};

use super::half::{Arrival, Half};
use super::recent::Owner;
use super::report::{Output, Report};
use super::role;
use super::table::Slot;
use super::waiting::Waiting;
use super::{Start, StreamId, StreamTally, TcpEvent};
use crate::capture::UnixNanos;
use crate::packet::Segment;

/// A connection that has not ended.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) id: StreamId,
    slot: Slot,
    /// The sender of the first packet, until it is known who is who.
    client: SocketAddr,
    server: SocketAddr,
    /// When its first packet came.
    opened: UnixNanos,
    /// Where its capture begins, once it is known who is who. Nothing is told before.
    start: Option<Start>,
    to_server: Half,
    to_client: Half,
    waiting: Waiting,
    /// When its last event was.
    told: UnixNanos,
}

/// What is kept of a connection that has ended, to know its stragglers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past {
    client: SocketAddr,
    client_initial: Option<u32>,
    server_initial: Option<u32>,
}

impl Stream {
    pub(super) fn new(id: StreamId, slot: Slot, first: &Segment) -> Self {
        Self {
            id,
            slot,
            client: first.source,
            server: first.destination,
            opened: first.at,
            start: None,
            to_server: Half::default(),
            to_client: Half::default(),
            waiting: Waiting::default(),
            told: first.at,
        }
    }

    /// Takes in one of its segments.
    pub(super) fn receive(
        &mut self,
        segment: Segment,
        servers: &HashSet<SocketAddr>,
        output: &mut Output,
    ) {
        self.waiting.tick();
        let arrival = Arrival { segment, is_copy: false };
        if self.must_wait(&arrival.segment, servers, output) {
            self.waiting.push(arrival);
        } else {
            self.process(arrival, output);
        }
        self.go_on(output);
    }

    /// Whether this segment opens another connection between the same endpoints.
    pub(super) fn is_other(&self, segment: &Segment) -> bool {
        let is_opening = segment.flags.syn() && !segment.flags.ack();
        is_opening && self.half(self.direction(segment)).is_other(segment.seq)
    }

    /// Whether only stragglers are expected.
    pub(super) const fn is_closed(&self) -> bool {
        let (up, down) = (&self.to_server, &self.to_client);
        up.is_reset() || down.is_reset() || (up.is_finished() && down.is_finished())
    }

    /// Whether any side has said something.
    pub(super) const fn has_talked(&self) -> bool {
        self.to_server.has_told() || self.to_client.has_told()
    }

    /// Where its capture begins, as far as is known.
    pub(super) fn start(&self) -> Start {
        self.start.unwrap_or(Start::Middle)
    }

    /// How much memory is taken by what waits.
    pub(super) const fn charge(&self) -> usize {
        self.to_server.charge() + self.to_client.charge() + self.waiting.charge()
    }

    /// Gives up missing bytes until what waits takes no more than `limit`.
    pub(super) fn relieve(&mut self, limit: usize, output: &mut Output) {
        if self.charge() > limit {
            self.stop_waiting(output);
        }
        while self.charge() > limit {
            let is_up = self.to_server.charge() > self.to_client.charge();
            let direction = if is_up { Direction::ToServer } else { Direction::ToClient };
            let (half, mut report) = self.parts(direction, output);
            half.give_up(&mut report);
        }
    }

    /// Tells all that is left.
    pub(super) fn end(&mut self, output: &mut Output) -> StreamTally {
        self.stop_waiting(output);
        self.open(Side::Client, Start::Middle, output);
        for direction in [Direction::ToServer, Direction::ToClient] {
            let (half, mut report) = self.parts(direction, output);
            half.end(&mut report);
        }
        StreamTally { to_server: *self.to_server.tally(), to_client: *self.to_client.tally() }
    }

    /// Forgets the oldest bytes that repeated ones are compared with.
    pub(super) fn forget_oldest(&mut self, direction: Direction) {
        match direction {
            Direction::ToServer => self.to_server.forget_oldest(),
            Direction::ToClient => self.to_client.forget_oldest(),
        }
    }

    /// What is to be kept of it.
    pub(super) const fn past(&self) -> Past {
        let (client_initial, server_initial) = (self.to_server.initial(), self.to_client.initial());
        Past { client: self.client, client_initial, server_initial }
    }

    /// A segment waits as long as nobody knows which way it goes, as what it acknowledges was not seen, and a reset as
    /// long as anything does.
    fn must_wait(
        &mut self,
        segment: &Segment,
        servers: &HashSet<SocketAddr>,
        output: &mut Output,
    ) -> bool {
        self.settle(segment, servers, output);
        let is_last = segment.flags.rst() && !self.waiting.is_empty();
        self.start.is_none() || is_last || self.lacks_cause(segment)
    }

    fn lacks_cause(&self, segment: &Segment) -> bool {
        let says = segment.flags.ack() && !segment.flags.rst();
        says && self.half(self.direction(segment).reverse()).lacks(segment.ack)
    }

    /// Finds out who is who, if `segment` tells.
    fn settle(&mut self, segment: &Segment, servers: &HashSet<SocketAddr>, output: &mut Output) {
        if self.start.is_none()
            && let Some(sender) = role::sender(segment, servers)
        {
            let is_first = segment.source == self.client;
            let first =
                if is_first == (sender == Side::Client) { Side::Client } else { Side::Server };
            let start = if segment.flags.syn() { Start::Handshake } else { Start::Middle };
            self.open(first, start, output);
        }
    }

    /// Tells of the connection, whose first packet `first` sent.
    fn open(&mut self, first: Side, start: Start, output: &mut Output) {
        if self.start.is_some() {
            return;
        }
        self.start = Some(start);
        if first == Side::Server {
            std::mem::swap(&mut self.client, &mut self.server);
        }
        let (stream, at, client, server) = (self.id, self.opened, self.client, self.server);
        output.events.push_back(TcpEvent::Opened { stream, at, client, server, start });
    }

    /// Processes waiting segments, as far as they need not wait any more.
    fn go_on(&mut self, output: &mut Output) {
        if self.waiting.is_over() {
            self.stop_waiting(output);
        }
        while self.start.is_some()
            && self.waiting.first().is_some_and(|first| !self.lacks_cause(first))
            && let Some(arrival) = self.waiting.pop()
        {
            self.process(arrival, output);
        }
    }

    fn stop_waiting(&mut self, output: &mut Output) {
        while let Some(arrival) = self.waiting.pop() {
            self.open(Side::Client, Start::Middle, output);
            self.process(arrival, output);
        }
    }

    /// First what the other side is known to have by it, then what it brings.
    fn process(&mut self, arrival: Arrival, output: &mut Output) {
        let direction = self.direction(&arrival.segment);
        if arrival.segment.flags.ack() && !arrival.segment.flags.rst() {
            let (half, mut report) = self.parts(direction.reverse(), output);
            half.acknowledge(arrival.segment.ack, &mut report);
        }
        let (half, mut report) = self.parts(direction, output);
        half.receive(arrival, &mut report);
    }

    /// Which way a segment goes, if it is known who is the client.
    fn direction(&self, segment: &Segment) -> Direction {
        if segment.source == self.client { Direction::ToServer } else { Direction::ToClient }
    }

    const fn half(&self, direction: Direction) -> &Half {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    fn parts<'a>(
        &'a mut self,
        direction: Direction,
        output: &'a mut Output,
    ) -> (&'a mut Half, Report<'a>) {
        let half = match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        };
        let owner = Owner { slot: self.slot, stream: self.id, direction };
        (half, Report { owner, told: &mut self.told, output })
    }
}

impl Past {
    /// Whether this segment opens another connection between the same endpoints.
    pub(super) fn is_other(&self, segment: &Segment) -> bool {
        let is_client = segment.source == self.client;
        let initial = if is_client { self.client_initial } else { self.server_initial };
        segment.flags.syn()
            && !segment.flags.ack()
            && initial.is_none_or(|initial| initial != segment.seq)
    }
}
