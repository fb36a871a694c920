//! Who has been played, how often, and when.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use cassettes::model::Timestamp;

use super::Slot;

/// What happened to each slot so far. Lock-free.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    slots: Vec<Claim>,
}

#[derive(Debug, Default)]
struct Claim {
    /// How often it was played.
    plays: AtomicU32,
    /// Its script is known to be: receive the request, send the answer.
    plain: AtomicBool,
    /// When it was first asked for, and when that was over; nanoseconds since the replay's start.
    started: AtomicU64,
    ended: AtomicU64,
}

impl Claims {
    pub(crate) fn new(slots: usize) -> Self {
        Self { slots: std::iter::repeat_with(Claim::default).take(slots).collect() }
    }

    /// Takes an unplayed slot; false if somebody was faster.
    pub(crate) fn claim(&self, slot: Slot) -> bool {
        self.get(slot)
            .is_some_and(|claim| claim.plays.compare_exchange(0, 1, Relaxed, Relaxed).is_ok())
    }

    /// Counts another play of a slot that was claimed before.
    pub(crate) fn repeat(&self, slot: Slot) {
        if let Some(claim) = self.get(slot) {
            claim.plays.fetch_add(1, Relaxed);
        }
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

    pub(crate) fn is_played(&self, slot: Slot) -> bool {
        self.plays(slot) > 0
    }

    /// How often it was played.
    pub(crate) fn plays(&self, slot: Slot) -> u32 {
        self.get(slot).map_or(0, |claim| claim.plays.load(Relaxed))
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
