//! Proving a file sound: every checksum, every invariant, and that its parts agree.

use std::collections::HashSet;

use super::damage::Damage;
use super::entry::{ENTRY_BYTES, Entry};
use super::exchange::Assembled;
use super::frame::{Frame, Kind};
use super::index::{Footer, check_segment, read_segment_refs};
use super::number::{narrow, wide};
use super::reader::{ReadError, Reader};
use super::record::{direction, flags};
use super::scan::Tally;
use super::summary::{derive, flags_of};
use super::version::PREAMBLE_BYTES;
use crate::model::{ConnectionId, ExchangeSummary, Protocol};

/// Something wrong with a cassette.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("byte {offset}: {what}; {remedy}")]
pub struct Problem {
    /// In bytes from the file's start.
    pub offset: u64,
    /// What is there, and what was expected.
    pub what: String,
    /// What to do about it.
    pub remedy: &'static str,
}

const RESTORE: &str = "restore the file from a copy or record again";
const REWRITE: &str = "`retape convert` it to a new file, which gets a new index";
const SALVAGE: &str = "`retape convert` it to a new file, which holds what is sound";

impl Reader {
    /// Checks every checksum, every invariant, the index against what it leads to, summaries and
    /// keys against the bytes that they are derived from, and that no byte is left over. Nothing
    /// is reported twice; a damaged record hides what depends on it.
    pub fn verify(&self, problem: &mut dyn FnMut(Problem)) {
        let mut verifier = Verifier { reader: self, sink: problem, reported: HashSet::new() };
        verifier.recovery();
        if let Some(tally) = verifier.walk() {
            verifier.compare_entries(&tally);
            verifier.compare_connections(&tally);
        }
        verifier.read_connections();
        verifier.read_exchanges();
    }
}

struct Verifier<'a> {
    reader: &'a Reader,
    sink: &'a mut dyn FnMut(Problem),
    reported: HashSet<Problem>,
}

impl Verifier<'_> {
    /// What opening the file already found.
    fn recovery(&mut self) {
        let Some(recovery) = self.reader.recovery().cloned() else { return };
        let what = format!("the index cannot be used: {}", recovery.index.what);
        self.report(recovery.index.offset, what, SALVAGE);
        if let Some(Damage { offset, what }) = recovery.cause {
            let dropped = recovery.dropped_bytes;
            let what = format!("{what}; the {dropped} bytes from there on are not used");
            self.report(offset, what, SALVAGE);
        }
    }

    /// Goes through the journal, record by record; `None` if not all of it could be understood.
    fn walk(&mut self) -> Option<Tally> {
        let sound = self.reader.file().slice(..narrow(self.reader.sound_len()));
        let mut tally = Some(Tally::default());
        let mut offset = wide(PREAMBLE_BYTES);
        while offset < wide(sound.len()) {
            let frame = self.checked(Frame::head(&sound, offset))?;
            if self.checked(check_record(&frame, tally.as_mut())).is_none() {
                tally = None;
            }
            offset = frame.end();
        }
        let mut tally = tally?;
        self.checked(tally.interrupted(&sound))?;
        Some(tally)
    }

    /// The index against the exchanges in the journal.
    fn compare_entries(&mut self, tally: &Tally) {
        let mut found: Vec<_> = tally.entries.chunks(ENTRY_BYTES).filter_map(Entry::read).collect();
        found.sort_by_key(Entry::order);
        let listed = self.reader.index().entries();
        let mut listed =
            listed.map(|entry| Entry { last_on_connection: false, ..entry }).peekable();
        for entry in found {
            while let Some(stray) = listed.next_if(|listed| listed.order() < entry.order()) {
                self.stray(&stray);
            }
            match listed.next_if(|listed| listed.order() == entry.order()) {
                Some(listed) if listed == entry => {}
                Some(_) => self.index_differs(entry.offset),
                None => self.report(entry.offset, "the exchange is not in the index", REWRITE),
            }
        }
        listed.for_each(|entry| self.stray(&entry));
    }

    /// The index against the connections in the journal.
    fn compare_connections(&mut self, tally: &Tally) {
        let listed = self.reader.index().connections();
        for (found, listed) in tally.connections.iter().zip(listed) {
            if found != listed {
                self.index_differs(found.offset);
            }
        }
        if let Some(unlisted) = tally.connections.get(listed.len()) {
            self.report(unlisted.offset, "the connection is not in the index", REWRITE);
        }
        if let Some(stray) = listed.get(tally.connections.len()) {
            self.report(stray.offset, "the index names a connection that is not there", REWRITE);
        }
    }

    fn read_connections(&mut self) {
        for id in (0..).map(ConnectionId).take(self.reader.connections()) {
            if let Err(error) = self.reader.connection(id) {
                self.unreadable(error);
            }
        }
    }

    fn read_exchanges(&mut self) {
        for (n, entry) in self.reader.entries().enumerate() {
            match self.reader.assemble(n) {
                Ok(assembled) => self.compare_summary(&entry, &assembled),
                Err(error) => self.unreadable(error),
            }
        }
    }

    /// What is stored of an exchange against what its bytes say.
    fn compare_summary(&mut self, entry: &Entry, assembled: &Assembled) {
        let exchange = &assembled.exchange;
        let Ok(connection) = self.reader.connection(exchange.connection) else { return };
        let summary = derive(exchange, &connection);
        let mut say = |what: String| self.report(entry.offset, what, REWRITE);
        if entry.keys != summary.keys {
            let (stored, derived) = (entry.keys, summary.keys);
            say(format!(
                "the request and body keys are {:016x} {:016x}, the bytes give {:016x} {:016x}",
                stored.request, stored.body, derived.request, derived.body
            ));
        }
        // A raw exchange may be one that a parser gave up on at its first byte, or one that nobody
        // was asked to parse: its bytes do not tell which.
        let raw = exchange.protocol == Protocol::Raw;
        let untold = flags::INTERRUPTED | flags::STAGED | if raw { flags::DEGRADED } else { 0 };
        let (stored, derived) = (entry.flags & !untold, flags_of(&summary) & !untold);
        if stored != derived {
            say(format!("the flags are {stored:#04x}, the bytes give {derived:#04x}"));
        }
        if !raw && !same_place(assembled, &summary) {
            say("the place where parsing gave up is not the one that the bytes give".to_owned());
        }
    }

    fn stray(&mut self, entry: &Entry) {
        self.report(entry.offset, "the index leads here, where no exchange is", REWRITE);
    }

    fn index_differs(&mut self, offset: u64) {
        self.report(offset, "the index says of this what the journal does not", REWRITE);
    }

    fn unreadable(&mut self, error: ReadError) {
        match error {
            ReadError::Damaged(damage) => drop(self.checked::<()>(Err(damage))),
            other => self.report(0, other.to_string(), RESTORE),
        }
    }

    fn checked<T>(&mut self, result: Result<T, Damage>) -> Option<T> {
        result.map_err(|damage| self.report(damage.offset, damage.what.to_string(), RESTORE)).ok()
    }

    fn report(&mut self, offset: u64, what: impl Into<String>, remedy: &'static str) {
        let problem = Problem { offset, what: what.into(), remedy };
        if self.reported.insert(problem.clone()) {
            (self.sink)(problem);
        }
    }
}

/// One record by itself, and after those before it.
fn check_record(frame: &Frame<'_>, tally: Option<&mut Tally>) -> Result<(), Damage> {
    frame.check_body()?;
    match frame.kind() {
        Some(Kind::Header) if frame.offset == wide(PREAMBLE_BYTES) => frame.check_shape(),
        Some(Kind::ExchangeSegment | Kind::ConnectionSegment) => check_segment(frame, None),
        Some(Kind::Index) => read_segment_refs(frame).map(drop),
        Some(Kind::Footer) => Footer::parse(frame).map(drop),
        _ => tally.map_or(Ok(()), |tally| tally.take(frame)),
    }
}

/// The stored place at which a parser gave up is the derived one.
fn same_place(assembled: &Assembled, summary: &ExchangeSummary) -> bool {
    let stored = assembled.degraded.as_ref();
    let stored = stored.map(|stored| (direction(stored.direction).ok(), stored.offset));
    stored == summary.degraded.map(|derived| (Some(derived.direction), derived.offset))
}
