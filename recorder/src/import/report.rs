//! What there is to say of one stream.

use std::fmt;
use std::net::SocketAddr;

use cassettes::model::Direction;

use super::Speech;
use crate::capture::UnixNanos;
use crate::decrypt::Undecryptable;
use crate::tcp::{DirectionTally, Ending, Start};

/// What was found on one stream of a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamReport {
    /// Its number, from 0 in the order of first packets.
    pub stream: u32,
    /// Who connected.
    pub client: SocketAddr,
    /// To whom.
    pub server: SocketAddr,
    /// When its first packet came.
    pub opened: UnixNanos,
    /// Whether its beginning was captured.
    pub start: Start,
    /// Why nothing more was to be told of it.
    pub ending: Ending,
    /// What is spoken on it; none if nothing was said.
    pub speech: Option<Speech>,
    /// Whether that was in TLS.
    pub tls: Secrecy,
    /// What the client calls its server; empty if it does not.
    pub name: String,
    /// What the client sent.
    pub to_server: DirectionReport,
    /// What the server sent.
    pub to_client: DirectionReport,
}

/// What was found of one direction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DirectionReport {
    /// What was seen of it, and lost.
    pub tally: DirectionTally,
    /// Where bytes are missing: how many came before, missing ones included, and how many are. At most [`MAX_GAPS`].
    pub gaps: Vec<(u64, u64)>,
    /// Of its bytes, missing ones left out; if asked for.
    pub digest: Option<Sha256>,
    /// How many bytes there were in TLS, and their digest; if that was taken off.
    pub decrypted: Option<(u64, Option<Sha256>)>,
}

/// Most gaps told of one direction one by one. One with more is all gaps.
pub const MAX_GAPS: usize = 16 * 1024;

/// Whether a stream was encrypted, and that could be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrecy {
    /// There was no TLS.
    #[default]
    Plain,
    /// There was, and all of it was taken off.
    Decrypted,
    /// There was, and some of it, or all, could not be taken off.
    Undecrypted(Undecryptable),
}

/// A SHA-256, shown in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha256(pub [u8; 32]);

impl fmt::Display for Sha256 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl StreamReport {
    /// What was found of one direction.
    pub const fn direction(&self, direction: Direction) -> &DirectionReport {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }
}
