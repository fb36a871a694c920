//! Version 3 of PostgreSQL's protocol, not encrypted.
//!
//! A message begins with its type, and then its length, which counts itself; what a client says first has no type
//! (PostgreSQL's documentation, "Frontend/Backend Protocol", Message Formats).
//!
//! - [`Postgres`]: where messages end
//! - [`readable`]: what people read of one

mod readable;
#[cfg(test)]
mod tests;

use super::{Cutter, Foreign};
use crate::model::Direction;

pub(crate) use readable::is_ready;
pub(super) use readable::readable;

/// Longest opening message: servers take none that is longer (`MAX_STARTUP_PACKET_LENGTH`).
const MAX_OPENING_BYTES: u32 = 10_000;

/// Longest message: PostgreSQL allocates no more for one (`MaxAllocSize`).
const MAX_MESSAGE_BYTES: u32 = 1 << 30;

/// What a length counts of itself.
const LENGTH_BYTES: u32 = 4;

const CANCEL: u32 = 80_877_102;
const SSL: u32 = 80_877_103;
const GSS: u32 = 80_877_104;
const MAJOR_VERSION: u32 = 3;

/// What a server says first. `S` and `G` alone agree to encryption: what follows cannot be read.
const FIRST_BY_SERVER: &[u8] = b"REv";
const BY_CLIENT: &[u8] = b"QPBEDSCHFdcfpX";
const BY_SERVER: &[u8] = b"RKSTDCZENIAGHWVcdnst123v";

/// One direction.
#[derive(Debug)]
pub(super) struct Postgres {
    direction: Direction,
    phase: Phase,
    at: At,
}

/// How far the two have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A client's messages have no type; a server refuses encryption with a byte.
    Opening,
    /// Every message has a type.
    Session,
    /// Nothing follows.
    Over,
}

/// Where in a message.
#[derive(Debug, Clone, Copy)]
enum At {
    Type,
    /// So many bytes of its length are there.
    Length(u8, u32),
    /// So many of what a client opens with, in a message of this length.
    Code(u8, u32, u32),
    /// So many bytes are yet to come.
    Content(u32),
}

impl Postgres {
    pub(super) const fn new(direction: Direction) -> Self {
        Self { direction, phase: Phase::Opening, at: At::Type }
    }

    /// Whether the message ends with this byte.
    fn byte(&mut self, byte: u8) -> Result<bool, Foreign> {
        match self.at {
            At::Type => self.kind(byte),
            At::Length(read, length) => self.length(read, length << 8 | u32::from(byte)),
            At::Code(read, code, length) => self.code(read, code << 8 | u32::from(byte), length),
            At::Content(left) => Ok(self.goes_on(left.saturating_sub(1))),
        }
    }

    fn kind(&mut self, byte: u8) -> Result<bool, Foreign> {
        match (self.phase, self.direction) {
            (Phase::Opening, Direction::ToServer) => return self.length(0, byte.into()),
            // No encryption. A notice begins with the same byte, but none comes before a server has asked who is there.
            (Phase::Opening, Direction::ToClient) if byte == b'N' => return Ok(true),
            _ => {}
        }
        let known = match (self.phase, self.direction) {
            (Phase::Opening, _) => FIRST_BY_SERVER,
            (Phase::Session, Direction::ToServer) => BY_CLIENT,
            (Phase::Session, Direction::ToClient) => BY_SERVER,
            (Phase::Over, _) => b"",
        };
        if !known.contains(&byte) {
            return Err(Foreign::Type(byte));
        }
        self.phase = Phase::Session;
        self.at = At::Length(0, 0);
        Ok(false)
    }

    /// With one byte more of the length.
    fn length(&mut self, read: u8, length: u32) -> Result<bool, Foreign> {
        self.at = At::Length(read + 1, length);
        if read < 3 {
            return Ok(false);
        }
        let opens = self.phase == Phase::Opening;
        let (least, most) = if opens {
            (2 * LENGTH_BYTES, MAX_OPENING_BYTES)
        } else {
            (LENGTH_BYTES, MAX_MESSAGE_BYTES)
        };
        if !(least..=most).contains(&length) {
            return Err(Foreign::Size(length));
        }
        if opens {
            self.at = At::Code(0, 0, length);
            return Ok(false);
        }
        Ok(self.goes_on(length - LENGTH_BYTES))
    }

    /// With one byte more of what a client opens with.
    fn code(&mut self, read: u8, code: u32, length: u32) -> Result<bool, Foreign> {
        self.at = At::Code(read + 1, code, length);
        if read < 3 {
            return Ok(false);
        }
        self.phase = match code {
            // The server answers, and the client opens again.
            SSL | GSS => Phase::Opening,
            CANCEL => Phase::Over,
            version if version >> 16 == MAJOR_VERSION => Phase::Session,
            other => return Err(Foreign::Version(other)),
        };
        Ok(self.goes_on(length - 2 * LENGTH_BYTES))
    }

    /// Whether the message ends here, with so many bytes yet to come.
    fn goes_on(&mut self, left: u32) -> bool {
        self.at = if left == 0 { At::Type } else { At::Content(left) };
        left == 0
    }
}

impl Cutter for Postgres {
    fn advance(&mut self, bytes: &[u8]) -> Result<Option<usize>, Foreign> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let ends = if let At::Content(left) = self.at {
                let taken = left.min(u32::try_from(bytes.len() - at).unwrap_or(u32::MAX));
                at += taken as usize;
                self.goes_on(left - taken)
            } else {
                at += 1;
                self.byte(byte)?
            };
            if ends {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}
