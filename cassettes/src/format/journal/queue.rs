//! Bytes on their way to the file.

use bytes::{Bytes, BytesMut};

use crate::format::number::wide;

/// Pieces from here on are queued by reference; smaller ones are copied together, since writing many small pieces costs more.
pub(super) const BY_REFERENCE_BYTES: usize = 16 * 1024;

/// How much is copied together at a time.
const BLOCK_BYTES: usize = 256 * 1024;

/// Bytes to write, in order.
#[derive(Debug, Default)]
pub(super) struct Queue {
    ready: Vec<Bytes>,
    /// After all of `ready`.
    tail: BytesMut,
    /// Of `ready` and `tail`.
    pending: u64,
    /// Where in the file the next byte goes.
    offset: u64,
}

impl Queue {
    /// Empty; the first byte goes to `offset`.
    pub(super) fn at(offset: u64) -> Self {
        Self { offset, ..Self::default() }
    }

    /// Where in the file the next byte goes.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes wait.
    pub(super) const fn pending(&self) -> u64 {
        self.pending
    }

    /// Appends a copy.
    pub(super) fn push_copy(&mut self, bytes: &[u8]) {
        if self.tail.capacity() - self.tail.len() < bytes.len() {
            self.seal_tail();
            self.tail.reserve(bytes.len().max(BLOCK_BYTES));
        }
        self.tail.extend_from_slice(bytes);
        self.count(bytes.len());
    }

    /// Appends without copying, unless it is small.
    pub(super) fn push(&mut self, bytes: &Bytes) {
        if bytes.len() < BY_REFERENCE_BYTES {
            return self.push_copy(bytes);
        }
        self.seal_tail();
        self.ready.push(bytes.clone());
        self.count(bytes.len());
    }

    /// Hands everything out; returns how many bytes.
    pub(super) fn take(&mut self, into: &mut Vec<Bytes>) -> u64 {
        self.seal_tail();
        into.append(&mut self.ready);
        std::mem::take(&mut self.pending)
    }

    fn seal_tail(&mut self) {
        if !self.tail.is_empty() {
            self.ready.push(self.tail.split().freeze());
        }
    }

    fn count(&mut self, len: usize) {
        self.pending += wide(len);
        self.offset += wide(len);
    }
}
