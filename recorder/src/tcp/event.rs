//! What reassembly tells of connections.

use std::net::SocketAddr;

use bytes::Bytes;
use cassettes::model::{Direction, How, Side};

use super::StreamTally;
use crate::capture::UnixNanos;

/// A connection's number in its capture, from 0, in the order of first packets.
///
/// It counts as Wireshark's `tcp.stream` does: every packet belongs to the stream of its two endpoints, and a SYN
/// with another sequence number begins a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StreamId(pub u32);

/// What became known of one connection.
///
/// A connection's events come in this order: `Opened`, then anything but `Opened` and `Ended`, then `Ended`. Their times
/// never go back, whatever those in the capture do. `Closed` may be followed by more data: of the other side after a FIN,
/// and even of the same side after a reset, where that reset was forged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TcpEvent {
    /// Packets of a connection not seen before.
    Opened {
        /// Which one.
        stream: StreamId,
        /// When its first packet was captured.
        at: UnixNanos,
        /// Who connected.
        client: SocketAddr,
        /// Who was connected to.
        server: SocketAddr,
        /// Whether its beginning was captured.
        start: Start,
    },
    /// The next bytes of one direction.
    Data {
        /// Of which connection.
        stream: StreamId,
        /// Which way they went.
        direction: Direction,
        /// When their packet was captured; later, if what precedes them came later.
        at: UnixNanos,
        /// Never empty. A slice of the packet, unless they had to wait for earlier ones.
        bytes: Bytes,
    },
    /// Bytes of one direction that the capture lacks, between what was told before and what comes next.
    Gap {
        /// Of which connection.
        stream: StreamId,
        /// Which way they went.
        direction: Direction,
        /// When what follows them was captured; for none that follows, when the connection's last event was.
        at: UnixNanos,
        /// How many bytes of this direction precede it, lost ones counted.
        offset: u64,
        /// How many bytes are missing. One that follows all data may count the FIN, if that was not captured either.
        length: u64,
    },
    /// Bytes that came again, and differed. The first ones were told, or will be.
    Contested {
        /// Of which connection.
        stream: StreamId,
        /// Which way they went.
        direction: Direction,
        /// The first byte that differs.
        offset: u64,
        /// From there to the last byte that differs.
        length: u64,
    },
    /// One side ended what it sends, or the connection. At most once for each side and way.
    Closed {
        /// Which one.
        stream: StreamId,
        /// When it was captured.
        at: UnixNanos,
        /// By whom.
        by: Side,
        /// [`How::Fin`] or [`How::Reset`].
        how: How,
    },
    /// No more will be told of this connection.
    Ended {
        /// Which one.
        stream: StreamId,
        /// Why.
        ending: Ending,
        /// What was seen of it, and what was lost.
        tally: StreamTally,
    },
}

/// Where a capture of a connection begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Start {
    /// With its handshake, or one side of that: offset 0 is the first byte that was sent.
    Handshake,
    /// Later: offset 0 is the first byte that was captured.
    Middle,
}

/// Why no more is told of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// It was closed by both sides, or reset.
    Closed,
    /// The same endpoints opened another connection.
    Replaced,
    /// Too many were open at once, and this one was idle for longest: see [`Limits::streams`](super::Limits::streams).
    Evicted,
    /// The capture ended.
    CaptureEnd,
}
