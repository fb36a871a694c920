//! Segments that acknowledge what has not been seen yet.
//!
//! A capture puts packets in another order than the network did: each queue of a network card has its own buffer. What
//! a side acknowledges it has received, so it was sent before; such a segment waits until it turns up, or until so many
//! others came that it never will.

use std::collections::VecDeque;

use bytes::Bytes;

use super::half::Arrival;
use super::held::PIECE_OVERHEAD;
use crate::packet::Segment;

/// How many segments of a connection may come while one waits. Queues run apart by as much as one interrupt brings: 64
/// packets, in Linux.
const PATIENCE: usize = 64;

/// In the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    segments: VecDeque<Segment>,
    /// How many of the connection came since one began to wait.
    since: usize,
    charge: usize,
}

impl Waiting {
    /// Says that a segment of the connection has come.
    pub(super) fn tick(&mut self) {
        self.since = if self.segments.is_empty() { 0 } else { self.since + 1 };
    }

    /// Whether it has been too long.
    pub(super) const fn is_over(&self) -> bool {
        self.since >= PATIENCE
    }

    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    pub(super) const fn charge(&self) -> usize {
        self.charge
    }

    pub(super) fn first(&self) -> Option<&Segment> {
        self.segments.front()
    }

    /// Keeps a copy: a slice would pin the block of the file that it is in.
    pub(super) fn push(&mut self, arrival: Arrival) {
        let Arrival { mut segment, is_copy } = arrival;
        if !is_copy {
            segment.payload = Bytes::copy_from_slice(&segment.payload);
        }
        self.charge += charge(&segment);
        self.segments.push_back(segment);
    }

    pub(super) fn pop(&mut self) -> Option<Arrival> {
        let segment = self.segments.pop_front()?;
        self.charge -= charge(&segment);
        Some(Arrival { segment, is_copy: true })
    }
}

fn charge(segment: &Segment) -> usize {
    segment.payload.len() + PIECE_OVERHEAD
}
