//! Who has been played, how often, and when: all that a replay knows of its deck's slots.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};

use cassettes::model::Timestamp;

use super::cursors::Cursors;
use super::{By, Index, Slot};

/// What happened to each slot so far. Lock-free, but for failures.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    slots: Vec<Claim>,
    /// Some slots can be played again: cursors, which only move forward, are of no use.
    reopens: bool,
    by_request: OnceLock<Cursors>,
    by_origin: OnceLock<Cursors>,
    /// Recorded failures that were played.
    failures: Mutex<HashSet<usize>>,
}

#[derive(Debug, Default)]
struct Claim {
    /// How often it was played; and [`SPENT`].
    plays: AtomicU32,
    /// Its script is known to be: receive the request, send the answer.
    plain: AtomicBool,
    /// When it was first asked for, and when that was over; nanoseconds since the replay's start.
    started: AtomicU64,
    ended: AtomicU64,
}

/// It is not to be played again for the asking.
const SPENT: u32 = 1 << 31;

impl Claims {
    /// Of so many slots; some of them may be played again, or none.
    pub(crate) fn new(slots: usize, reopens: bool) -> Self {
        let slots = std::iter::repeat_with(Claim::default).take(slots).collect();
        Self { slots, reopens, ..Self::default() }
    }

    /// How far the index is used up; none if that is not to be remembered.
    pub(super) fn cursors(&self, index: &Index) -> Option<&Cursors> {
        let cursors = match index.by() {
            By::Request => &self.by_request,
            By::Origin => &self.by_origin,
        };
        (!self.reopens).then(|| cursors.get_or_init(|| Cursors::of(index)))
    }

    /// Takes a slot that was played `before` times; false if somebody was faster, or it is spent. It is spent with that
    /// unless it is to be played `again`.
    pub(crate) fn claim(&self, slot: Slot, before: u32, again: bool) -> bool {
        let after = before.saturating_add(1) | if again { 0 } else { SPENT };
        self.get(slot).is_some_and(|claim| {
            claim.plays.compare_exchange(before, after, Relaxed, Relaxed).is_ok()
        })
    }

    /// Counts another play of a slot that is spent. How often it was played before.
    pub(crate) fn repeat(&self, slot: Slot) -> u32 {
        self.get(slot).map_or(0, |claim| claim.plays.fetch_add(1, Relaxed) & !SPENT)
    }

    /// Takes a recorded failure; false if it was played before.
    pub(super) fn claim_failure(&self, number: usize) -> bool {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).insert(number)
    }

    /// A recorded failure was played.
    pub(super) fn has_failed(&self, number: usize) -> bool {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).contains(&number)
    }

    /// Notes when it was played; the first time counts.
    pub(crate) fn note_span(&self, slot: Slot, started: Timestamp, ended: Timestamp) {
        if let Some(claim) = self.get(slot).filter(|claim| claim.ended.load(Relaxed) == 0) {
            claim.started.store(started.as_nanos(), Relaxed);
            claim.ended.store(ended.as_nanos(), Relaxed);
        }
    }

    /// Its script is known to be: receive the request, send the answer.
    pub(crate) fn note_plain(&self, slot: Slot) {
        if let Some(claim) = self.get(slot) {
            claim.plain.store(true, Relaxed);
        }
    }

    pub(crate) fn is_plain(&self, slot: Slot) -> bool {
        self.get(slot).is_some_and(|claim| claim.plain.load(Relaxed))
    }

    /// It is not to be played again for the asking.
    pub(crate) fn is_spent(&self, slot: Slot) -> bool {
        self.get(slot).is_none_or(|claim| claim.plays.load(Relaxed) & SPENT != 0)
    }

    pub(crate) fn is_played(&self, slot: Slot) -> bool {
        self.plays(slot) > 0
    }

    /// How often it was played.
    pub(crate) fn plays(&self, slot: Slot) -> u32 {
        self.get(slot).map_or(0, |claim| claim.plays.load(Relaxed) & !SPENT)
    }

    /// When it was first asked for, and when that was over; nanoseconds since the replay's start.
    pub(crate) fn span(&self, slot: Slot) -> (u64, u64) {
        let load = |claim: &Claim| (claim.started.load(Relaxed), claim.ended.load(Relaxed));
        self.get(slot).map_or((0, 0), load)
    }

    fn get(&self, slot: Slot) -> Option<&Claim> {
        self.slots.get(slot.index())
    }
}
