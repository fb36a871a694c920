//! How an exchange is played at one asking: as its cassette stages it, and with the faults in force.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cassettes::fault::{Applied, Fault, FaultSet, Misfit, Others, Target, request_of};
use cassettes::format::Entry;
use cassettes::model::{Connection, Exchange, Script, Staging, Step, Timestamp};
use cassettes::transcribe::{compile, enact};

use super::opening::{acts_early, opening, opens_otherwise};
use crate::deck::{Deck, Slot};
use crate::report::Hit;

/// How many exchanges' hits are kept. A report of more helps nobody.
const MAX_HIT: usize = 10_000;

/// How many faults that hit one exchange are told apart: each asking can draw others.
const MAX_HITS: usize = 64;

/// How an exchange is played at one asking, where its bytes and times alone do not say it.
#[derive(Debug)]
pub(crate) struct Staged {
    /// What is done; none: as bytes and times say.
    pub(crate) steps: Option<Vec<Step>>,
    /// The how-manieth asking it is, from 1.
    pub(crate) attempt: u32,
    /// It can be asked for again.
    pub(crate) again: bool,
    /// The client is broken off, or answered, before its request is whole.
    pub(crate) acts_early: bool,
    /// The client is told to go on in another way than was recorded, or not at all.
    pub(crate) opens_otherwise: bool,
    /// The ids of the faults that had a hand in it.
    pub(crate) faults: Vec<Arc<str>>,
    /// What an exchange would hold that is played so, if that is anything else.
    exchange: Option<Exchange>,
}

/// The faults in force, and what they have hit.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    set: FaultSet,
    /// Of each fault in the set.
    ids: Vec<Arc<str>>,
    tally: Mutex<Tally>,
}

/// A fault that hit nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedFault {
    /// Its id.
    pub id: String,
    /// An exchange that it selects, and why it does not fit it; none: nothing that it selects was asked for.
    pub misfit: Option<(u64, String)>,
}

#[derive(Debug, Default)]
struct Tally {
    by_slot: HashMap<Slot, Vec<Hit>>,
    /// On connections, before anything was asked.
    receptions: Vec<Hit>,
    /// Of each fault in the set: whether it hit anything.
    used: Vec<bool>,
    /// Of each fault in the set: the first reason why it did not fit.
    misfits: Vec<Option<(u64, Misfit)>>,
}

impl Staged {
    /// Puts what is played in the place of what was recorded.
    pub(crate) fn take_exchange(&mut self, recorded: &mut Exchange) {
        if let Some(exchange) = self.exchange.take() {
            *recorded = exchange;
        }
    }
}

impl Faults {
    pub(super) fn new(set: FaultSet) -> Self {
        let ids: Vec<_> = set.faults().iter().map(|fault| fault.to_string().into()).collect();
        let tally = Tally {
            used: vec![false; ids.len()],
            misfits: vec![None; ids.len()],
            ..Tally::default()
        };
        Self { set, ids, tally: Mutex::new(tally) }
    }

    pub(super) fn set(&self) -> &FaultSet {
        &self.set
    }

    /// How it is played when it is asked for the `attempt`th time, from 1; none: as its bytes and times say.
    pub(crate) fn stage(
        &self,
        deck: &Deck,
        slot: Slot,
        exchange: &Exchange,
        attempt: u32,
    ) -> Option<Box<Staged>> {
        let staging = deck.staging(slot);
        if self.set.is_empty() && staging.is_none() {
            return None;
        }
        let told = staging.as_ref().map(|it| it.faults.clone()).unwrap_or_default();
        let steps = staging.as_ref().and_then(|it| it.script_of(exchange)).map(|it| it.steps);
        let recorded = || script(deck, slot, exchange, None).steps;
        let staged = Staged {
            acts_early: steps.as_deref().is_some_and(acts_early),
            opens_otherwise: steps.as_ref().is_some_and(|it| opens_otherwise(it, &recorded())),
            steps,
            attempt,
            again: staging.as_ref().is_some_and(|staging| staging.repeats),
            faults: told.into_iter().map(Into::into).collect(),
            exchange: None,
        };
        let (method, path) = request_of(exchange);
        let (exchange_number, connection) = (slot.number(), deck.line_number(slot));
        let target = Target { exchange: exchange_number, connection, method: &method, path: &path };
        if self.set.concerns(&target) {
            return Some(Box::new(self.edit(deck, slot, exchange, &target, staged)));
        }
        staging.map(|_| Box::new(staged))
    }

    /// With the faults in force.
    fn edit(
        &self,
        deck: &Deck,
        slot: Slot,
        exchange: &Exchange,
        target: &Target<'_>,
        mut staged: Staged,
    ) -> Staged {
        let base = base_script(deck, slot, exchange);
        let recorded: Vec<_> = opening(&base.steps).cloned().collect();
        let tls = deck.line(slot).is_some_and(|line| line.secure);
        let others = Recorded { deck };
        let applied = self.set.apply(target, staged.attempt, exchange, base, tls, &others);
        staged.again |= self.set.is_asked_again(target, staged.attempt, &applied);
        self.note_misfits(target.exchange, &applied);
        let mut hits = applied.faults.iter().filter_map(|place| self.set.faults().get(*place));
        staged.acts_early |= hits.any(Fault::is_in_request);
        staged.opens_otherwise |= opens_otherwise(&applied.script.steps, &recorded);
        let ids = applied.faults.iter().filter_map(|place| self.ids.get(*place));
        staged.faults.extend(ids.cloned());
        if !applied.faults.is_empty() {
            staged.exchange = enact(exchange, applied.script.clone()).map(|(exchange, _)| exchange);
            staged.steps = Some(applied.script.steps);
        }
        staged
    }

    /// It is played so, now.
    pub(crate) fn note(&self, slot: Slot, staged: &Staged) {
        if staged.faults.is_empty() {
            return;
        }
        let mut tally = self.tally();
        self.note_used(&mut tally, &staged.faults);
        if tally.by_slot.len() >= MAX_HIT && !tally.by_slot.contains_key(&slot) {
            return;
        }
        let hits = tally.by_slot.entry(slot).or_default();
        for fault in &staged.faults {
            add_hit(hits, fault, staged.attempt);
        }
    }

    /// These hit the connection of this number, from 1.
    pub(super) fn note_reception(&self, number: u32, faults: &[Arc<str>]) {
        let mut tally = self.tally();
        self.note_used(&mut tally, faults);
        for fault in faults {
            add_hit(&mut tally.receptions, fault, number);
        }
    }

    /// What hit an exchange.
    pub(super) fn hits(&self, slot: Slot) -> Vec<Hit> {
        self.tally().by_slot.get(&slot).cloned().unwrap_or_default()
    }

    /// What hit connections before anything was asked; the attempt is the connection's number.
    pub(super) fn reception_hits(&self) -> Vec<Hit> {
        self.tally().receptions.clone()
    }

    /// The faults that hit nothing, and why, if it is that they did not fit.
    pub(super) fn unused(&self) -> Vec<UnusedFault> {
        let tally = self.tally();
        let all = self.ids.iter().zip(&tally.used).zip(&tally.misfits);
        let unused = all.filter(|((_, used), _)| !**used);
        let named = unused.map(|((id, _), misfit)| UnusedFault {
            id: id.to_string(),
            misfit: misfit.as_ref().map(|(exchange, why)| (*exchange, why.to_string())),
        });
        named.collect()
    }

    fn note_used(&self, tally: &mut Tally, faults: &[Arc<str>]) {
        for (id, used) in self.ids.iter().zip(&mut tally.used) {
            *used |= faults.contains(id);
        }
    }

    fn note_misfits(&self, number: u64, applied: &Applied) {
        if applied.misfits.is_empty() {
            return;
        }
        let mut tally = self.tally();
        for (place, misfit) in &applied.misfits {
            if let Some(first @ None) = tally.misfits.get_mut(*place) {
                *first = Some((number, misfit.clone()));
            }
        }
    }

    /// A panic elsewhere leaves a list that lacks one entry at worst.
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add_hit(hits: &mut Vec<Hit>, fault: &Arc<str>, attempt: u32) {
    if let Some(hit) = hits.iter_mut().find(|hit| hit.fault == *fault) {
        hit.times = hit.times.saturating_add(1);
    } else if hits.len() < MAX_HITS {
        hits.push(Hit { fault: Arc::clone(fault), attempt, times: 1 });
    }
}

/// What is played of an exchange where no fault is in force.
pub(super) fn base_script(deck: &Deck, slot: Slot, exchange: &Exchange) -> Script {
    script(deck, slot, exchange, deck.staging(slot).as_ref())
}

fn script(deck: &Deck, slot: Slot, exchange: &Exchange, staging: Option<&Staging>) -> Script {
    let script = deck.entry(slot).map(|it| script_of(deck, slot, &it, exchange, staging));
    script.unwrap_or_default()
}

fn script_of(
    deck: &Deck,
    slot: Slot,
    entry: &Entry,
    exchange: &Exchange,
    staging: Option<&Staging>,
) -> Script {
    if let Some(script) = staging.and_then(|staging| staging.script_of(exchange)) {
        return script;
    }
    // Most exchanges are whole and not the last: their connection has no say, and is not read.
    let ends = entry.last_on_connection || !entry.complete();
    let connection = if ends { deck.connection(slot).ok() } else { None };
    let connection = connection.unwrap_or(Connection::opened_at(Timestamp::ZERO));
    compile(exchange, &connection, entry.last_on_connection)
}

/// The exchanges of a deck, for answers in the wrong place.
#[derive(Debug)]
struct Recorded<'a> {
    deck: &'a Deck,
}

impl Others for Recorded<'_> {
    fn exchange(&self, number: u64) -> Option<(Exchange, Script)> {
        let slot = Slot(u32::try_from(number.checked_sub(1)?).ok()?);
        let exchange = self.deck.exchange(slot).ok()?;
        let script = base_script(self.deck, slot, &exchange);
        Some((exchange, script))
    }

    fn count(&self) -> u64 {
        self.deck.len() as u64
    }
}
