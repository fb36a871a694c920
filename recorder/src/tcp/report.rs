//! What one direction has to tell, on its way to the outside.

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::model::How;

use super::TcpEvent;
use super::recent::{Ledger, Owner};
use crate::capture::UnixNanos;

/// Where events wait for [`Reassembler::poll`](super::Reassembler::poll).
#[derive(Debug)]
pub(super) struct Output {
    pub(super) events: VecDeque<TcpEvent>,
    pub(super) ledger: Ledger,
}

/// Tells the events of one direction of a connection.
pub(super) struct Report<'a> {
    pub(super) owner: Owner,
    /// When the connection's last event was.
    pub(super) told: &'a mut UnixNanos,
    pub(super) output: &'a mut Output,
}

impl Report<'_> {
    /// Tells the next bytes, and notes that they are remembered.
    pub(super) fn data(&mut self, at: UnixNanos, bytes: Bytes, is_copy: bool) {
        let ledger = &mut self.output.ledger;
        if is_copy {
            ledger.push_copy(self.owner, &bytes);
        } else {
            ledger.push_slice(self.owner, &bytes);
        }
        let Owner { stream, direction, .. } = self.owner;
        let at = self.time(at);
        self.output.events.push_back(TcpEvent::Data { stream, direction, at, bytes });
    }

    pub(super) fn gap(&mut self, at: UnixNanos, offset: u64, length: u64) {
        let Owner { stream, direction, .. } = self.owner;
        let at = self.time(at);
        self.output.events.push_back(TcpEvent::Gap { stream, direction, at, offset, length });
    }

    pub(super) fn contested(&mut self, offset: u64, length: u64) {
        let Owner { stream, direction, .. } = self.owner;
        self.output.events.push_back(TcpEvent::Contested { stream, direction, offset, length });
    }

    pub(super) fn closed(&mut self, at: UnixNanos, how: How) {
        let (stream, by) = (self.owner.stream, self.owner.direction.sender());
        let at = self.time(at);
        self.output.events.push_back(TcpEvent::Closed { stream, at, by, how });
    }

    /// `at`, or later, if later ones were told.
    fn time(&mut self, at: UnixNanos) -> UnixNanos {
        *self.told = at.max(*self.told);
        *self.told
    }
}
