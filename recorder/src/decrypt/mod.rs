//! TLS connections of a capture, decrypted. Sans-io: what both sides said goes in, what they meant comes out.
//!
//! Start here:
//! - [`Decryptor`]: one connection
//! - [`Decrypted`]: what comes out; what cannot be decrypted comes out as it is, and [`Undecryptable`] says why
//! - [`Secrets`]: key logs, for all connections

mod event;
mod key_log;
mod secrets;

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::model::Direction;

use crate::capture::UnixNanos;

pub use event::{Decrypted, Undecryptable};
pub use secrets::{KeyLogCounts, MAX_SECRETS, Secrets};

/// Most bytes held of a connection until its handshake is settled, and as many again of a direction that has to wait for
/// the other. A handshake with long certificate chains and post-quantum keys is some 20 KiB.
pub const MAX_HELD_BYTES: usize = 128 * 1024;

/// Decrypts one connection.
///
/// Of what goes in nothing is held by reference: only a record's parts, and the handshake until it is settled, and
/// those are copied.
#[derive(Debug, Default)]
pub struct Decryptor {
    events: VecDeque<Decrypted>,
    failed: [bool; 2],
}

impl Decryptor {
    /// A connection from its beginning.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes of one direction, in order. Poll before handing in more: what comes out is held until then.
    pub fn receive(
        &mut self,
        secrets: &mut Secrets,
        direction: Direction,
        at: UnixNanos,
        bytes: Bytes,
    ) {
        let _ = secrets.is_complete();
        self.fail(direction, Undecryptable::NoHandshake);
        if !bytes.is_empty() {
            self.events.push_back(Decrypted::Undecrypted { direction, at, bytes });
        }
    }

    /// Takes note of a hole in the capture.
    pub fn lose(&mut self, direction: Direction, at: UnixNanos, length: u64) {
        self.events.push_back(Decrypted::Lost { direction, at, length });
        self.fail(direction, Undecryptable::Gap);
    }

    /// Takes note that nothing more will come: what is held comes out.
    pub fn finish(&mut self, _secrets: &mut Secrets) {}

    /// What was learned; `None`: hand in more.
    pub fn poll(&mut self) -> Option<Decrypted> {
        self.events.pop_front()
    }

    fn fail(&mut self, direction: Direction, why: Undecryptable) {
        let [to_server, to_client] = &mut self.failed;
        let failed = match direction {
            Direction::ToServer => to_server,
            Direction::ToClient => to_client,
        };
        if !std::mem::replace(failed, true) {
            self.events.push_back(Decrypted::Reason { direction, why });
        }
    }
}
