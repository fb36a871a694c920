//! What was seen, and what was lost.

use std::ops::AddAssign;

use cassettes::model::Direction;

/// Counts of one direction of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DirectionTally {
    /// Segments.
    pub packets: u64,
    /// Bytes told as [`TcpEvent::Data`](super::TcpEvent::Data).
    pub bytes: u64,
    /// Times that bytes were missing.
    pub gaps: u64,
    /// Missing bytes.
    pub lost: u64,
    /// Those of `gaps` that might have been filled: too much waited for the missing bytes.
    pub given_up: u64,
    /// Bytes that came after they had been declared missing, and were dropped.
    pub late: u64,
    /// Bytes from before the first one captured, that came after it, and were dropped.
    pub early: u64,
    /// Bytes behind missing ones that the other side never acknowledged, though it did others, and that were dropped: they
    /// did not reach it in any order that it could use.
    pub unacknowledged: u64,
    /// Segments that had to wait for earlier bytes.
    pub reordered: u64,
    /// Bytes that came again.
    pub repeated: u64,
    /// Those of `repeated` that were not compared with the first ones: these were forgotten already.
    pub unchecked: u64,
    /// Segments that repeated bytes, and differed in some.
    pub contested: u64,
    /// Keep-alive probes. What they carry is none of the connection's bytes.
    pub keep_alives: u64,
}

impl AddAssign for DirectionTally {
    fn add_assign(&mut self, other: Self) {
        self.packets += other.packets;
        self.bytes += other.bytes;
        self.gaps += other.gaps;
        self.lost += other.lost;
        self.given_up += other.given_up;
        self.late += other.late;
        self.early += other.early;
        self.unacknowledged += other.unacknowledged;
        self.reordered += other.reordered;
        self.repeated += other.repeated;
        self.unchecked += other.unchecked;
        self.contested += other.contested;
        self.keep_alives += other.keep_alives;
    }
}

/// Counts of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamTally {
    /// From the client to the server.
    pub to_server: DirectionTally,
    /// From the server to the client.
    pub to_client: DirectionTally,
}

impl StreamTally {
    /// The counts of one direction.
    pub const fn direction(&self, direction: Direction) -> &DirectionTally {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    /// Both directions together.
    #[must_use]
    pub fn both(&self) -> DirectionTally {
        let mut both = self.to_server;
        both += self.to_client;
        both
    }
}

/// Counts over a whole capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Connections, or parts of them.
    pub streams: u64,
    /// Those whose beginning was not captured.
    pub from_middle: u64,
    /// Those that were given up while they may have been going on: [`Ending::Evicted`](super::Ending::Evicted).
    pub evicted: u64,
    /// Segments of connections that had ended.
    pub stragglers: u64,
    /// Bytes of data that these carried, and that were dropped.
    pub straggling_bytes: u64,
    /// All ended connections' counts, both directions together.
    pub ended: DirectionTally,
}
