//! One connection: who is who in it, its two directions, and in which order they are told.

use std::collections::HashSet;
use std::net::SocketAddr;

use cassettes::model::{Direction, Side};

use super::half::{Ahead, Arrival, Half};
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
    /// When its first packet came.
    opened: UnixNanos,
    first: End,
    second: End,
    /// Who connected, and where the capture begins, once that is known. Nothing is told before.
    roles: Option<(Party, Start)>,
    waiting: Waiting,
    /// When its last event was.
    told: UnixNanos,
}

/// One end of it, and what that sends.
#[derive(Debug)]
struct End {
    address: SocketAddr,
    sends: Half,
}

/// The ends by who sent the first packet: known before it is known who connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Party {
    First,
    Second,
}

/// What is kept of a connection that has ended, to know its stragglers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past {
    first: SocketAddr,
    first_initial: Option<u32>,
    second_initial: Option<u32>,
}

impl Stream {
    pub(super) fn new(id: StreamId, slot: Slot, first: &Segment) -> Self {
        Self {
            id,
            slot,
            opened: first.at,
            first: End { address: first.source, sends: Half::default() },
            second: End { address: first.destination, sends: Half::default() },
            roles: None,
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
        self.settle(&segment, servers, output);
        let arrival = self.locate(segment);
        if self.must_wait(&arrival, output) {
            self.waiting.push(arrival);
        } else {
            self.process(arrival, output);
        }
        self.go_on(output);
    }

    /// Whether this segment opens another connection between the same endpoints.
    pub(super) fn is_other(&self, segment: &Segment) -> bool {
        let is_opening = segment.flags.syn() && !segment.flags.ack();
        is_opening && self.end_of(self.sender(segment)).sends.is_other(segment.seq)
    }

    /// Whether only stragglers are expected.
    pub(super) const fn is_closed(&self) -> bool {
        let (one, other) = (&self.first.sends, &self.second.sends);
        one.is_reset() || other.is_reset() || (one.is_finished() && other.is_finished())
    }

    /// Whether any side has said something.
    pub(super) const fn has_talked(&self) -> bool {
        self.first.sends.has_told() || self.second.sends.has_told()
    }

    /// Where its capture begins, as far as is known.
    pub(super) fn start(&self) -> Start {
        self.roles.map_or(Start::Middle, |(_, start)| start)
    }

    /// How much memory is taken by what waits.
    pub(super) const fn charge(&self) -> usize {
        self.first.sends.charge() + self.second.sends.charge() + self.waiting.charge()
    }

    /// Gives up missing bytes until what waits takes no more than `limit`.
    pub(super) fn relieve(&mut self, limit: usize, output: &mut Output) {
        if self.charge() > limit {
            self.stop_waiting(output);
        }
        while self.charge() > limit {
            let is_first = self.first.sends.charge() > self.second.sends.charge();
            let party = if is_first { Party::First } else { Party::Second };
            let (half, mut report) = self.parts(party, output);
            half.give_up(&mut report);
        }
    }

    /// Tells all that is left.
    pub(super) fn end(&mut self, output: &mut Output) -> StreamTally {
        self.stop_waiting(output);
        self.open(Party::First, Start::Middle, output);
        for party in [self.client(), self.client().other()] {
            let (half, mut report) = self.parts(party, output);
            half.end(&mut report);
        }
        let tally = |party| *self.end_of(party).sends.tally();
        StreamTally { to_server: tally(self.client()), to_client: tally(self.client().other()) }
    }

    /// Forgets the oldest bytes that repeated ones are compared with.
    pub(super) fn forget_oldest(&mut self, direction: Direction) {
        let client = self.client();
        let sender = if direction == Direction::ToServer { client } else { client.other() };
        self.end_of_mut(sender).sends.forget_oldest();
    }

    /// What is to be kept of it.
    pub(super) const fn past(&self) -> Past {
        let (first_initial, second_initial) =
            (self.first.sends.initial(), self.second.sends.initial());
        Past { first: self.first.address, first_initial, second_initial }
    }

    /// Finds out who is who, if `segment` tells.
    fn settle(&mut self, segment: &Segment, servers: &HashSet<SocketAddr>, output: &mut Output) {
        if self.roles.is_none()
            && let Some(side) = role::sender(segment, servers)
        {
            let sender = self.sender(segment);
            let client = if side == Side::Client { sender } else { sender.other() };
            let start = if segment.flags.syn() { Start::Handshake } else { Start::Middle };
            self.open(client, start, output);
        }
    }

    /// Tells of the connection.
    fn open(&mut self, client: Party, start: Start, output: &mut Output) {
        if self.roles.is_none() {
            self.roles = Some((client, start));
            let (stream, at) = (self.id, self.opened);
            let server = self.end_of(client.other()).address;
            let client = self.end_of(client).address;
            output.events.push_back(TcpEvent::Opened { stream, at, client, server, start });
        }
    }

    /// Places a segment as soon as it comes: sequence numbers mean something only beside the latest ones.
    fn locate(&mut self, segment: Segment) -> Arrival {
        let sender = self.sender(&segment);
        let start = self.end_of_mut(sender).sends.locate(&segment);
        let says = segment.flags.ack() && !segment.flags.rst();
        let receives = &mut self.end_of_mut(sender.other()).sends;
        let acknowledged = if says { receives.locate_ack(segment.ack) } else { None };
        Arrival { segment, start, acknowledged, is_copy: false }
    }

    /// A segment waits as long as nobody knows which way it goes, or what it acknowledges was not seen; a reset as long as
    /// anything does. One that acknowledges what cannot come any more ends all waiting.
    fn must_wait(&mut self, arrival: &Arrival, output: &mut Output) -> bool {
        let ahead = self.ahead(arrival);
        if ahead == Ahead::TooFar {
            self.stop_waiting(output);
        }
        let is_last = arrival.segment.flags.rst() && !self.waiting.is_empty();
        self.roles.is_none() || is_last || ahead == Ahead::Some
    }

    fn ahead(&self, arrival: &Arrival) -> Ahead {
        let receives = &self.end_of(self.sender(&arrival.segment).other()).sends;
        arrival.acknowledged.map_or(Ahead::No, |offset| receives.ahead(offset))
    }

    /// Processes waiting segments, as far as they need not wait any more.
    fn go_on(&mut self, output: &mut Output) {
        if self.waiting.is_over() {
            self.stop_waiting(output);
        }
        while self.roles.is_some()
            && self.waiting.first().is_some_and(|first| self.ahead(first) == Ahead::No)
            && let Some(arrival) = self.waiting.pop()
        {
            self.process(arrival, output);
        }
    }

    fn stop_waiting(&mut self, output: &mut Output) {
        while let Some(arrival) = self.waiting.pop() {
            self.open(Party::First, Start::Middle, output);
            self.process(arrival, output);
        }
    }

    /// First what the other side is known to have by it, then what it brings.
    fn process(&mut self, arrival: Arrival, output: &mut Output) {
        let sender = self.sender(&arrival.segment);
        if let Some(offset) = arrival.acknowledged {
            let (half, mut report) = self.parts(sender.other(), output);
            half.acknowledge(offset, &mut report);
        }
        let (half, mut report) = self.parts(sender, output);
        half.receive(arrival, &mut report);
    }

    fn sender(&self, segment: &Segment) -> Party {
        if segment.source == self.first.address { Party::First } else { Party::Second }
    }

    /// Who connected, as far as is known.
    fn client(&self) -> Party {
        self.roles.map_or(Party::First, |(client, _)| client)
    }

    const fn end_of(&self, party: Party) -> &End {
        match party {
            Party::First => &self.first,
            Party::Second => &self.second,
        }
    }

    const fn end_of_mut(&mut self, party: Party) -> &mut End {
        match party {
            Party::First => &mut self.first,
            Party::Second => &mut self.second,
        }
    }

    /// What `sender` sends, and where that is told.
    fn parts<'a>(
        &'a mut self,
        sender: Party,
        output: &'a mut Output,
    ) -> (&'a mut Half, Report<'a>) {
        let is_client = sender == self.client();
        let direction = if is_client { Direction::ToServer } else { Direction::ToClient };
        let owner = Owner { slot: self.slot, stream: self.id, direction };
        let end = match sender {
            Party::First => &mut self.first,
            Party::Second => &mut self.second,
        };
        (&mut end.sends, Report { owner, told: &mut self.told, output })
    }
}

impl Party {
    const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl Past {
    /// Whether this segment opens another connection between the same endpoints.
    pub(super) fn is_other(&self, segment: &Segment) -> bool {
        let is_first = segment.source == self.first;
        let initial = if is_first { self.first_initial } else { self.second_initial };
        let is_opening = segment.flags.syn() && !segment.flags.ack();
        is_opening && initial.is_none_or(|initial| initial != segment.seq)
    }
}
