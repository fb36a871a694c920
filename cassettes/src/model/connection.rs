//! What exchanges travel on, and how it ended.

use super::{Side, Timestamp};

/// A connection's place in its cassette, counted from 0 in the order of opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ConnectionId(pub u32);

impl ConnectionId {
    /// As an index into [`Cassette::connections`](super::Cassette::connections).
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One client connection: its endpoints, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// When the client connected.
    pub opened: Timestamp,
    /// What carried it.
    pub transport: Transport,
    /// The client's address, as `host:port`; empty where unknown.
    pub client: String,
    /// The address the client connected to (the recorder's own, when it proxied), as `host:port`; empty where unknown.
    pub server: String,
    /// Where the recorder connected for it, as an origin (`http://host:port`); empty where there was no proxy.
    pub upstream: String,
    /// Every end, in the order in which they happened: both directions of a TCP connection close
    /// by themselves. Empty while it was still open when the recording stopped.
    pub closes: Vec<Close>,
}

impl Connection {
    /// A connection of which nothing but its time of opening is known.
    pub const fn opened_at(opened: Timestamp) -> Self {
        Self {
            opened,
            transport: Transport::Tcp,
            client: String::new(),
            server: String::new(),
            upstream: String::new(),
            closes: Vec::new(),
        }
    }

    /// The server's first own end, if it ended the connection before the client's reset.
    pub fn server_close(&self) -> Option<&Close> {
        self.closes.iter().find(|close| close.by == Side::Server)
    }
}

/// What carries a connection's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A TCP connection.
    Tcp,
    /// A Unix-domain stream socket.
    Unix,
}

/// One end of one direction of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// When it was seen.
    pub at: Timestamp,
    /// Who ended it. Failures to reach the server are the server's.
    pub by: Side,
    /// In which way.
    pub how: How,
}

/// The ways a connection, or one direction of it, ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// An orderly end of what this side sends (TCP FIN).
    Fin,
    /// TCP RST.
    Reset,
    /// The server refused the connection.
    Refused,
    /// The server did not answer the connection attempt, or went silent, for as long as the recorder waits.
    Timeout,
    /// No route, no such host, or another failure before a connection stood.
    Unreachable,
}
