//! Blocks of bytes as they are read, into items as they were written.

use bytes::{Buf, Bytes, BytesMut};

/// What comes next, as far as its beginning tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// It needs this many bytes from its beginning; ask again once they are there.
    Take(usize),
    /// It is this long, and will not be read.
    Skip(u32),
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// An item, whole.
    Item(Bytes),
    /// An item of this length is being passed over.
    Skipped(u32),
}

/// Cuts items out of blocks. Only an item that lies in two blocks is copied.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// The rest of the last block.
    block: Bytes,
    /// The beginning of the next item, where it came in an earlier block. Never longer than what was asked for.
    held: BytesMut,
    /// Where the next item begins, from the beginning of the file.
    offset: u64,
    /// How much of the file came.
    received: u64,
    /// How long the last item is, if it is being passed over.
    skipping: u32,
}

impl Blocks {
    /// Where the next item begins, from the beginning of the file.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// The item in which the file ends, if what came so far is all of it: where it begins, and how much of it there is.
    pub(super) fn unfinished(&self) -> Option<(u64, u64)> {
        let end = self.received;
        let over = if self.offset > end { self.skipping } else { 0 };
        let begin = self.offset - u64::from(over);
        (end != self.offset).then(|| (begin, end - begin))
    }

    /// The beginning of the next item, as far as it was held.
    pub(super) fn held(&self) -> &[u8] {
        &self.held
    }

    pub(super) fn receive(&mut self, block: Bytes) {
        self.received += block.len() as u64;
        if !self.block.is_empty() {
            // Polled too little: slower, but as right.
            let rest = std::mem::take(&mut self.block);
            self.block = [rest, block].concat().into();
            return;
        }
        self.block = block;
    }

    /// The next item, once it is there. `next` sees what is there of it.
    pub(super) fn take<E>(
        &mut self,
        next: impl Fn(&[u8]) -> Result<Next, E>,
    ) -> Result<Option<Piece>, E> {
        self.pass_over();
        if !self.held.is_empty() {
            return self.complete(next);
        }
        if self.block.is_empty() {
            return Ok(None);
        }
        match next(&self.block)? {
            Next::Skip(length) => Ok(Some(self.skip(length))),
            Next::Take(length) if length <= self.block.len() => {
                self.offset += length as u64;
                Ok(Some(Piece::Item(self.block.split_to(length))))
            }
            Next::Take(_) => {
                self.held.extend_from_slice(&self.block);
                self.block.clear();
                Ok(None)
            }
        }
    }

    /// The next item, whose beginning is held.
    fn complete<E>(&mut self, next: impl Fn(&[u8]) -> Result<Next, E>) -> Result<Option<Piece>, E> {
        loop {
            let missing = match next(&self.held)? {
                Next::Skip(length) => return Ok(Some(self.skip(length))),
                Next::Take(length) => length.saturating_sub(self.held.len()),
            };
            if missing == 0 {
                self.offset += self.held.len() as u64;
                return Ok(Some(Piece::Item(self.held.split().freeze())));
            }
            if self.block.is_empty() {
                return Ok(None);
            }
            let more = missing.min(self.block.len());
            self.held.extend_from_slice(&self.block.split_to(more));
        }
    }

    fn skip(&mut self, length: u32) -> Piece {
        self.held.clear();
        self.skipping = length;
        self.offset += u64::from(length);
        Piece::Skipped(length)
    }

    /// Drops what lies before the next item.
    fn pass_over(&mut self) {
        let at = self.received - self.block.len() as u64 - self.held.len() as u64;
        let over = self.offset.saturating_sub(at).min(self.block.len() as u64);
        self.block.advance(usize::try_from(over).unwrap_or(self.block.len()));
    }
}
