//! What a capture file holds, into a journal.

use std::collections::{HashMap, VecDeque};

use cassettes::format::Journal;

use super::report::StreamReport;
use super::stream::{Beginning, Ended, Stream, World};
use super::{ImportPlan, ImportSummary};
use crate::capture::{Captured, Packet};
use crate::decrypt::Secrets;
use crate::packet::{self, Unwrapper};
use crate::tcp::{Ending, Reassembler, StreamId, StreamTally, TcpEvent};

/// Turns what a capture file holds into exchanges, as it comes, in bounded memory. Never fails: what is missing or not
/// understood is counted, and kept as far as it is there.
#[derive(Debug)]
pub struct Importer {
    world: World,
    unwrapper: Unwrapper,
    reassembler: Reassembler,
    /// Those that are open, and meant.
    streams: HashMap<StreamId, Box<Stream>>,
    reports: VecDeque<StreamReport>,
    summary: ImportSummary,
    /// How much memory the streams take for what is not written yet.
    buffered: usize,
    finishing: bool,
}

/// Most bytes of all connections that wait to be written as whole exchanges. Past it, what there is is written on: a busy
/// server has ten thousand answers under way.
const MAX_BUFFERED_BYTES: usize = 32 * 1024 * 1024;

/// Events handled by one call of [`Importer::finish`]: what comes of them waits for the writer.
const EVENTS_AT_ONCE: usize = 1024;

impl Importer {
    /// Looks what there is, and writes nothing, as long as it has no journal.
    pub fn new(plan: ImportPlan, secrets: Secrets) -> Self {
        Self {
            unwrapper: Unwrapper::new(packet::Options { outer: plan.outer }),
            reassembler: Reassembler::new(plan.limits, plan.servers.clone()),
            world: World { plan, journal: None, secrets, start: None },
            streams: HashMap::new(),
            reports: VecDeque::new(),
            summary: ImportSummary::default(),
            buffered: 0,
            finishing: false,
        }
    }

    /// Writes into this journal, from the next connection on. Times count from the capture's first packet: the header should
    /// say when that was.
    pub fn write_to(&mut self, journal: Journal) {
        self.world.journal = Some(journal);
    }

    /// Takes the next thing of the file.
    pub fn receive(&mut self, captured: Captured) {
        match captured {
            Captured::Packet(packet) => self.receive_packet(packet),
            Captured::Secrets(key_log) => {
                self.summary.add_secrets(self.world.secrets.add_key_log(&key_log));
            }
            Captured::Cut(cut) => self.summary.cut = Some(cut),
            Captured::Skipped(skipped) => {
                *self.summary.passed_over.entry(skipped.problem).or_default() += 1;
            }
            Captured::Name(_) | Captured::Comment(_) => {}
        }
    }

    /// The rest of the file cannot be read.
    pub fn damaged(&mut self, why: String) {
        self.summary.damage = Some(why);
    }

    /// The file has no more. Ends what is open, some at a time: call it again until it says that all is.
    pub fn finish(&mut self) -> bool {
        if !self.finishing {
            self.finishing = true;
            self.world.secrets.complete();
            self.unwrapper.finish();
            self.reassembler.finish();
        }
        for _ in 0..EVENTS_AT_ONCE {
            let Some(event) = self.reassembler.poll() else {
                self.summary.skipped = self.unwrapper.tally().clone();
                self.summary.reassembly = *self.reassembler.tally();
                return true;
            };
            self.handle(event);
        }
        false
    }

    /// What was found on a stream that has ended, if the plan wants reports.
    pub fn poll_report(&mut self) -> Option<StreamReport> {
        self.reports.pop_front()
    }

    /// What came of it so far.
    pub const fn summary(&self) -> &ImportSummary {
        &self.summary
    }

    fn receive_packet(&mut self, packet: Packet) {
        self.summary.count_packet(packet.at);
        self.world.start = self.summary.first;
        if let Some(segment) = self.unwrapper.receive(packet) {
            self.reassembler.receive(segment);
            self.follow();
        }
    }

    fn follow(&mut self) {
        while let Some(event) = self.reassembler.poll() {
            self.handle(event);
        }
    }

    fn handle(&mut self, event: TcpEvent) {
        match event {
            TcpEvent::Opened { stream, at, client, server, start } => {
                self.open(Beginning { stream: stream.0, client, server, opened: at, start });
            }
            TcpEvent::Data { stream, direction, at, bytes } => {
                self.with(stream, |stream, world| stream.receive(direction, at, bytes, world));
            }
            TcpEvent::Gap { stream, direction, at, offset, length } => {
                let gap = (offset, length);
                self.with(stream, |stream, world| stream.lose(direction, at, gap, world));
            }
            TcpEvent::Closed { stream, at, by, how } => {
                self.with(stream, |stream, _| stream.close(at, by, how));
            }
            TcpEvent::Ended { stream, ending, tally } => self.end(stream, ending, &tally),
            TcpEvent::Contested { .. } => {}
        }
        if self.buffered > MAX_BUFFERED_BYTES {
            self.streams.values_mut().for_each(|stream| stream.flush(&self.world));
            self.buffered = self.streams.values().map(|stream| stream.buffered()).sum();
        }
    }

    fn open(&mut self, beginning: Beginning) {
        let opened = Stream::open(beginning, &self.world);
        match opened {
            Some(stream) => drop(self.streams.insert(StreamId(beginning.stream), stream)),
            None => self.summary.filtered += 1,
        }
    }

    /// Lets a stream that is meant do something, and takes note of what it holds.
    fn with(&mut self, id: StreamId, act: impl FnOnce(&mut Stream, &mut World)) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        let before = stream.buffered();
        act(stream, &mut self.world);
        self.buffered = (self.buffered + stream.buffered()).saturating_sub(before);
    }

    fn end(&mut self, id: StreamId, ending: Ending, tally: &StreamTally) {
        let Some(stream) = self.streams.remove(&id) else { return };
        self.buffered = self.buffered.saturating_sub(stream.buffered());
        let ended = stream.end(ending, tally, &mut self.world);
        self.conclude(ended, tally);
    }

    fn conclude(&mut self, ended: Option<Ended>, tally: &StreamTally) {
        let Some(ended) = ended else {
            self.summary.filtered += 1;
            return;
        };
        self.summary.add(&ended, tally);
        self.reports.extend(ended.report);
    }
}
