//! How a client came, before it said anything that is part of an exchange.

use cassettes::model::{Tls, Way};

/// How a client came to a replayer, and what it came for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The port that it connected to.
    pub own_port: u16,
    /// How it came.
    pub way: Way,
    /// The server that it meant, as an origin without its scheme's own port (`https://api.test`, `tcp://db.test:5432`); none where
    /// it took the replayer for the server.
    pub origin: Option<String>,
    /// TLS with the client; none where it speaks plainly.
    pub tls: Option<Box<Tls>>,
}

impl Arrival {
    /// A client that took the replayer, on this port, for the server, and speaks plainly.
    pub const fn direct(own_port: u16) -> Self {
        Self { own_port, way: Way::Direct, origin: None, tls: None }
    }
}
