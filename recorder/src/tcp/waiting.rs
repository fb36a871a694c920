//! Segments that acknowledge what has not been seen yet.
//!
//! A capture puts packets in another order than the network did: each queue of a network card has its own buffer. What
//! a side acknowledges it has received, so it was sent before; such a segment waits until it turns up, or until so many
//! others came that it never will.

use std::collections::VecDeque;

use bytes::Bytes;

use super::half::Arrival;
use super::held::PIECE_OVERHEAD;

/// How many arrivals of a connection may come while one waits. Queues run apart by as much as one interrupt brings: 64
/// packets, in Linux.
const PATIENCE: usize = 64;

/// In the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    arrivals: VecDeque<Arrival>,
    /// How many of the connection came since one began to wait.
    since: usize,
    charge: usize,
}

impl Waiting {
    /// Says that a segment of the connection has come.
    pub(super) fn tick(&mut self) {
        self.since = if self.arrivals.is_empty() { 0 } else { self.since + 1 };
    }

    /// Whether it has been too long.
    pub(super) const fn is_over(&self) -> bool {
        self.since >= PATIENCE
    }

    pub(super) fn is_empty(&self) -> bool {
        self.arrivals.is_empty()
    }

    pub(super) const fn charge(&self) -> usize {
        self.charge
    }

    pub(super) fn first(&self) -> Option<&Arrival> {
        self.arrivals.front()
    }

    /// Keeps a copy: a slice would pin the block of the file that it is in.
    pub(super) fn push(&mut self, mut arrival: Arrival) {
        arrival.segment.payload = Bytes::copy_from_slice(&arrival.segment.payload);
        arrival.is_copy = true;
        self.charge += charge(&arrival);
        self.arrivals.push_back(arrival);
    }

    pub(super) fn pop(&mut self) -> Option<Arrival> {
        let arrival = self.arrivals.pop_front()?;
        self.charge -= charge(&arrival);
        Some(arrival)
    }
}

fn charge(arrival: &Arrival) -> usize {
    arrival.segment.payload.len() + PIECE_OVERHEAD
}
