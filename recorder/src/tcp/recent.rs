//! The latest bytes told, to compare what is sent again with.
//!
//! They are not copied: each is a slice that pins the block of the file that it lies in. [`Ledger`] bounds what is pinned
//! over all connections; [`Recent`] is one direction's part.

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::model::Direction;

use super::StreamId;
use super::held::{Overlap, PIECE_OVERHEAD, Piece};
use super::table::Slot;

/// What a slice far from the one before may pin: a block as capture files are read in.
const BLOCK: usize = 1024 * 1024;

/// The latest bytes told of one direction, in order.
#[derive(Debug, Default)]
pub(super) struct Recent {
    told: VecDeque<(u64, Bytes)>,
}

/// What is known of bytes that came again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Repeat {
    /// Those that were compared.
    pub(super) overlap: Overlap,
    /// Those that had been declared missing.
    pub(super) late: u64,
    /// Those that nobody remembers.
    pub(super) unchecked: u64,
}

impl Recent {
    pub(super) fn push(&mut self, start: u64, bytes: Bytes) {
        self.told.push_back((start, bytes));
    }

    pub(super) fn forget_oldest(&mut self) {
        self.told.pop_front();
    }

    /// Compares the bytes of `again` with those told.
    pub(super) fn compare(&self, again: &Piece) -> Repeat {
        let mut repeat = Repeat::default();
        let mut at = again.start;
        let first = self.told.partition_point(|(start, bytes)| start + bytes.len() as u64 <= at);
        for (start, bytes) in self.told.range(first..) {
            if *start >= again.end() {
                break;
            }
            let (from, to) = (at.max(*start), again.end().min(start + bytes.len() as u64));
            repeat.pass_over(from - at, self.remembers(at));
            let (first, second) =
                (part(*start, bytes, from, to), part(again.start, &again.bytes, from, to));
            repeat.overlap.add(from, first, second);
            at = to;
        }
        repeat.pass_over(again.end() - at, self.remembers(at));
        repeat
    }

    /// Whether it knows of `offset` what was told: nothing, if that is a gap.
    fn remembers(&self, offset: u64) -> bool {
        self.told.front().is_some_and(|(start, _)| *start <= offset)
    }
}

impl Repeat {
    fn pass_over(&mut self, count: u64, is_gap: bool) {
        if is_gap {
            self.late += count;
        } else {
            self.unchecked += count;
        }
    }
}

/// Of `bytes`, which start at `start`, those from one offset to another.
fn part(start: u64, bytes: &[u8], from: u64, to: u64) -> &[u8] {
    let index = |offset: u64| usize::try_from(offset - start).unwrap_or(usize::MAX);
    bytes.get(index(from)..index(to)).unwrap_or_default()
}

/// What all connections' recent bytes pin, oldest first.
#[derive(Debug)]
pub(super) struct Ledger {
    limit: usize,
    pinned: usize,
    /// Where the last slice ended in memory.
    end: usize,
    entries: VecDeque<(Owner, usize)>,
}

/// Whose recent bytes they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) slot: Slot,
    pub(super) stream: StreamId,
    pub(super) direction: Direction,
}

impl Ledger {
    pub(super) const fn new(limit: usize) -> Self {
        Self { limit, pinned: 0, end: 0, entries: VecDeque::new() }
    }

    /// Notes one more slice.
    ///
    /// Packets lie in a block in the order in which they come, so a slice pins no more than what lies between the one
    /// before and its own end; or a block, where it is a new one.
    pub(super) fn push_slice(&mut self, owner: Owner, bytes: &[u8]) {
        let end = bytes.as_ptr() as usize + bytes.len();
        let pins = end.checked_sub(self.end).filter(|&pins| pins < BLOCK).unwrap_or(BLOCK);
        self.end = end;
        self.push(owner, pins);
    }

    /// Notes bytes that are no slice of anything.
    pub(super) fn push_copy(&mut self, owner: Owner, bytes: &[u8]) {
        self.push(owner, bytes.len() + PIECE_OVERHEAD);
    }

    fn push(&mut self, owner: Owner, pins: usize) {
        self.pinned += pins;
        self.entries.push_back((owner, pins));
    }

    /// Whose oldest bytes must go, if any.
    pub(super) fn pop(&mut self) -> Option<Owner> {
        if self.pinned <= self.limit {
            return None;
        }
        let (owner, pins) = self.entries.pop_front()?;
        self.pinned -= pins;
        Some(owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::UnixNanos;

    fn again(start: u64, bytes: &'static str) -> Piece {
        let bytes = Bytes::from_static(bytes.as_bytes());
        Piece { start, at: UnixNanos::UNKNOWN, bytes, cut: 0, is_copy: false }
    }

    #[test]
    fn each_repeated_byte_is_compared_or_late_or_forgotten() {
        let mut recent = Recent::default();
        recent.push(4, Bytes::from_static(b"efg"));
        recent.push(9, Bytes::from_static(b"jk"));
        let repeat = recent.compare(&again(2, "cdeXghijk"));
        assert_eq!(repeat.overlap, Overlap { repeated: 5, differing: Some(5..6) });
        assert_eq!((repeat.unchecked, repeat.late), (2, 2));
        let repeat = recent.compare(&again(0, "ab"));
        assert_eq!((repeat.overlap.repeated, repeat.unchecked), (0, 2));
        recent.forget_oldest();
        assert_eq!(recent.compare(&again(4, "efghij")).unchecked, 5);
    }

    #[test]
    fn slices_of_one_block_pin_what_lies_between_them() {
        let block = Bytes::from(vec![0; 10_000]);
        let mut ledger = Ledger::new(2 * BLOCK);
        let owner = Owner { slot: Slot::NONE, stream: StreamId(0), direction: Direction::ToServer };
        ledger.push_slice(owner, &block[100..200]);
        ledger.push_slice(owner, &block[300..400]);
        assert_eq!(ledger.pinned, BLOCK + 200);
        ledger.push_copy(owner, b"abc");
        assert_eq!(ledger.pinned, BLOCK + 203 + PIECE_OVERHEAD);
        ledger.push_slice(owner, &block[0..10]);
        assert_eq!(ledger.pinned, 2 * BLOCK + 203 + PIECE_OVERHEAD);
        assert_eq!(ledger.pop(), Some(owner));
        assert_eq!(ledger.pinned, BLOCK + 203 + PIECE_OVERHEAD);
        assert!(ledger.pop().is_none());
    }
}
