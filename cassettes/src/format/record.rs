//! The metadata of header, parts and exchanges, as flat structs of numbers and texts, apart from the model.
//! Their fields and order *are* format 1: a change here is a new major version. Connections: `connection.rs`.

use bincode::{Decode, Encode};

use super::damage::What;
use crate::model::{Direction, Header, Protocol, Rewrite};

/// Metadata of kind 1.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct HeaderRecord {
    pub(super) created_unix_nanos: u64,
    pub(super) writer: String,
    pub(super) rewrite_host: String,
    pub(super) rewrite_origin: String,
}

/// Metadata of kind 3: a piece of an exchange that is too large, or too long, to keep in memory until its end.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct PartRecord {
    pub(super) connection: u32,
    pub(super) ordinal: u32,
    /// Offset of the exchange's part before this one; 0: this is the first.
    pub(super) previous: u64,
    /// What the first chunk's `after` counts from.
    pub(super) started: u64,
    pub(super) chunks: Vec<ChunkRecord>,
}

/// Metadata of kind 4: an exchange that is over, with those of its chunks that are in no part.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct ExchangeRecord {
    pub(super) connection: u32,
    pub(super) ordinal: u32,
    pub(super) protocol: u8,
    /// [`flags`]
    pub(super) flags: u8,
    pub(super) request_key: u64,
    pub(super) body_key: u64,
    pub(super) degraded: Option<DegradedRecord>,
    /// Offset of the exchange's last part; 0: it has none.
    pub(super) last_part: u64,
    /// What the first chunk's `after` counts from.
    pub(super) started: u64,
    pub(super) chunks: Vec<ChunkRecord>,
}

/// One chunk; its bytes are in the body, after those of the chunks before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct ChunkRecord {
    pub(super) direction: u8,
    /// Nanoseconds after the chunk before it, or after `started`.
    pub(super) after: u64,
    /// Never 0.
    pub(super) len: u64,
}

/// Where and why a parser gave up.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct DegradedRecord {
    pub(super) direction: u8,
    pub(super) offset: u64,
    pub(super) reason: String,
}

/// Bits of an exchange's flags, in its record and in its index entry.
pub(super) mod flags {
    /// Request and final response came to the end that their framing announced.
    pub(in crate::format) const COMPLETE: u8 = 1;
    /// The whole request came before the first byte of the answer.
    pub(in crate::format) const REQUEST_FIRST: u8 = 2;
    /// A parser gave up on it.
    pub(in crate::format) const DEGRADED: u8 = 4;
    /// Only parts of it are there: the recorder was killed before it was over. In index entries only.
    pub(in crate::format) const INTERRUPTED: u8 = 8;
    /// It is not played as its bytes and times say.
    pub(in crate::format) const STAGED: u8 = 16;
    /// Bits that have a meaning.
    pub(in crate::format) const ALL: u8 =
        COMPLETE | REQUEST_FIRST | DEGRADED | INTERRUPTED | STAGED;
}

impl From<&Header> for HeaderRecord {
    fn from(header: &Header) -> Self {
        Self {
            created_unix_nanos: header.created_unix_nanos,
            writer: header.writer.clone(),
            rewrite_host: header.rewrite.host.clone(),
            rewrite_origin: header.rewrite.origin.clone(),
        }
    }
}

impl From<HeaderRecord> for Header {
    fn from(record: HeaderRecord) -> Self {
        Self {
            created_unix_nanos: record.created_unix_nanos,
            writer: record.writer,
            rewrite: Rewrite { host: record.rewrite_host, origin: record.rewrite_origin },
        }
    }
}

/// The number of a direction.
pub(super) const fn direction_number(direction: Direction) -> u8 {
    match direction {
        Direction::ToServer => 0,
        Direction::ToClient => 1,
    }
}

/// The direction of a number.
pub(super) fn direction(number: u8) -> Result<Direction, What> {
    match number {
        0 => Ok(Direction::ToServer),
        1 => Ok(Direction::ToClient),
        _ => Err(What::BadValue { field: "direction", value: number.into() }),
    }
}

/// The number of a protocol.
pub(super) const fn protocol_number(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Raw => 0,
        Protocol::Http1 => 1,
        Protocol::Http2 => 2,
        Protocol::Http2Control => 3,
    }
}

/// The protocol of a number.
pub(super) const fn protocol(number: u8) -> Result<Protocol, What> {
    match number {
        0 => Ok(Protocol::Raw),
        1 => Ok(Protocol::Http1),
        2 => Ok(Protocol::Http2),
        3 => Ok(Protocol::Http2Control),
        _ => Err(What::BadValue { field: "protocol", value: number as u64 }),
    }
}
