//! One TCP segment.

use std::fmt;
use std::net::SocketAddr;

use bytes::Bytes;

use crate::capture::UnixNanos;

/// One TCP segment as it was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// When its packet was captured; the last one, where it came in fragments.
    pub at: UnixNanos,
    /// Who sent it.
    pub source: SocketAddr,
    /// To whom.
    pub destination: SocketAddr,
    /// The sequence number of the first byte of `payload`, or of the SYN before it.
    pub seq: u32,
    /// The sequence number that its sender waits for. Says nothing without [`TcpFlags::ACK`].
    pub ack: u32,
    /// Its control bits.
    pub flags: TcpFlags,
    /// How much its sender has room for, before scaling.
    pub window: u16,
    /// The data as far as it was captured. A slice of the packet, unless it came in fragments.
    pub payload: Bytes,
    /// How many bytes of data follow `payload` that were not captured, as the length in its IP header says.
    pub cut: u32,
    /// The number of its packet in the file, from 1; the last one, where it came in fragments.
    pub packet: u64,
}

/// TCP's control bits (RFC 9293 §3.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    /// Its sender has no more to send.
    pub const FIN: Self = Self(0x01);
    /// Its sender opens the connection.
    pub const SYN: Self = Self(0x02);
    /// Its sender breaks the connection off.
    pub const RST: Self = Self(0x04);
    /// Deliver now.
    pub const PSH: Self = Self(0x08);
    /// The acknowledgement number counts.
    pub const ACK: Self = Self(0x10);
    /// The urgent pointer counts.
    pub const URG: Self = Self(0x20);

    /// All of these are set.
    pub const fn has(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// [`Self::FIN`] is set.
    pub const fn fin(self) -> bool {
        self.has(Self::FIN)
    }

    /// [`Self::SYN`] is set.
    pub const fn syn(self) -> bool {
        self.has(Self::SYN)
    }

    /// [`Self::RST`] is set.
    pub const fn rst(self) -> bool {
        self.has(Self::RST)
    }

    /// [`Self::ACK`] is set.
    pub const fn ack(self) -> bool {
        self.has(Self::ACK)
    }
}

impl std::ops::BitOr for TcpFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for TcpFlags {
    /// `SYN|ACK`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
        let set = NAMES.iter().enumerate().filter(|(bit, _)| self.0 >> bit & 1 == 1);
        let names: Vec<_> = set.map(|(_, name)| *name).collect();
        f.write_str(if names.is_empty() { "none" } else { "" })?;
        f.write_str(&names.join("|"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_told_by_their_names() {
        assert_eq!(format!("{:?}", TcpFlags::SYN | TcpFlags::ACK), "SYN|ACK");
        assert_eq!(format!("{:?}", TcpFlags::default()), "none");
        assert!((TcpFlags::SYN | TcpFlags::ACK).has(TcpFlags::ACK));
        assert!(!TcpFlags::SYN.has(TcpFlags::SYN | TcpFlags::ACK));
    }
}
