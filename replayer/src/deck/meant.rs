//! The server that a tunnel leads to.

use std::net::{IpAddr, SocketAddr};

use super::Named;

/// A server by host and port: what a tunnel says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meant {
    /// A name, or an address as text; an IPv6 address in brackets.
    host: String,
    port: u16,
}

impl Meant {
    /// An IPv6 address comes without brackets.
    pub(crate) fn new(host: &str, port: u16) -> Self {
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_ascii_lowercase() };
        Self { host, port }
    }

    /// Without brackets.
    pub(crate) fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Whether it is this address, by number or as `localhost`.
    pub(crate) fn is_at(&self, address: SocketAddr) -> bool {
        let by_name = self.host == "localhost" && address.ip().to_canonical().is_loopback();
        let by_number =
            self.host().parse().is_ok_and(|ip: IpAddr| ip == address.ip().to_canonical());
        self.port == address.port() && (by_name || by_number)
    }

    /// As an origin, without the port that is the scheme's own.
    pub(crate) fn origin(&self, scheme: &str) -> String {
        match (scheme, self.port) {
            ("http", 80) | ("https", 443) => format!("{scheme}://{}", self.host),
            (_, port) => format!("{scheme}://{}:{port}", self.host),
        }
    }

    /// As a server, in TLS or without.
    pub(crate) fn named(&self, secure: bool) -> Named<'_> {
        Named { secure, host: self.host.as_bytes(), port: self.port }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_meant_by_its_number_or_as_localhost() {
        let own = "127.0.0.1:5000".parse().unwrap();
        assert!(Meant::new("127.0.0.1", 5000).is_at(own));
        assert!(Meant::new("LocalHost", 5000).is_at(own));
        assert!(!Meant::new("127.0.0.1", 5001).is_at(own));
        assert!(!Meant::new("api.test", 5000).is_at(own));
        assert!(Meant::new("::1", 80).is_at("[::1]:80".parse().unwrap()));
    }

    #[test]
    fn an_origin_leaves_out_the_port_of_its_scheme() {
        assert_eq!(Meant::new("API.test", 443).origin("https"), "https://api.test");
        assert_eq!(Meant::new("api.test", 443).origin("http"), "http://api.test:443");
        assert_eq!(Meant::new("::1", 5432).origin("tcp"), "tcp://[::1]:5432");
        assert_eq!(Meant::new("::1", 5432).host(), "::1");
    }
}
