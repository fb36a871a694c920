//! The loaded cassettes, with the index that answers "which exchange is this request?".

mod claims;
mod cursors;
mod failures;
mod gaps;
mod index;
mod lines;
mod meant;
mod neighbours;
mod origins;
mod precedence;
mod staging;

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use cassettes::format::{Entry, ReadError, Reader};
use cassettes::model::{Connection, ConnectionId, Exchange, Protocol, RequestKeys};

use crate::verify::{Neighbours, Own};

pub(crate) use claims::Claims;
pub(crate) use failures::{Failures, Stop};
use gaps::Gaps;
pub(crate) use index::{Bucket, Found, Group, Index, Open};
pub(crate) use lines::{Line, Lines};
pub(crate) use meant::Meant;
pub(crate) use origins::{Named, Origin, Origins, recorded_head};
pub(crate) use precedence::Precedence;

/// A cassette, and what to call it in reports.
#[derive(Debug, Clone)]
pub struct NamedReader {
    /// Shown in reports: the file's name.
    pub name: String,
    /// Its content.
    pub reader: Reader,
}

/// Several cassettes played as one, in the order given. It does not change while it is played: many replays can share one.
#[derive(Debug)]
pub struct Deck {
    cassettes: Vec<Loaded>,
    len: u32,
    index: Index,
    origins: Origins,
    lines: Lines,
    /// Exchanges that no key finds, in recorded order: raw, or without a whole head.
    unkeyed: Vec<Slot>,
    /// Those of them that are all of a connection.
    raw_lines: Vec<Slot>,
    /// What the server said unasked, by the exchange before it on its connection.
    epilogues: HashMap<Slot, Slot>,
    /// Those of them that answer in HTTP/2 what was asked in HTTP/1.
    upgraded: HashSet<Slot>,
    /// What HTTP/2 connections said beside their streams, in recorded order.
    controls: Vec<Slot>,
    gaps: Gaps,
    /// For misses; made at the first one.
    neighbours: OnceLock<Neighbours>,
    /// Some exchanges are not played as their bytes and times say.
    staged: bool,
    /// Answers name their servers as these did, whatever the recorder told its clients.
    as_said: bool,
}

/// An exchange's place in a deck, over all its cassettes, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot(pub(crate) u32);

/// What an index finds slots by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum By {
    /// What is asked.
    #[default]
    Request,
    /// That, and of whom.
    Origin,
}

/// One cassette's place in a deck.
#[derive(Debug)]
struct Loaded {
    name: String,
    reader: Reader,
    /// The slot of its first exchange.
    first: u32,
    /// How many connections come before its own.
    first_line: u32,
    /// The address that the client of its first connection connected to: nearly always that of all.
    own: Own,
}

/// Why cassettes do not make a deck.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeckError {
    /// Slots are 32 bits wide.
    #[error(
        "the cassettes hold more than {} exchanges together; replay fewer of them at once",
        u32::MAX
    )]
    TooManyExchanges,
}

impl Slot {
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }

    /// Its number as faults count: from 1, over all cassettes.
    pub(crate) fn number(self) -> u64 {
        u64::from(self.0) + 1
    }
}

impl Deck {
    /// Costs the indexes of the cassettes, not their bodies.
    pub fn load(cassettes: Vec<NamedReader>) -> Result<Self, DeckError> {
        let cassettes = number(cassettes)?;
        let mut deck = Self {
            len: cassettes.last().map_or(0, Loaded::end),
            cassettes,
            index: Index::default(),
            origins: Origins::default(),
            lines: Lines::default(),
            unkeyed: Vec::new(),
            raw_lines: Vec::new(),
            epilogues: HashMap::new(),
            upgraded: HashSet::new(),
            controls: Vec::new(),
            gaps: Gaps::default(),
            neighbours: OnceLock::new(),
            staged: false,
            as_said: false,
        };
        deck.index =
            Index::build(By::Request, deck.keyed().map(|(slot, entry)| (keys_of(&entry), slot)));
        deck.gaps = Gaps::find(&deck);
        let staged = deck.entries().any(|(_, entry)| entry.staged());
        deck.staged = staged;
        deck.sort_out_the_rest();
        Ok(deck)
    }

    /// The same, with answers as the servers said them: their origins stay, whatever the recorder told its clients.
    #[must_use]
    pub fn as_said(self) -> Self {
        Self { as_said: true, ..self }
    }

    pub(crate) fn is_as_said(&self) -> bool {
        self.as_said
    }

    /// How many exchanges it holds.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether it holds no exchange.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The exchange in HTTP/2, as its number counted from 0, that answers what this one asked in HTTP/1 and was granted.
    pub fn upgrade_of(&self, number: usize) -> Option<usize> {
        let slot = Slot(u32::try_from(number).ok()?);
        self.upgraded(slot).map(Slot::index)
    }

    /// Whether this exchange, counted from 0, answers what another asked in HTTP/1.
    pub fn is_upgraded(&self, number: usize) -> bool {
        u32::try_from(number).is_ok_and(|number| self.upgraded.contains(&Slot(number)))
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn origins(&self) -> &Origins {
        &self.origins
    }

    pub(crate) fn unkeyed(&self) -> &[Slot] {
        &self.unkeyed
    }

    /// Connections of which no parser knew the protocol, in recorded order.
    pub(crate) fn raw_lines(&self) -> &[Slot] {
        &self.raw_lines
    }

    /// What the server said after it, unasked.
    pub(crate) fn epilogue(&self, slot: Slot) -> Option<Slot> {
        self.epilogues.get(&slot).copied()
    }

    /// The answer in HTTP/2 to a request in HTTP/1 that asked for that, and was granted it.
    pub(crate) fn upgraded(&self, slot: Slot) -> Option<Slot> {
        self.epilogue(slot).filter(|answer| self.upgraded.contains(answer))
    }

    /// What HTTP/2 connections said beside their streams, in recorded order.
    pub(crate) fn controls(&self) -> &[Slot] {
        &self.controls
    }

    /// Every slot with its index entry.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Slot, Entry)> + '_ {
        self.cassettes
            .iter()
            .flat_map(|cassette| (cassette.first..).map(Slot).zip(cassette.reader.entries()))
    }

    /// Every slot that a request key finds.
    pub(crate) fn keyed(&self) -> impl Iterator<Item = (Slot, Entry)> + '_ {
        self.entries().filter(|(_, entry)| is_keyed(entry))
    }

    /// Every slot that a client can be expected to ask for.
    pub(crate) fn expected(&self) -> impl Iterator<Item = (Slot, Entry)> + '_ {
        self.entries().filter(|(slot, entry)| {
            let asked = !is_unasked(entry) && !is_control(entry);
            asked && !self.upgraded.contains(slot) && !self.gaps.remains.contains(slot)
        })
    }

    pub(crate) fn entry(&self, slot: Slot) -> Option<Entry> {
        let (cassette, number) = self.locate(slot)?;
        Some(cassette.reader.entry(number))
    }

    pub(crate) fn exchange(&self, slot: Slot) -> Result<Exchange, ReadError> {
        let (cassette, number) = self.locate(slot).ok_or_else(|| no_such(slot))?;
        cassette.reader.exchange(number)
    }

    /// The connection that the exchange was on.
    pub(crate) fn connection(&self, slot: Slot) -> Result<Connection, ReadError> {
        let (cassette, number) = self.locate(slot).ok_or_else(|| no_such(slot))?;
        cassette.reader.connection(cassette.reader.entry(number).connection)
    }

    /// The name of its cassette, and its number there as users count: from 1.
    pub(crate) fn name(&self, slot: Slot) -> (&str, usize) {
        self.locate(slot).map_or(("", 0), |(cassette, number)| (&*cassette.name, number + 1))
    }

    /// The server's origin, which its recorder replaced in answers by its own; empty: it did not.
    pub(crate) fn rewritten_origin(&self, slot: Slot) -> &str {
        let cassette = self.cassettes.get(self.cassette_of(slot)).filter(|_| !self.as_said);
        cassette.map_or("", |cassette| &cassette.reader.header().rewrite.origin)
    }

    /// The address that clients in its cassette mostly connected to.
    pub(crate) fn usual_own(&self, slot: Slot) -> Own {
        let cassette = self.cassettes.get(self.cassette_of(slot));
        cassette.map_or(Own::Unknown, |cassette| cassette.own)
    }

    /// How many cassettes it is made of.
    pub(crate) fn cassettes(&self) -> usize {
        self.cassettes.len()
    }

    /// Which of the deck's cassettes, counted from 0, holds the slot.
    pub(crate) fn cassette_of(&self, slot: Slot) -> usize {
        self.cassettes.partition_point(|cassette| cassette.end() <= slot.0)
    }

    fn locate(&self, slot: Slot) -> Option<(&Loaded, usize)> {
        let cassette = self.cassettes.get(self.cassette_of(slot))?;
        Some((cassette, (slot.0 - cassette.first) as usize))
    }

    fn sort_out_the_rest(&mut self) {
        let mut unkeyed = Vec::new();
        let mut epilogues = HashMap::new();
        let mut last_on = HashMap::new();
        let unasked = self.entries().any(|(_, entry)| is_unasked(&entry) || is_headless(&entry));
        let entries: Vec<_> =
            self.entries().filter(|(_, entry)| !is_keyed(entry) || unasked).collect();
        for (slot, entry) in entries {
            if self.gaps.remains.contains(&slot) {
                continue;
            }
            if is_control(&entry) {
                self.controls.push(slot);
                continue;
            }
            if unasked {
                let connection = (self.cassette_of(slot), entry.connection);
                // Streams go on side by side: whatever comes between, the upgrade was asked for in HTTP/1.
                let before = match entry.protocol {
                    Protocol::Http2 => last_on.get(&connection).copied(),
                    _ => last_on.insert(connection, slot),
                };
                if let (true, Some(before)) = (is_headless(&entry), before) {
                    epilogues.insert(before, slot);
                    self.upgraded.insert(slot);
                    continue;
                }
                if let (true, Some(before)) = (is_unasked(&entry), before) {
                    epilogues.insert(before, slot);
                }
            }
            if is_raw_line(&entry) {
                self.raw_lines.push(slot);
            }
            if !is_keyed(&entry) && !is_unasked(&entry) {
                unkeyed.push(slot);
            }
        }
        self.unkeyed = unkeyed;
        self.epilogues = epilogues;
    }
}

impl Loaded {
    fn end(&self) -> u32 {
        // `number` made sure that it fits.
        self.first.saturating_add(u32::try_from(self.reader.len()).unwrap_or(u32::MAX))
    }
}

fn number(cassettes: Vec<NamedReader>) -> Result<Vec<Loaded>, DeckError> {
    let (mut first, mut first_line) = (0_u32, 0_u32);
    let number = |NamedReader { name, reader }| {
        let len = u32::try_from(reader.len()).map_err(|_| DeckError::TooManyExchanges)?;
        let connection = reader.connection(ConnectionId(0));
        let own = connection.map_or(Own::Unknown, |connection| Own::of(&connection.server));
        let lines = u32::try_from(reader.connections()).unwrap_or(u32::MAX);
        let loaded = Loaded { name, reader, first, first_line, own };
        first_line = first_line.saturating_add(lines);
        first = first.checked_add(len).ok_or(DeckError::TooManyExchanges)?;
        Ok(loaded)
    };
    cassettes.into_iter().map(number).collect()
}

/// Its request can be found by key.
fn is_keyed(entry: &Entry) -> bool {
    matches!(entry.protocol, Protocol::Http1 | Protocol::Http2)
        && entry.keys.request != 0
        && entry.to_server > 0
}

/// What its request is looked up by.
pub(crate) fn keys_of(entry: &Entry) -> RequestKeys {
    RequestKeys { request: versioned(entry.keys.request, entry.protocol), ..entry.keys }
}

/// A request's key among those of its version of HTTP.
pub(crate) const fn versioned(key: u64, protocol: Protocol) -> u64 {
    match protocol {
        Protocol::Http2 => key ^ HTTP2_KEYS,
        _ => key,
    }
}

/// Tells keys of requests over HTTP/2 from those over HTTP/1: any number would do.
pub(crate) const HTTP2_KEYS: u64 = 0x6832_6832_6832_6832;

/// The server said it without having been asked, on a connection on which it had been asked before.
fn is_unasked(entry: &Entry) -> bool {
    entry.to_server == 0 && !is_raw_line(entry)
}

/// It is all that was said on its connection, in a protocol that no parser knows.
fn is_raw_line(entry: &Entry) -> bool {
    entry.protocol == Protocol::Raw && entry.ordinal == 0
}

/// A stream on which no request came; it may have been asked for before the connection went on in HTTP/2.
fn is_headless(entry: &Entry) -> bool {
    entry.protocol == Protocol::Http2 && entry.keys.request == 0
}

/// It belongs to a connection, and nobody asks for it.
fn is_control(entry: &Entry) -> bool {
    entry.protocol == Protocol::Http2Control
}

fn no_such(slot: Slot) -> ReadError {
    ReadError::NoSuchExchange { number: slot.index() + 1, len: 0 }
}
