//! The table that the blocks of one direction fill (RFC 7541 §2.3.2).

use std::collections::VecDeque;

use bytes::{BufMut, Bytes, BytesMut};

use super::field::ENTRY_OVERHEAD;

/// The latest fields, the latest first.
#[derive(Debug, Clone)]
pub(super) struct Table {
    entries: VecDeque<Entry>,
    /// As §4.1 counts; never above `max`.
    size: usize,
    max: usize,
    /// How many entries there ever were.
    inserted: u64,
}

/// One line. Name and value are a copy: a slice would keep the whole read alive in which it came.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: Bytes,
    pub(super) value: Bytes,
}

impl Entry {
    /// A copy, in one piece of memory.
    pub(super) fn copy(name: &[u8], value: &[u8]) -> Self {
        let mut text = BytesMut::with_capacity(name.len() + value.len());
        text.put_slice(name);
        text.put_slice(value);
        let mut name = text.freeze();
        let value = name.split_off(name.len() - value.len());
        Self { name, value }
    }

    fn size(&self) -> usize {
        self.name.len() + self.value.len() + ENTRY_OVERHEAD
    }
}

impl Table {
    pub(super) fn new(max: usize) -> Self {
        Self { entries: VecDeque::new(), size: 0, max, inserted: 0 }
    }

    /// The entry at this place, the latest at 0.
    pub(super) fn get(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)
    }

    /// The place of the entry that was inserted as number `id`, if it is still there.
    pub(super) fn place(&self, id: u64) -> Option<usize> {
        let at = usize::try_from(self.inserted.checked_sub(id + 1)?).ok()?;
        (at < self.entries.len()).then_some(at)
    }

    /// Which number the next entry gets.
    pub(super) fn next_id(&self) -> u64 {
        self.inserted
    }

    /// Puts an entry in front; those that there is no room for leave. One that is larger than the table
    /// empties it.
    pub(super) fn insert(&mut self, entry: Entry, mut leaves: impl FnMut(&Entry, u64)) {
        let size = entry.size();
        self.shrink_to(self.max.saturating_sub(size), &mut leaves);
        if size <= self.max {
            self.size += size;
            self.inserted += 1;
            self.entries.push_front(entry);
        }
    }

    /// Changes how large it may be.
    pub(super) fn set_max(&mut self, max: usize, mut leaves: impl FnMut(&Entry, u64)) {
        self.max = max;
        self.shrink_to(max, &mut leaves);
    }

    pub(super) fn max(&self) -> usize {
        self.max
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.size
    }

    fn shrink_to(&mut self, size: usize, leaves: &mut impl FnMut(&Entry, u64)) {
        while self.size > size {
            let id = self.inserted - self.entries.len() as u64;
            let Some(entry) = self.entries.pop_back() else { return };
            self.size -= entry.size();
            leaves(&entry, id);
        }
    }
}
