//! What was seen to differ, in bounded memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::deck::Slot;
use crate::report::Outcome;
use crate::verify::{Gravity, Mismatch, Place};

/// How many exchanges' mere notes are kept: a client whose `User-Agent` differs has one note for each of a
/// hundred thousand exchanges, and who has read a thousand knows.
const MAX_NOTED: usize = 1000;

/// How many changed exchanges' differences are kept in full. Further ones count as changed, without details.
const MAX_DETAILED: usize = 10_000;

/// How many extra requests are kept. Further ones are counted.
const MAX_EXTRAS: usize = 1000;

/// It was changed, beyond what is kept in full.
const CHANGED: u8 = 1;
/// It came on a used connection where the recorded one was fresh, or the other way round.
const REUSE: u8 = 2;

/// What differed, for each slot.
#[derive(Debug)]
pub(super) struct Evidence {
    flags: Vec<AtomicU8>,
    kept: Mutex<HashMap<Slot, Vec<Mismatch>>>,
    /// How many of those kept are mere notes.
    noted: AtomicUsize,
}

impl Evidence {
    pub(super) fn new(slots: usize) -> Self {
        let flags = std::iter::repeat_with(AtomicU8::default).take(slots).collect();
        Self { flags, kept: Mutex::default(), noted: AtomicUsize::new(0) }
    }

    /// Whether mere notes are still kept.
    pub(super) fn keeps_notes(&self) -> bool {
        self.noted.load(Relaxed) < MAX_NOTED
    }

    /// Keeps what differed. The first time that an exchange failed says most; later plays are not added.
    pub(super) fn add(&self, slot: Slot, mismatches: Vec<Mismatch>) {
        if mismatches.is_empty() {
            return;
        }
        let fails = mismatches.iter().any(Mismatch::is_failure);
        let mut kept = lock(&self.kept);
        let most = if fails { MAX_DETAILED } else { MAX_NOTED };
        let before = kept.get(&slot);
        let known = before.map(|before| before.iter().any(Mismatch::is_failure));
        let is_new = known.is_none_or(|failed| fails && !failed);
        if is_new && kept.len() < most {
            self.noted.fetch_add(usize::from(!fails), Relaxed);
            kept.insert(slot, mismatches);
        } else if is_new && fails {
            self.flag(slot, CHANGED);
        }
    }

    pub(super) fn add_reuse(&self, slot: Slot) {
        self.flag(slot, REUSE);
    }

    /// Everything kept of this slot. `reuse` is how grave another use of connections is.
    pub(super) fn of(&self, slot: Slot, reuse: Option<Gravity>, fresh: bool) -> Vec<Mismatch> {
        let mut found = lock(&self.kept).get(&slot).cloned().unwrap_or_default();
        let flags = self.flags.get(slot.index()).map_or(0, |flags| flags.load(Relaxed));
        if flags & CHANGED != 0 {
            let detail = format!("details are kept of the first {MAX_DETAILED} changed exchanges");
            found.push(Mismatch {
                place: Place::Body,
                gravity: Gravity::Failure,
                expected: None,
                actual: None,
                detail: Some(detail),
            });
        }
        if let (true, Some(gravity)) = (flags & REUSE != 0, reuse) {
            found.push(reuse_mismatch(gravity, fresh));
        }
        found
    }

    fn flag(&self, slot: Slot, flag: u8) {
        if let Some(flags) = self.flags.get(slot.index()) {
            flags.fetch_or(flag, Relaxed);
        }
    }
}

/// Requests that were not recorded, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Extras {
    kept: Mutex<(Vec<Outcome>, u32)>,
}

impl Extras {
    pub(super) fn push(&self, outcome: Outcome) {
        let mut kept = lock(&self.kept);
        if kept.0.len() < MAX_EXTRAS {
            kept.0.push(outcome);
        } else {
            kept.1 = kept.1.saturating_add(1);
        }
    }

    /// How many were kept so far.
    pub(super) fn explained(&self) -> usize {
        lock(&self.kept).0.len()
    }

    /// All of them; the last one stands for those that were only counted.
    pub(super) fn outcomes(&self) -> Vec<Outcome> {
        let kept = lock(&self.kept);
        let mut outcomes = kept.0.clone();
        if kept.1 > 0 {
            let label = format!("{} more requests that were not recorded", kept.1);
            outcomes.push(Outcome { played: kept.1, ..Outcome::extra(label, Vec::new()) });
        }
        outcomes
    }
}

fn reuse_mismatch(gravity: Gravity, fresh: bool) -> Mismatch {
    let (expected, actual) =
        if fresh { ("fresh connection", "used") } else { ("used connection", "fresh") };
    Mismatch::changed(Place::ConnectionReuse, gravity, expected, actual)
}

/// A panic elsewhere leaves a list that lacks one entry at worst.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
