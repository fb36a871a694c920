//! All faults that are in force, and what they make of a script.

use super::{Attempts, Fault, Misfit, Others, Scene, Target};
use crate::model::{Exchange, Reception, Script};

/// Faults in force, in the order in which they are applied.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaultSet {
    faults: Vec<Fault>,
    seed: u64,
}

/// What faults made of one asking of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// What is played.
    pub script: Script,
    /// Places of those applied in [`FaultSet::faults`], in order.
    pub faults: Vec<usize>,
    /// One of them breaks the answer: the client may ask again.
    pub breaks: bool,
    /// Those that would have hit, and why they do not fit.
    pub misfits: Vec<(usize, Misfit)>,
}

impl FaultSet {
    /// In this order. `seed` is for those that have none of their own.
    pub const fn new(faults: Vec<Fault>, seed: u64) -> Self {
        Self { faults, seed }
    }

    /// All of them.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// For those without their own.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// None is in force.
    pub const fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// Whether any may hit an exchange, at some attempt.
    pub fn concerns(&self, target: &Target<'_>) -> bool {
        self.faults.iter().any(|fault| fault.concerns(target))
    }

    /// How the client of this connection is met, counted from 1 as they come, and the places of the faults that say so in
    /// [`FaultSet::faults`]; none: as anybody. A later fault decides what both concern, and times add up.
    pub fn reception(&self, number: u32) -> Option<(Reception, Vec<usize>)> {
        let mut met = Reception::default();
        let mut places = Vec::new();
        for (place, fault) in self.faults.iter().enumerate() {
            let Some(own) = fault.reception() else { continue };
            if fault.hits_connection(number, self.seed) {
                let repeats = fault.attempts() == Attempts::Sticky;
                met = met.and(Reception { repeats, faults: vec![fault.to_string()], ..own });
                places.push(place);
            }
        }
        (!places.is_empty()).then_some((met, places))
    }

    /// Edits the script that is played when `exchange` is asked for the `attempt`th time, from 1. A later fault finds
    /// what earlier ones left.
    pub fn apply(
        &self,
        target: &Target<'_>,
        attempt: u32,
        exchange: &Exchange,
        script: Script,
        tls: bool,
        others: &dyn Others,
    ) -> Applied {
        let mut applied = Applied { script, ..Applied::default() };
        for (place, fault) in self.faults.iter().enumerate() {
            if !fault.hits(target, attempt, self.seed) {
                continue;
            }
            let random = fault.random(target.exchange, attempt, self.seed);
            let script = applied.script.clone();
            match fault.apply(Scene::new(exchange, script, tls, random, others)) {
                Ok(script) => {
                    applied.script = script;
                    applied.faults.push(place);
                    applied.breaks |= fault.kind().breaks;
                }
                Err(misfit) => applied.misfits.push((place, misfit)),
            }
        }
        applied
    }

    /// Whether an exchange is there to be asked for again after this asking: it was broken, or is to be broken at a later
    /// one. If not, it is used up like any other.
    pub fn is_asked_again(&self, target: &Target<'_>, attempt: u32, applied: &Applied) -> bool {
        applied.breaks
            || self.breaking(target).any(|fault| fault.attempts().is_among_later(attempt))
    }

    /// From which asking on all are the same.
    pub fn settles_after(&self, target: &Target<'_>) -> u32 {
        let lasts = self.breaking(target).filter_map(|fault| fault.attempts().last());
        lasts.max().map_or(1, |last| last.saturating_add(1))
    }

    fn breaking<'a>(&'a self, target: &'a Target<'_>) -> impl Iterator<Item = &'a Fault> {
        let breaks = |fault: &&Fault| fault.kind().breaks && fault.concerns(target);
        self.faults.iter().filter(breaks)
    }
}
