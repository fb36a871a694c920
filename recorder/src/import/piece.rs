//! What reassembly gives of one direction.

use bytes::Bytes;
use cassettes::model::Direction;

use crate::capture::UnixNanos;

/// The next of one direction: bytes, or the lack of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) direction: Direction,
    pub(super) at: UnixNanos,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Bytes(Bytes),
    /// So many are missing.
    Lost(u64),
}

impl Piece {
    pub(super) const fn bytes(direction: Direction, at: UnixNanos, bytes: Bytes) -> Self {
        Self { direction, at, what: What::Bytes(bytes) }
    }

    pub(super) const fn lost(direction: Direction, at: UnixNanos, length: u64) -> Self {
        Self { direction, at, what: What::Lost(length) }
    }

    /// To be held: a slice would keep a whole block of the capture in memory.
    pub(super) fn held(self) -> Self {
        let what = match self.what {
            What::Bytes(bytes) => What::Bytes(Bytes::copy_from_slice(&bytes)),
            lost @ What::Lost(_) => lost,
        };
        Self { what, ..self }
    }
}
