//! Bytes in small pieces, of which there are not too many.

use bytes::Bytes;

/// So many pieces are as small as was asked; the next so many twice as large, and so on: a script of a large answer must
/// not be many times as large as the answer.
const PIECES_OF_A_SIZE: usize = 16 * 1024;

/// Cuts.
#[derive(Debug)]
pub(super) struct Pieces {
    size: usize,
    made: usize,
}

impl Pieces {
    /// Of so many bytes each.
    pub(super) fn of(size: u64) -> Self {
        Self { size: usize::try_from(size).unwrap_or(usize::MAX).max(1), made: 0 }
    }

    /// Takes the next one; none: there is nothing left.
    pub(super) fn next(&mut self, left: &mut Bytes) -> Option<Bytes> {
        if left.is_empty() {
            return None;
        }
        self.made += 1;
        if self.made.is_multiple_of(PIECES_OF_A_SIZE) {
            self.size = self.size.saturating_mul(2);
        }
        Some(left.split_to(self.size.min(left.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_pieces_is_bounded() {
        let mut left = Bytes::from(vec![0; 8 << 20]);
        let mut pieces = Pieces::of(1);
        let count = std::iter::from_fn(|| pieces.next(&mut left)).count();
        assert!(count < 10 * PIECES_OF_A_SIZE, "{count}");
    }
}
