//! What of a deck is not played as its bytes and times say.

use cassettes::model::{ConnectionId, Direction, Exchange, Reception, Staging, Step};

use super::{Deck, Slot};

impl Deck {
    /// How it is played, if its bytes and times do not say it.
    pub(crate) fn staging(&self, slot: Slot) -> Option<Staging> {
        let (cassette, number) = self.locate(slot).filter(|_| self.staged)?;
        cassette.reader.staging(number).ok()?
    }

    /// Its server acts before its client has said anything.
    pub(crate) fn acts_first(&self, slot: Slot, exchange: &Exchange) -> bool {
        if let Some(script) = self.staging(slot).and_then(|staging| staging.script) {
            return script.first().is_some_and(|step| !matches!(step, Step::Receive(_)));
        }
        exchange.chunks.first().is_some_and(|chunk| chunk.direction == Direction::ToClient)
    }

    /// Some exchanges are not played as their bytes and times say.
    pub(crate) fn is_staged(&self) -> bool {
        self.staged
    }

    /// It is there for a client that asks again.
    pub(crate) fn is_spare(&self, slot: Slot) -> bool {
        self.staging(slot).is_some_and(|staging| staging.spare)
    }

    /// The number of its connection as faults count: from 1, over all cassettes.
    pub(crate) fn line_number(&self, slot: Slot) -> u32 {
        let Some((cassette, number)) = self.locate(slot) else { return 0 };
        let id = cassette.reader.entry(number).connection;
        cassette.first_line.saturating_add(id.0).saturating_add(1)
    }

    /// The recorded connection of this number, counted from 1 over all cassettes, if it meets its client otherwise than as
    /// anybody.
    pub(crate) fn reception(&self, number: u32) -> Option<Box<Reception>> {
        let index = number.checked_sub(1)?;
        let cassette = self.cassettes.iter().rfind(|cassette| cassette.first_line <= index)?;
        let id = ConnectionId(index - cassette.first_line);
        cassette.reader.reception(id).ok()?
    }
}
