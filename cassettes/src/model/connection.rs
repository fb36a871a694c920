//! What exchanges travel on, and how it ended.

use super::{Applied, Direction, Exchange, Reception, Side, Timestamp};

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
    /// How the client came to the server.
    pub way: Way,
    /// The client's address, as `host:port`; empty where unknown.
    pub client: String,
    /// The address the client connected to (the recorder's own, when it proxied), as `host:port`; empty where unknown.
    pub server: String,
    /// Where the recorder connected for it, as an origin: `http://host:port`, `https://…`, `tcp://…`, `tls://…`,
    /// `unix:///path`. The port is left out where it is the scheme's own. Empty where there was no proxy.
    pub upstream: String,
    /// TLS as the client saw it; none where it spoke plainly.
    pub tls: Option<Box<Tls>>,
    /// TLS between recorder and server; none where it was plain, or there was no recorder in between.
    pub upstream_tls: Option<Box<Tls>>,
    /// Every end, in the order in which they happened: both directions of a TCP connection close
    /// by themselves. Empty while it was still open when the recording stopped.
    pub closes: Vec<Close>,
    /// What is known to be missing, in the order in which it was missed. Only what was captured has gaps: a proxy
    /// sees every byte.
    pub gaps: Vec<Gap>,
    /// How a replayer meets the client in its place; none: as anybody.
    pub reception: Option<Box<Reception>>,
    /// In a transcript: the faults that hit the client, in their order.
    pub faults: Vec<Applied>,
}

impl Connection {
    /// A connection of which nothing but its time of opening is known.
    pub const fn opened_at(opened: Timestamp) -> Self {
        Self {
            opened,
            transport: Transport::Tcp,
            way: Way::Direct,
            client: String::new(),
            server: String::new(),
            upstream: String::new(),
            tls: None,
            upstream_tls: None,
            closes: Vec::new(),
            gaps: Vec::new(),
            reception: None,
            faults: Vec::new(),
        }
    }

    /// How a side ends it that has nothing to complain of.
    pub const fn orderly_end(&self) -> How {
        if self.tls.is_some() { How::CloseNotify } else { How::Fin }
    }

    /// The server's first own end, if it ended the connection before the client's reset.
    pub fn server_close(&self) -> Option<&Close> {
        self.closes.iter().find(|close| close.by == Side::Server)
    }

    /// What is missing before the first byte of an exchange that started then. No exchange has a gap inside it: a
    /// gap ends those that are open, and what follows it is later than it.
    pub fn gap_before(&self, started: Timestamp) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.at < started)
    }

    /// What is missing after the last byte of `exchange`: of one that is not complete, this is where it breaks off.
    pub fn gap_after(&self, exchange: &Exchange) -> Option<&Gap> {
        let ended = exchange.ended();
        self.gaps.iter().find(|gap| gap.at >= ended)
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

/// How a client comes to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Way {
    /// It takes the recorder, or replayer, for the server.
    #[default]
    Direct,
    /// By a forward proxy, with targets in absolute form (RFC 9112 §3.2.2).
    Forward,
    /// Through a tunnel by HTTP `CONNECT` (RFC 9110 §9.3.6).
    Connect,
    /// Through SOCKS5 (RFC 1928).
    Socks5,
    /// It meant the server itself: the system led the connection here, or it was captured on its way.
    Transparent,
}

/// What one TLS handshake settled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tls {
    /// The name that the client asked for (SNI); empty if none.
    pub sni: String,
    /// The protocols that the client offered (ALPN), in its order. Bytes that are no visible ASCII are
    /// written `\xNN`, as is a backslash.
    pub offered: Vec<String>,
    /// The protocol that the server chose, in the same notation; empty if none.
    pub alpn: String,
    /// As on the wire: 0x0303 is TLS 1.2, 0x0304 is TLS 1.3; 0: the handshake did not get so far.
    pub version: u16,
    /// The cipher suite, as on the wire; 0: the handshake did not get so far.
    pub cipher: u16,
    /// Whether the server's certificate was found good.
    pub trust: Trust,
}

/// What is known of a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Trust {
    /// Nobody looked, or nobody said.
    #[default]
    Unknown,
    /// Its chain and name were verified.
    Verified,
    /// It was accepted without being verified, as the user demanded.
    Unverified,
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
    /// TLS `close_notify`, then FIN: the orderly end of a TLS connection. There, [`How::Fin`] is one without
    /// `close_notify`.
    CloseNotify,
    /// A fatal TLS alert, with its number (RFC 8446 §6).
    Alert(u8),
    /// The recorder refused the server's certificate.
    Untrusted,
}

/// Bytes that were sent and are not in the recording: a capture lacks the packets, or part of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gap {
    /// Which way they went.
    pub direction: Direction,
    /// When they were missed. What came before them is not later, what came after them is.
    pub at: Timestamp,
    /// How many bytes of this direction of the connection came before them, missing ones included.
    pub offset: u64,
    /// How many are missing.
    pub length: u64,
}
