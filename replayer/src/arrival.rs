//! How a client came, before it said anything that is part of an exchange.

use cassettes::model::{Connection, Tls, Way};

use crate::deck::Named;
use crate::verify::Own;

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
    /// It waits for the server to speak first.
    pub silent: bool,
}

/// What requests are read against: where their client came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Here {
    /// The address that it connected to, or, where it came for another server, what that is called.
    pub(crate) own: Own,
    /// It came for another server than the one that it connected to.
    pub(crate) led: bool,
    /// It speaks TLS.
    pub(crate) secure: bool,
}

impl Arrival {
    /// A client that took the replayer, on this port, for the server, and speaks plainly.
    pub const fn direct(own_port: u16) -> Self {
        Self { own_port, way: Way::Direct, origin: None, tls: None, silent: false }
    }

    /// As the client of a recorded connection came.
    pub fn recorded(connection: &Connection) -> Self {
        let led = connection.way != Way::Direct && !connection.upstream.is_empty();
        Self {
            own_port: Own::of(&connection.server).port().unwrap_or(0),
            way: connection.way,
            origin: led.then(|| connection.upstream.clone()),
            tls: connection.tls.clone(),
            silent: false,
        }
    }

    /// The server that it was led to.
    pub(crate) fn server(&self) -> Option<Named<'_>> {
        self.origin.as_deref().and_then(Named::of_origin)
    }

    /// What its requests are read against.
    pub(crate) fn here(&self) -> Here {
        let led = self.origin.is_some();
        let own = self.origin.as_deref().map_or(Own::Port(self.own_port), Own::of_origin);
        Here { own, led, secure: self.tls.is_some() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_led_client_names_the_server_without_the_port_of_its_scheme() {
        let of = |origin: &str| {
            let origin = Some(origin.to_owned());
            Arrival { way: Way::Connect, origin, ..Arrival::direct(5000) }.here().own
        };
        assert_eq!(of("https://api.test").owns(b"api.test"), Some(true));
        assert_eq!(of("https://api.test:8443").owns(b"api.test:8443"), Some(true));
        assert_eq!(of("https://api.test:8443").owns(b"api.test"), Some(false));
    }
}
