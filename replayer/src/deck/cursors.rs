//! How far the slots of an index have been used up in one replay. Cursors only ever move forward, so that finding the next slot
//! costs O(1) amortised, without a lock.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::Index;

/// Of one index.
#[derive(Debug)]
pub(crate) struct Cursors {
    /// By group: so many of its first slots are spent.
    slots: Vec<AtomicU32>,
    /// By bucket: so many of its first groups are spent; and so many, the first open one aside.
    groups: Vec<(AtomicU32, AtomicU32)>,
}

impl Cursors {
    /// Nothing is spent.
    pub(super) fn of(index: &Index) -> Self {
        let (groups, buckets) = index.sizes();
        Self {
            slots: std::iter::repeat_with(AtomicU32::default).take(groups).collect(),
            groups: std::iter::repeat_with(Default::default).take(buckets).collect(),
        }
    }

    /// How many of a group's first slots are spent, at least.
    pub(super) fn spent_slots(&self, group: u32) -> u32 {
        self.slots.get(group as usize).map_or(0, |spent| spent.load(Relaxed))
    }

    pub(super) fn note_spent_slots(&self, group: u32, spent: u32) {
        if let Some(known) = self.slots.get(group as usize) {
            known.fetch_max(spent, Relaxed);
        }
    }

    /// How many of a bucket's first groups are spent, at least; and how many, the first open one aside.
    pub(super) fn spent_groups(&self, bucket: u32) -> (u32, u32) {
        let load =
            |(first, second): &(AtomicU32, AtomicU32)| (first.load(Relaxed), second.load(Relaxed));
        self.groups.get(bucket as usize).map_or((0, 0), load)
    }

    pub(super) fn note_spent_groups(&self, bucket: u32, first: u32, second: u32) {
        if let Some((known_first, known_second)) = self.groups.get(bucket as usize) {
            known_first.fetch_max(first, Relaxed);
            known_second.fetch_max(second, Relaxed);
        }
    }
}
