//! What a client sends after asking for another protocol, before the answer: HTTP, if the server
//! declines, and the other protocol if it agrees. Until then it is held.

use std::mem;

use super::{Http1, Open, Request};
use crate::model::{Chunk, Direction};
use crate::wire::http1::ResponseKind;

/// Most bytes held back while it is open whether they are HTTP: what a client sends after a request for another
/// protocol and before its answer. Clients wait for the answer; the eager ones send a TLS or HTTP/2 greeting.
pub const MAX_HELD_BYTES: usize = 64 * 1024;

impl Http1 {
    /// Which exchange gets what the client sends, as it is: none while the client speaks HTTP.
    pub(super) fn client_is_raw_in(&self) -> Option<usize> {
        let (first, last) = (self.open.front()?, self.open.back()?);
        if first.has_left_http() || first.is_stray() && self.open.len() > 1 {
            return Some(0);
        }
        (last.request == Request::Raw || last.went_on).then(|| self.open.len() - 1)
    }

    /// Whether the next bytes of the client may or may not be HTTP.
    pub(super) fn is_undecided(&self) -> bool {
        self.open.back().is_some_and(Open::is_undecided)
    }

    /// Whether chunks of this exchange have to wait behind held ones.
    pub(super) fn holds_for(&self, index: usize) -> bool {
        !self.held.is_empty() && index + 1 == self.open.len()
    }

    pub(super) fn hold(&mut self, chunk: Chunk) {
        self.held_bytes += chunk.bytes.len();
        self.held.push(chunk);
        if self.held_bytes > MAX_HELD_BYTES {
            self.release_as_tail(self.open.len().saturating_sub(1));
        }
    }

    /// The last exchange is answered: what was held belongs to it, or to the requests after it.
    pub(super) fn decide(&mut self, kind: ResponseKind) {
        match kind {
            ResponseKind::Interim => {}
            ResponseKind::Switch => self.release_as_tail(0),
            ResponseKind::Final => self.release_as_requests(),
        }
    }

    /// What was held belongs to this exchange.
    pub(super) fn release_as_tail(&mut self, index: usize) {
        for Chunk { direction, at, bytes } in self.take_held() {
            self.emit(index, direction, at, bytes);
            if let Some(open) = self.open.get_mut(index) {
                open.went_on = true;
            }
        }
    }

    fn release_as_requests(&mut self) {
        let index = self.open.len().saturating_sub(1);
        if let Some(open) = self.open.get_mut(index) {
            open.decline_switch();
        }
        for Chunk { direction, at, bytes } in self.take_held() {
            match direction {
                Direction::ToServer => self.receive_requests(at, bytes),
                Direction::ToClient => self.emit(index, direction, at, bytes),
            }
        }
    }

    pub(super) fn take_held(&mut self) -> Vec<Chunk> {
        self.held_bytes = 0;
        mem::take(&mut self.held)
    }
}
