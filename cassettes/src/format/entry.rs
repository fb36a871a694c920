//! Index entries: fixed-width, little-endian, readable without bincode.

use super::number::{put_u32, put_u64, take, take_u8, take_u32, take_u64};
use super::record::{flags, protocol, protocol_number};
use crate::model::{ConnectionId, Direction, Protocol, RequestKeys, Timestamp};

/// How many bytes an exchange takes in the index.
pub(super) const ENTRY_BYTES: usize = 72;

/// How many bytes a connection takes in the index.
pub(super) const CONNECTION_ENTRY_BYTES: usize = 16;

/// What is known of an exchange without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The connection it was on.
    pub connection: ConnectionId,
    /// Its place on that connection, counted from 0.
    pub ordinal: u32,
    /// How to read its bytes.
    pub protocol: Protocol,
    /// What a replayer looks it up by.
    pub keys: RequestKeys,
    /// When its first byte was seen.
    pub first_at: Timestamp,
    /// When its last byte was seen.
    pub last_at: Timestamp,
    /// How many bytes the client sent.
    pub to_server: u64,
    /// How many bytes the server sent.
    pub to_client: u64,
    /// Nothing came after it on its connection.
    pub last_on_connection: bool,
    /// Of its exchange record, or of its last part if it was interrupted.
    pub(super) offset: u64,
    /// Bits of [`flags`].
    pub(super) flags: u8,
}

impl Entry {
    /// Both the request and the final response came to the end that their framing announced.
    pub const fn complete(&self) -> bool {
        self.flags & flags::COMPLETE != 0
    }

    /// The whole request came before the first byte of the answer.
    pub const fn request_first(&self) -> bool {
        self.flags & flags::REQUEST_FIRST != 0
    }

    /// A parser gave up on it.
    pub const fn degraded(&self) -> bool {
        self.flags & flags::DEGRADED != 0
    }

    /// It is not played as its bytes and times say: [`Reader::staging`](super::Reader::staging) says how.
    pub const fn staged(&self) -> bool {
        self.flags & flags::STAGED != 0
    }

    /// The recorder was killed before it was over; what had been written by then is here.
    pub const fn interrupted(&self) -> bool {
        self.flags & flags::INTERRUPTED != 0
    }

    /// How many bytes went one way.
    pub const fn byte_count(&self, direction: Direction) -> u64 {
        match direction {
            Direction::ToServer => self.to_server,
            Direction::ToClient => self.to_client,
        }
    }

    /// What entries are sorted by; no two are equal in it.
    pub(super) const fn order(&self) -> (u64, u32, u32) {
        (self.first_at.as_nanos(), self.connection.0, self.ordinal)
    }

    /// Appends its [`ENTRY_BYTES`].
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        put_u64(out, self.offset);
        put_u64(out, self.first_at.as_nanos());
        put_u64(out, self.last_at.as_nanos());
        put_u32(out, self.connection.0);
        put_u32(out, self.ordinal);
        put_u64(out, self.keys.request);
        put_u64(out, self.keys.body);
        put_u64(out, self.to_server);
        put_u64(out, self.to_client);
        out.extend_from_slice(&[protocol_number(self.protocol), self.flags, 0, 0, 0, 0, 0, 0]);
    }

    /// From its [`ENTRY_BYTES`]; `last_on_connection` is not in them, and left false.
    pub(super) fn read(mut bytes: &[u8]) -> Option<Self> {
        let input = &mut bytes;
        Some(Self {
            offset: take_u64(input)?,
            first_at: Timestamp::from_nanos(take_u64(input)?),
            last_at: Timestamp::from_nanos(take_u64(input)?),
            connection: ConnectionId(take_u32(input)?),
            ordinal: take_u32(input)?,
            keys: RequestKeys { request: take_u64(input)?, body: take_u64(input)? },
            to_server: take_u64(input)?,
            to_client: take_u64(input)?,
            protocol: protocol(take_u8(input)?).ok()?,
            flags: take_u8(input).filter(|bits| bits & !flags::ALL == 0)?,
            last_on_connection: take::<6>(input)? != [0; 6],
        })
        .filter(|entry| !entry.last_on_connection)
    }
}

/// Where a connection's record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ConnectionEntry {
    /// Of its done record, or of its opened record if it has no other.
    pub(super) offset: u64,
    pub(super) id: u32,
    /// How many it had: one more than the last one's ordinal.
    pub(super) exchanges: u32,
}

impl ConnectionEntry {
    /// Appends its [`CONNECTION_ENTRY_BYTES`].
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        put_u64(out, self.offset);
        put_u32(out, self.id);
        put_u32(out, self.exchanges);
    }

    /// From its [`CONNECTION_ENTRY_BYTES`].
    pub(super) fn read(mut bytes: &[u8]) -> Option<Self> {
        let input = &mut bytes;
        Some(Self { offset: take_u64(input)?, id: take_u32(input)?, exchanges: take_u32(input)? })
    }
}
