//! Bytes that wait for earlier ones.

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::{Buf, Bytes};

use crate::capture::UnixNanos;

/// What a held piece takes beside its bytes: a node of the map, an allocation. Charged, so that a million pieces of a
/// byte each are no way around the limits.
pub(super) const PIECE_OVERHEAD: usize = 128;

/// Some bytes of one direction, and where they belong.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) start: u64,
    pub(super) at: UnixNanos,
    pub(super) bytes: Bytes,
    /// How many bytes follow that were sent with these, but not captured.
    pub(super) cut: u64,
    /// Whether `bytes` is all of its allocation, and no slice of a bigger one.
    pub(super) is_copy: bool,
}

impl Piece {
    /// Where its bytes end.
    pub(super) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// Where what was not captured of it ends.
    pub(super) fn cut_end(&self) -> u64 {
        self.end() + self.cut
    }

    /// Leaves out the first `count` bytes, captured or not.
    pub(super) fn skip(&mut self, count: u64) {
        let captured = usize::try_from(count).unwrap_or(usize::MAX).min(self.bytes.len());
        self.bytes.advance(captured);
        self.cut = self.cut.saturating_sub(count - captured as u64);
        self.start += count;
    }
}

/// Pieces in order, none over another.
#[derive(Debug, Default)]
pub(super) struct Held {
    pieces: BTreeMap<u64, Piece>,
    charge: usize,
}

/// What a piece had in common with others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Overlap {
    /// Bytes that had come before.
    pub(super) repeated: u64,
    /// From the first of them that differs to the last.
    pub(super) differing: Option<Range<u64>>,
}

impl Overlap {
    /// Compares two spellings of the bytes at `start`.
    pub(super) fn add(&mut self, start: u64, first: &[u8], again: &[u8]) {
        self.repeated += again.len() as u64;
        if first == again {
            return;
        }
        let differs = |&(_, (a, b)): &(u64, (&u8, &u8))| a != b;
        let mut pairs = (start..).zip(first.iter().zip(again)).filter(differs).map(|pair| pair.0);
        let Some(from) = pairs.next() else { return };
        let to = pairs.last().unwrap_or(from) + 1;
        let from = self.differing.as_ref().map_or(from, |before| before.start);
        self.differing = Some(from..to);
    }
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// How many bytes of memory it takes.
    pub(super) const fn charge(&self) -> usize {
        self.charge
    }

    /// The first piece.
    pub(super) fn first(&self) -> Option<&Piece> {
        self.pieces.first_key_value().map(|(_, piece)| piece)
    }

    /// Takes out the first piece, if it starts at `start`.
    pub(super) fn take(&mut self, start: u64) -> Option<Piece> {
        let first = self.pieces.first_entry().filter(|entry| *entry.key() == start)?;
        let piece = first.remove();
        self.charge -= charge(&piece);
        Some(piece)
    }

    /// Drops everything; says how many bytes that was.
    pub(super) fn clear(&mut self) -> u64 {
        let bytes = self.pieces.values().map(|piece| piece.bytes.len() as u64).sum();
        *self = Self::default();
        bytes
    }

    /// Keeps what of `piece` is not there yet: the first bytes win.
    pub(super) fn insert(&mut self, piece: Piece) -> Overlap {
        let mut overlap = Overlap::default();
        let mut rest = piece;
        while !rest.bytes.is_empty() {
            let upto = match self.covering(rest.start) {
                Some(there) => overlap_with(there, &rest, &mut overlap),
                None => self.fill(&rest),
            };
            rest.skip(upto - rest.start);
        }
        if rest.cut > 0 {
            self.note_cut(&rest);
        }
        overlap
    }

    /// The piece that has the byte at `offset`.
    fn covering(&self, offset: u64) -> Option<&Piece> {
        let (_, piece) = self.pieces.range(..=offset).next_back()?;
        (piece.end() > offset).then_some(piece)
    }

    /// Keeps a copy of `piece` up to the next one there: a slice would pin the block of the file that it is in.
    fn fill(&mut self, piece: &Piece) -> u64 {
        let next = self.pieces.range(piece.start + 1..).next().map_or(u64::MAX, |(next, _)| *next);
        let room = usize::try_from(next - piece.start).unwrap_or(usize::MAX);
        let bytes = piece.bytes.get(..room).unwrap_or(&piece.bytes);
        let (start, at) = (piece.start, piece.at);
        self.keep(Piece { start, at, bytes: Bytes::copy_from_slice(bytes), cut: 0, is_copy: true });
        start + bytes.len() as u64
    }

    /// Remembers that bytes were cut off behind what ends at `rest.start`.
    fn note_cut(&mut self, rest: &Piece) {
        if self.covering(rest.start).is_some() {
            return;
        }
        let before = self.pieces.range_mut(..=rest.start).next_back().map(|(_, piece)| piece);
        match before.filter(|piece| piece.end() == rest.start) {
            Some(piece) => piece.cut = piece.cut.max(rest.cut),
            None => self.keep(Piece { bytes: Bytes::new(), is_copy: true, ..*rest }),
        }
    }

    fn keep(&mut self, piece: Piece) {
        self.charge += charge(&piece);
        if let Some(replaced) = self.pieces.insert(piece.start, piece) {
            self.charge -= charge(&replaced);
        }
    }
}

fn charge(piece: &Piece) -> usize {
    piece.bytes.len() + PIECE_OVERHEAD
}

/// Compares the beginning of `piece` with the piece there that covers it; says how far that goes.
fn overlap_with(there: &Piece, piece: &Piece, overlap: &mut Overlap) -> u64 {
    let upto = there.end().min(piece.end());
    let (first, again) = (part(there, piece.start, upto), part(piece, piece.start, upto));
    overlap.add(piece.start, first, again);
    upto
}

/// The bytes of `piece` from one offset to another.
fn part(piece: &Piece, from: u64, to: u64) -> &[u8] {
    let index = |offset: u64| usize::try_from(offset - piece.start).unwrap_or(usize::MAX);
    piece.bytes.get(index(from)..index(to)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(start: u64, bytes: &'static str, cut: u64) -> Piece {
        let bytes = Bytes::from_static(bytes.as_bytes());
        Piece { start, at: UnixNanos::UNKNOWN, bytes, cut, is_copy: false }
    }

    fn pieces(held: &Held) -> Vec<(u64, &str, u64)> {
        let all = held.pieces.values();
        all.map(|piece| (piece.start, str::from_utf8(&piece.bytes).unwrap(), piece.cut)).collect()
    }

    #[test]
    fn a_piece_over_others_fills_what_is_between_them() {
        let mut held = Held::default();
        held.insert(piece(2, "cd", 0));
        held.insert(piece(6, "g", 0));
        let overlap = held.insert(piece(0, "abcdefgh", 0));
        assert_eq!(overlap, Overlap { repeated: 3, differing: None });
        assert_eq!(
            pieces(&held),
            [(0, "ab", 0), (2, "cd", 0), (4, "ef", 0), (6, "g", 0), (7, "h", 0)]
        );
        assert_eq!(held.charge(), 8 + 5 * PIECE_OVERHEAD);
    }

    #[test]
    fn where_bytes_differ_the_first_ones_stay() {
        let mut held = Held::default();
        held.insert(piece(2, "cdef", 0));
        let overlap = held.insert(piece(0, "abcXeYgh", 0));
        assert_eq!(overlap, Overlap { repeated: 4, differing: Some(3..6) });
        assert_eq!(pieces(&held), [(0, "ab", 0), (2, "cdef", 0), (6, "gh", 0)]);
    }

    #[test]
    fn what_was_cut_off_counts_behind_the_last_byte_only() {
        let mut held = Held::default();
        held.insert(piece(0, "ab", 3));
        held.insert(piece(9, "", 4));
        assert_eq!(pieces(&held), [(0, "ab", 3), (9, "", 4)]);
        held.insert(piece(9, "j", 0));
        held.insert(piece(1, "b", 1));
        assert_eq!(pieces(&held), [(0, "ab", 3), (9, "j", 0)]);
        assert_eq!(held.charge(), 3 + 2 * PIECE_OVERHEAD);
    }

    #[test]
    fn taking_gives_the_memory_back() {
        let mut held = Held::default();
        held.insert(piece(5, "fg", 0));
        assert!(held.take(4).is_none());
        assert_eq!(held.take(5).unwrap().bytes, "fg");
        assert!(held.is_empty());
        assert_eq!(held.charge(), 0);
    }
}
