//! Bytes on their way to a socket.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes};

/// Pieces to be written in order, with as few system calls as their sizes allow.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// None of them empty.
    pieces: VecDeque<Bytes>,
}

impl Outbox {
    pub(crate) fn push(&mut self, piece: Bytes) {
        if !piece.is_empty() {
            self.pieces.push_back(piece);
        }
    }

    /// All pieces, in order.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Bytes> {
        std::mem::take(&mut self.pieces).into_iter()
    }

    /// The only piece, if there is but one: a plain write costs less than a gathering one.
    pub(crate) fn single(&self) -> Option<&Bytes> {
        self.pieces.front().filter(|_| self.pieces.len() == 1)
    }
}

impl Extend<Bytes> for Outbox {
    fn extend<T: IntoIterator<Item = Bytes>>(&mut self, pieces: T) {
        pieces.into_iter().for_each(|piece| self.push(piece));
    }
}

impl Buf for Outbox {
    fn remaining(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }

    fn has_remaining(&self) -> bool {
        !self.pieces.is_empty()
    }

    fn chunk(&self) -> &[u8] {
        self.pieces.front().map_or(&[], |piece| piece)
    }

    fn chunks_vectored<'a>(&'a self, out: &mut [IoSlice<'a>]) -> usize {
        let pieces = self.pieces.iter();
        out.iter_mut().zip(pieces).map(|(slot, piece)| *slot = IoSlice::new(piece)).count()
    }

    fn advance(&mut self, mut count: usize) {
        while let Some(piece) = self.pieces.front_mut() {
            if count < piece.len() {
                return piece.advance(count);
            }
            count -= piece.len();
            self.pieces.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox() -> Outbox {
        let mut outbox = Outbox::default();
        outbox.extend(["abc", "", "de", "f"].map(|text| Bytes::from_static(text.as_bytes())));
        outbox
    }

    #[test]
    fn pieces_leave_in_order_at_any_cut() {
        for cut in 0..=6 {
            let mut outbox = outbox();
            outbox.advance(cut);
            assert_eq!(outbox.remaining(), 6 - cut);
            assert_eq!(outbox.has_remaining(), cut < 6);
            assert_eq!(outbox.copy_to_bytes(6 - cut), b"abcdef"[cut..]);
        }
    }

    #[test]
    fn several_pieces_are_offered_to_one_system_call() {
        let outbox = outbox();
        let mut slots = [IoSlice::new(&[]), IoSlice::new(&[])];
        assert_eq!(outbox.chunks_vectored(&mut slots), 2);
        assert_eq!((&*slots[0], &*slots[1]), (&b"abc"[..], &b"de"[..]));
    }
}
