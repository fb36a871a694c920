//! One connection: both directions' records, the handshake that makes sense of them, and what is held until it does.
//!
//! - `records`: what becomes of a record
//! - `messages`: what the messages of the handshake say
//! - `settle`: whether the connection can be decrypted

mod messages;
mod records;
mod settle;

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::model::{Direction, Tls};

use super::event::{Decrypted, Undecryptable};
use super::handshake::Handshake;
use super::lane::Lane;
use super::record::{Piece, join};
use super::secrets::Secrets;
use crate::capture::UnixNanos;

/// Most bytes held of a connection until its handshake is settled, and of a direction that has to wait for the other.
/// A handshake with long certificate chains and post-quantum keys is some 20 KiB.
pub const MAX_HELD_BYTES: usize = 128 * 1024;

/// Decrypts one connection.
///
/// Of what goes in nothing is held by reference: only the parts of a record, and the handshake until it is settled, and
/// those are copied.
#[derive(Debug, Default)]
pub struct Decryptor {
    to_server: Lane,
    to_client: Lane,
    handshake: Handshake,
    /// What was last said of early data.
    early: Early,
    /// Whether it was clear whether the connection can be decrypted.
    is_settled: bool,
    /// Everything that came, as long as that is not clear.
    held: Vec<(Direction, Piece)>,
    held_bytes: usize,
    /// Of the secrets, when they were last looked at.
    revision: u64,
    /// What the handshake settled, until it is told.
    facts: Option<Box<Tls>>,
    events: VecDeque<Decrypted>,
}

/// What became of data that the client sent before the server answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Early {
    /// There is none, or the server reads it, or nobody can know.
    #[default]
    Read,
    /// The server will say.
    Open,
    /// The server did not read it.
    Refused,
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
        if self.lane(direction).failed.is_some() {
            return self.tell_raw(direction, at, bytes);
        }
        if !self.is_settled {
            self.hold(direction, at, &bytes);
            self.look_again(secrets);
            if self.lane(direction).failed.is_some() {
                // It was held with the rest, and came out with it.
                return;
            }
        }
        self.lane(direction).reader.push(at, bytes);
        self.pump(secrets);
        self.keep_bounds(secrets);
        self.to_server.reader.detach();
        self.to_client.reader.detach();
    }

    /// Takes note of a hole in the capture: nothing after it can be decrypted, as it is not known how many records it
    /// swallowed.
    pub fn lose(&mut self, direction: Direction, at: UnixNanos, length: u64) {
        if length > 0 {
            self.fail(direction, Undecryptable::Gap);
            self.tell(Decrypted::Lost { direction, at, length });
        }
    }

    /// Takes note that nothing more will come: what is held comes out.
    pub fn finish(&mut self, secrets: &mut Secrets) {
        self.settle_at_last(secrets);
        if !self.is_settled {
            self.give_up();
        }
        for direction in [Direction::ToServer, Direction::ToClient] {
            if self.lane(direction).held() > 0 {
                let why = self.why_unfinished(direction);
                self.fail(direction, why);
            }
        }
        self.tell_facts();
    }

    /// What was learned; `None`: hand in more.
    pub fn poll(&mut self) -> Option<Decrypted> {
        self.events.pop_front()
    }
}

impl Decryptor {
    fn lane(&mut self, direction: Direction) -> &mut Lane {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn hold(&mut self, direction: Direction, at: UnixNanos, bytes: &Bytes) {
        self.held_bytes += bytes.len();
        if let Some((of, piece)) = self.held.last_mut()
            && *of == direction
            && join(piece, at, bytes)
        {
            return;
        }
        self.held.push((direction, (at, Bytes::copy_from_slice(bytes))));
    }

    /// Nothing more of this direction can be decrypted; of neither, as long as the handshake is not settled.
    fn fail(&mut self, direction: Direction, why: Undecryptable) {
        if !self.is_settled {
            return self.fail_both(why);
        }
        let lane = self.lane(direction);
        if lane.failed.is_some() {
            return;
        }
        lane.failed = Some((why, false));
        for (at, bytes) in lane.rest() {
            self.tell_raw(direction, at, bytes);
        }
        if direction == Direction::ToClient && self.early == Early::Open {
            self.early = Early::Read;
        }
    }

    fn fail_both(&mut self, why: Undecryptable) {
        for lane in [&mut self.to_server, &mut self.to_client] {
            // All of it is held here, too.
            drop(lane.rest());
            lane.failed = Some((why, false));
        }
        let held = std::mem::take(&mut self.held);
        self.settled();
        for (direction, (at, bytes)) in held {
            self.tell_raw(direction, at, bytes);
        }
    }

    /// The connection ended before its handshake was settled.
    fn give_up(&mut self) {
        let lanes = [&self.to_server, &self.to_client];
        let is_all = lanes.iter().all(|lane| lane.held() == 0 && lane.messages.is_empty());
        let is_one = self.handshake.client.is_none() && self.handshake.server.is_some();
        if is_all && !is_one {
            // It failed before anything was secret: all of it was understood.
            self.settled();
        } else if is_one || lanes.iter().any(|lane| lane.is_waiting()) {
            self.fail_both(Undecryptable::OneSided);
        } else {
            self.fail_both(Undecryptable::CutShort);
        }
    }

    /// Why something of this direction is still held when it cannot be held any more.
    fn why_unfinished(&mut self, direction: Direction) -> Undecryptable {
        let lane = self.lane(direction);
        match lane.stage() {
            Some(_) if !lane.is_legible() => lane.unopened(),
            _ if lane.is_waiting() => Undecryptable::OneSided,
            _ => Undecryptable::CutShort,
        }
    }

    fn tell(&mut self, event: Decrypted) {
        if !matches!(event, Decrypted::Lost { .. } | Decrypted::Refused { .. }) {
            self.tell_facts();
        }
        self.events.push_back(event);
    }

    fn tell_facts(&mut self) {
        if let Some(facts) = self.facts.take() {
            self.events.push_back(Decrypted::Facts(facts));
        }
    }

    fn tell_raw(&mut self, direction: Direction, at: UnixNanos, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        if let Some((why, is_told)) = self.lane(direction).failed
            && !is_told
        {
            self.lane(direction).failed = Some((why, true));
            self.tell(Decrypted::Reason { direction, why });
        }
        self.tell(Decrypted::Undecrypted { direction, at, bytes });
    }
}
