//! What captures lack: exchanges that break off, and what is left after that.

use std::collections::HashSet;

use cassettes::model::Protocol;

use super::{Deck, Slot};

/// Of all cassettes of a deck.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// What is left after missing bytes: the end of a conversation, which nobody can ask for.
    pub(super) remains: HashSet<Slot>,
    /// How many connections lack bytes.
    connections: usize,
}

impl Gaps {
    /// Only what a parser gave up on can be broken off by a gap, or follow one: other connections are not read.
    pub(super) fn find(deck: &Deck) -> Self {
        let mut remains = HashSet::new();
        let mut connections = HashSet::new();
        for (slot, entry) in deck.entries().filter(|(_, entry)| entry.degraded()) {
            let Ok(connection) = deck.connection(slot) else { continue };
            if connection.gaps.is_empty() {
                continue;
            }
            connections.insert((deck.cassette_of(slot), entry.connection));
            let follows = connection.gap_before(entry.first_at).is_some();
            if follows && entry.protocol == Protocol::Raw {
                remains.insert(slot);
            }
        }
        Self { remains, connections: connections.len() }
    }
}

impl Deck {
    /// How many of the recorded connections lack bytes. Their exchanges are played up to there.
    pub const fn gapped_connections(&self) -> usize {
        self.gaps.connections
    }

    /// Whether this exchange, counted from 0, is what is left after bytes that a capture lacks.
    pub fn is_remains(&self, number: usize) -> bool {
        u32::try_from(number).is_ok_and(|number| self.gaps.remains.contains(&Slot(number)))
    }
}
