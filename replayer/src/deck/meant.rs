//! The server that a tunnel leads to.

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
    fn an_origin_leaves_out_the_port_of_its_scheme() {
        assert_eq!(Meant::new("API.test", 443).origin("https"), "https://api.test");
        assert_eq!(Meant::new("api.test", 443).origin("http"), "http://api.test:443");
        assert_eq!(Meant::new("::1", 5432).origin("tcp"), "tcp://[::1]:5432");
        assert_eq!(Meant::new("::1", 5432).host(), "::1");
    }
}
