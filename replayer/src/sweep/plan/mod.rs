//! Which faults a sweep tries: what a cassette offers, in an order that never changes.
//!
//! - [`Plan`]: all of it, or a part; [`Unit`]: one fault of it
//! - [`offer`]: what an exchange offers

mod offer;

use std::time::Duration;

use cassettes::fault::{Attempts, Fault, Place, Point, Random, Selector};
use cassettes::model::Cassette;

use super::Shard;

/// Which faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each boundary with the ends of a connection, and the classics among statuses and JSON.
    Quick,
    /// Each boundary with every kind that is marked in the catalogue.
    Standard,
    /// Each byte with the ends of a connection.
    EveryByte,
}

/// Which part of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part {
    /// At most so many results: which, is drawn from a seed.
    pub most: Option<u64>,
    /// One of several parts; each unit is in one of them.
    pub shard: Option<Shard>,
}

/// All that a sweep tries.
#[derive(Debug, Clone)]
pub struct Plan {
    groups: Vec<Group>,
    /// Of each group, how many units and results come before it.
    before: Vec<(u64, u64)>,
    /// Units that were drawn, in order, each with the number of its first result; none: all.
    drawn: Option<Vec<(u64, u64)>>,
    shard: Shard,
}

/// One fault, with the askings that it is tried for.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The number of its first result in the whole plan, from 1.
    pub number: u64,
    /// For the askings that are tried last, or alone.
    pub fault: Fault,
    /// Tried before that at the first asking only: who asks again gets the whole answer.
    pub once_too: bool,
    /// How long it makes an answer last: no client can be faster.
    pub takes: Duration,
}

/// Faults that differ in their place only.
#[derive(Debug, Clone)]
struct Group {
    /// The kind with its parameters.
    sentence: String,
    on: Selector,
    places: Places,
    once_too: bool,
}

#[derive(Debug, Clone)]
enum Places {
    /// Each with how long the fault takes there; no point: the kind has its own.
    Listed(Vec<(Option<Place>, Duration)>),
    /// So many bytes, from 0.
    Bytes(u64),
    /// This very fault.
    Given(Box<Fault>),
}

impl Plan {
    /// What this cassette offers. `seed` is for faults that draw.
    pub fn of(cassette: &Cassette, scope: Scope, seed: u64) -> Self {
        Self::from_groups(offer::groups(cassette, scope, seed))
    }

    /// These faults, as they are.
    pub fn given(faults: &[Fault]) -> Self {
        let group = |fault: &Fault| Group {
            sentence: String::new(),
            on: Selector::All,
            places: Places::Given(Box::new(fault.clone())),
            once_too: false,
        };
        Self::from_groups(faults.iter().map(group).collect())
    }

    /// A part of it: drawn first, then dealt to shards in turn.
    #[must_use]
    pub fn part(mut self, part: Part, seed: u64) -> Self {
        if let Some(most) = part.most.filter(|most| *most < self.planned()) {
            self.drawn = Some(self.draw(most, seed));
        }
        self.shard = part.shard.unwrap_or(self.shard);
        self
    }

    /// How many results there will be, of all shards.
    pub fn planned(&self) -> u64 {
        match &self.drawn {
            None => self.before.last().map_or(0, |(_, results)| *results),
            Some(drawn) => {
                let last =
                    drawn.last().and_then(|(unit, number)| Some((self.locate(*unit)?, number)));
                last.map_or(0, |((group, _), number)| number - 1 + group.results_per_unit())
            }
        }
    }

    /// How many results there will be, of this shard.
    pub fn planned_here(&self) -> u64 {
        if self.shard.count == 1 {
            return self.planned();
        }
        let results = |(unit, _)| Some(self.locate(unit)?.0.results_per_unit());
        (0..self.len()).filter_map(|index| results(self.place(index)?)).sum()
    }

    /// The units of this shard, in order.
    pub fn units(&self) -> impl Iterator<Item = Unit> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// How many units this shard has.
    #[expect(clippy::len_without_is_empty, reason = "no caller asks")]
    pub fn len(&self) -> u64 {
        let shards = u64::from(self.shard.count.max(1));
        let before = u64::from(self.shard.index.max(1)) - 1;
        self.count().saturating_sub(before).div_ceil(shards)
    }

    /// One unit of this shard, counted from 0.
    pub fn get(&self, index: u64) -> Option<Unit> {
        let (unit, number) = self.place(index)?;
        let (group, within) = self.locate(unit)?;
        let (fault, takes) = group.fault(within)?;
        Some(Unit { number, fault, once_too: group.once_too, takes })
    }

    fn from_groups(groups: Vec<Group>) -> Self {
        let mut before = vec![(0, 0)];
        for group in &groups {
            let (units, results) = before.last().copied().unwrap_or_default();
            let more = group.len();
            before.push((units + more, results + more * group.results_per_unit()));
        }
        Self { groups, before, drawn: None, shard: Shard { index: 1, count: 1 } }
    }

    /// How many units all shards have.
    fn count(&self) -> u64 {
        let all = self.before.last().map_or(0, |(units, _)| *units);
        self.drawn.as_ref().map_or(all, |drawn| drawn.len() as u64)
    }

    /// A unit of this shard, with the number of its first result.
    fn place(&self, index: u64) -> Option<(u64, u64)> {
        let shards = u64::from(self.shard.count.max(1));
        let place = index * shards + u64::from(self.shard.index.max(1)) - 1;
        match &self.drawn {
            Some(drawn) => drawn.get(usize::try_from(place).ok()?).copied(),
            None => Some((place, self.number_of(place)?)),
        }
    }

    /// The number of the unit's first result, where none is left out.
    fn number_of(&self, unit: u64) -> Option<u64> {
        let (group, within) = self.locate(unit)?;
        let (_, results) = self.before.get(self.index_of(unit))?;
        Some(results + within * group.results_per_unit() + 1)
    }

    /// The unit's group, and its place in that.
    fn locate(&self, unit: u64) -> Option<(&Group, u64)> {
        let index = self.index_of(unit);
        let (units, _) = self.before.get(index)?;
        Some((self.groups.get(index)?, unit - units))
    }

    fn index_of(&self, unit: u64) -> usize {
        self.before.partition_point(|(units, _)| *units <= unit).saturating_sub(1)
    }

    /// Draws units for so many results, each unit as likely as any other.
    fn draw(&self, most: u64, seed: u64) -> Vec<(u64, u64)> {
        let all = self.before.last().map_or(0, |(units, _)| *units);
        let mut units: Vec<u64> = (0..all).collect();
        let mut random = Random::new(seed, 0, 0);
        let mut results = 0;
        let mut drawn = 0;
        while drawn < units.len() {
            let left = (units.len() - drawn) as u64;
            let other = drawn + usize::try_from(random.below(left)).unwrap_or(0);
            units.swap(drawn, other);
            let unit = units.get(drawn).copied().unwrap_or_default();
            let more = self.locate(unit).map_or(1, |(group, _)| group.results_per_unit());
            if results + more > most {
                break;
            }
            results += more;
            drawn += 1;
        }
        units.truncate(drawn);
        units.sort_unstable();
        self.numbered(units)
    }

    fn numbered(&self, units: Vec<u64>) -> Vec<(u64, u64)> {
        let mut number = 1;
        let number_next = |unit: u64| {
            let own = number;
            number += self.locate(unit).map_or(1, |(group, _)| group.results_per_unit());
            (unit, own)
        };
        units.into_iter().map(number_next).collect()
    }
}

impl Group {
    fn len(&self) -> u64 {
        match &self.places {
            Places::Listed(points) => points.len() as u64,
            Places::Bytes(count) => *count,
            Places::Given(_) => 1,
        }
    }

    fn results_per_unit(&self) -> u64 {
        1 + u64::from(self.once_too)
    }

    fn fault(&self, within: u64) -> Option<(Fault, Duration)> {
        let (place, takes) = match &self.places {
            Places::Listed(points) => points.get(usize::try_from(within).ok()?)?.clone(),
            Places::Bytes(_) => (Some(Place::in_answer(Point::Byte(within))), Duration::ZERO),
            Places::Given(fault) => return Some(((**fault).clone(), Duration::ZERO)),
        };
        let fault = offer::fault_of(&self.sentence, place.as_ref())?;
        Some((fault.on(self.on.clone()).times(Attempts::Sticky), takes))
    }
}

#[cfg(test)]
mod tests;
