//! Reads what TLS lays out: numbers, and vectors with their length before them (RFC 8446 §3).

/// What is still to be read. Everything gives `None` if there is less than asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    /// Twice as many.
    pub(super) fn pair(&mut self, count: usize) -> Option<[&'a [u8]; 2]> {
        Some([self.take(count)?, self.take(count)?])
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// As many bytes as the number before them says, which has this many bytes: at most 3.
    pub(super) fn counted(&mut self, width: usize) -> Option<&'a [u8]> {
        let count = self.take(width)?;
        self.take(count.iter().fold(0, |count, &byte| count << 8 | usize::from(byte)))
    }

    /// A vector of extensions, its length before it: each one's number and content. What is malformed ends them.
    pub(super) fn extensions(&mut self) -> impl Iterator<Item = (u16, &'a [u8])> + use<'a> {
        let mut content = Input(self.counted(2).unwrap_or_default());
        std::iter::from_fn(move || Some((content.short()?, content.counted(2)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_all_there_is_not_read() {
        let mut input = Input(&[0, 0, 2, 7, 8, 9]);
        assert_eq!(input.counted(3), Some([7, 8].as_slice()));
        assert_eq!(input.short(), None);
        assert_eq!(input.byte(), Some(9));
        assert_eq!(input.byte(), None);
        assert_eq!(Input(&[0, 3, 1, 1]).counted(2), None);
    }

    #[test]
    fn extensions_end_where_they_are_malformed() {
        let found: Vec<_> = Input(&[0, 8, 0, 1, 0, 1, 9, 0, 2, 0]).extensions().collect();
        assert_eq!(found, [(1, [9].as_slice())]);
    }
}
