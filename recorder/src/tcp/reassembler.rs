//! All connections of a capture.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::net::SocketAddr;

use super::flow::Flow;
use super::recent::Ledger;
use super::report::Output;
use super::stream::{Past, Stream};
use super::table::{Slot, Stage, Table};
use super::{Ending, Limits, Start, StreamId, Tally, TcpEvent};
use crate::packet::Segment;

/// Segments of many connections into the bytes of each.
///
/// Feed it a segment, then poll until it has no more to tell; what one segment makes it tell is bounded by its [`Limits`].
#[derive(Debug)]
pub struct Reassembler {
    limits: Limits,
    /// Endpoints known to be servers.
    servers: HashSet<SocketAddr>,
    table: Table<Entry>,
    output: Output,
    holders: Holders,
    next_id: u32,
    is_finishing: bool,
    tally: Tally,
}

/// A connection, or what is left of it.
#[derive(Debug)]
enum Entry {
    Live(Box<Stream>),
    Gone(Past),
}

impl Reassembler {
    /// One for a capture. `servers` are the endpoints taken for servers where no handshake tells.
    pub fn new(limits: Limits, servers: Vec<SocketAddr>) -> Self {
        let output = Output { events: VecDeque::new(), ledger: Ledger::new(limits.compared) };
        Self {
            limits,
            servers: servers.into_iter().collect(),
            table: Table::new(),
            output,
            holders: Holders::default(),
            next_id: 0,
            is_finishing: false,
            tally: Tally::default(),
        }
    }

    /// Takes in the next segment of the capture.
    pub fn receive(&mut self, segment: Segment) {
        let slot = self.slot_of(&segment);
        let Some(Entry::Live(stream)) = self.table.get_mut(slot) else {
            return self.drop_straggler(slot, &segment);
        };
        let before = stream.charge();
        stream.receive(segment, &self.servers, &mut self.output);
        stream.relieve(self.limits.held_per_stream, &mut self.output);
        let (after, stage) = (stream.charge(), stage(stream));
        self.table.touch(slot, stage);
        self.holders.change(slot, before, after);
        self.bound();
    }

    /// Says that there are no more segments. What is left is told by and by, as it is polled.
    pub fn finish(&mut self) {
        self.is_finishing = true;
    }

    /// The next event; none: feed it more.
    pub fn poll(&mut self) -> Option<TcpEvent> {
        if self.output.events.is_empty() && self.is_finishing {
            self.end_next();
        }
        self.output.events.pop_front()
    }

    /// What was seen, and what was lost, of the connections that have ended.
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    fn slot_of(&mut self, segment: &Segment) -> Slot {
        let flow = Flow::of(segment);
        let Some(slot) = self.table.find(&flow) else { return self.begin(flow, segment) };
        match self.table.get(slot) {
            Some(Entry::Live(stream)) if stream.is_other(segment) => {
                self.end(slot, Ending::Replaced);
            }
            Some(Entry::Gone(past)) if past.is_other(segment) => {}
            _ => return slot,
        }
        self.table.remove(slot);
        self.begin(flow, segment)
    }

    fn begin(&mut self, flow: Flow, first: &Segment) -> Slot {
        let id = StreamId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        self.tally.streams += 1;
        self.table.insert(flow, |slot| Entry::Live(Box::new(Stream::new(id, slot, first))))
    }

    fn drop_straggler(&mut self, slot: Slot, segment: &Segment) {
        self.tally.stragglers += 1;
        self.tally.straggling_bytes += segment.payload.len() as u64;
        self.table.touch(slot, Stage::Gone);
    }

    /// Ends what is over the limits.
    fn bound(&mut self) {
        self.relieve();
        while self.table.len(Stage::Fresh) + self.table.len(Stage::Talking) > self.limits.streams {
            self.evict();
        }
        while self.table.len(Stage::Closing) > self.limits.closing {
            self.end_closed();
        }
        while self.table.len(Stage::Gone) > self.limits.remembered {
            self.table.oldest(Stage::Gone).and_then(|slot| self.table.remove(slot));
        }
        while let Some(owner) = self.output.ledger.pop() {
            if let Some(Entry::Live(stream)) = self.table.get_mut(owner.slot)
                && stream.id == owner.stream
            {
                stream.forget_oldest(owner.direction);
            }
        }
    }

    /// Makes those give up that have held bytes for longest.
    fn relieve(&mut self) {
        while self.holders.total > self.limits.held
            && let Some(slot) = self.holders.longest()
        {
            let Some(Entry::Live(stream)) = self.table.get_mut(slot) else { return };
            let before = stream.charge();
            stream.relieve(0, &mut self.output);
            self.holders.change(slot, before, 0);
        }
    }

    /// Ends the one that was idle for longest. Those that never said anything must not crowd out the others: more than
    /// half of the places are not for them.
    fn evict(&mut self) {
        let crowd = self.table.len(Stage::Fresh) > self.limits.streams / 2;
        let stage = if crowd { Stage::Fresh } else { Stage::Talking };
        if let Some(slot) = self.table.oldest(stage) {
            self.end(slot, Ending::Evicted);
            self.table.remove(slot);
        }
    }

    fn end_closed(&mut self) {
        if let Some(slot) = self.table.oldest(Stage::Closing) {
            self.end(slot, Ending::Closed);
            self.table.touch(slot, Stage::Gone);
        }
    }

    /// Ends one of those that are left at the end of the capture.
    fn end_next(&mut self) {
        for stage in [Stage::Closing, Stage::Talking, Stage::Fresh] {
            if let Some(slot) = self.table.oldest(stage) {
                let ending =
                    if stage == Stage::Closing { Ending::Closed } else { Ending::CaptureEnd };
                self.end(slot, ending);
                self.table.remove(slot);
                return;
            }
        }
    }

    /// Tells all that is left of a connection, and keeps no more than its past.
    fn end(&mut self, slot: Slot, ending: Ending) {
        let Some(entry) = self.table.get_mut(slot) else { return };
        let Entry::Live(stream) = entry else { return };
        self.holders.change(slot, stream.charge(), 0);
        let tally = stream.end(&mut self.output);
        self.tally.ended += tally.both();
        self.tally.from_middle += u64::from(stream.start() == Start::Middle);
        self.tally.evicted += u64::from(ending == Ending::Evicted);
        self.output.events.push_back(TcpEvent::Ended { stream: stream.id, ending, tally });
        *entry = Entry::Gone(stream.past());
    }
}

fn stage(stream: &Stream) -> Stage {
    match (stream.is_closed(), stream.has_talked()) {
        (true, _) => Stage::Closing,
        (false, true) => Stage::Talking,
        (false, false) => Stage::Fresh,
    }
}

/// The connections that hold bytes back, by how long they have done so.
#[derive(Debug, Default)]
struct Holders {
    total: usize,
    by_age: BTreeMap<u64, Slot>,
    ages: BTreeMap<Slot, u64>,
    next: u64,
}

impl Holders {
    /// Says how much memory the connection at `slot` holds now.
    fn change(&mut self, slot: Slot, before: usize, after: usize) {
        self.total = self.total + after - before;
        if before == 0 && after > 0 {
            self.by_age.insert(self.next, slot);
            self.ages.insert(slot, self.next);
            self.next += 1;
        } else if before > 0 && after == 0 {
            let age = self.ages.remove(&slot);
            age.and_then(|age| self.by_age.remove(&age));
        }
    }

    /// The one that has held bytes for longest.
    fn longest(&self) -> Option<Slot> {
        self.by_age.first_key_value().map(|(_, slot)| *slot)
    }
}
