//! Whose address is whose: a client of a reverse proxy names the proxy, in whose place a replayer
//! stands at another port.

/// What the two sides of a comparison need to know of their surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CompareContext {
    /// Where the recorded client connected to.
    pub recorded: Own,
    /// Where the client connects to now.
    pub live: Own,
}

/// The address that a client connected to. An authority with its port is that address under
/// whichever host name: `localhost`, `127.0.0.1` and a container's name are one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Own {
    /// Not known: hand-written, or imported.
    #[default]
    Unknown,
    /// The port of it.
    Port(u16),
}

/// What `Host: example.com` means without a port.
const HTTP_PORT: u16 = 80;

impl CompareContext {
    /// Of addresses as a [`Connection`](cassettes::model::Connection) keeps them: `host:port`, or empty.
    pub fn of(recorded: &str, live: &str) -> Self {
        Self { recorded: Own::of(recorded), live: Own::of(live) }
    }

    /// The two authorities name the same server: they are the same, or each is its side's own.
    pub fn same_authority(&self, recorded: &[u8], live: &[u8]) -> bool {
        if recorded.eq_ignore_ascii_case(live) {
            return true;
        }
        match (self.recorded.owns(recorded), self.live.owns(live)) {
            (Some(recorded), Some(live)) => recorded && live,
            (Some(own), None) | (None, Some(own)) => own,
            (None, None) => false,
        }
    }
}

impl Own {
    /// Of an address as `host:port`; unknown if it has no port.
    pub fn of(address: &str) -> Self {
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        port.map_or(Self::Unknown, Self::Port)
    }

    /// Of an origin (`https://host`, `http://host:8080`), in which the port of its scheme is left out: an authority
    /// that names it leaves it out, too.
    pub fn of_origin(origin: &str) -> Self {
        let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
        port_of(authority.as_bytes()).map_or(Self::Unknown, Self::Port)
    }

    /// Its port, if that is known.
    pub const fn port(self) -> Option<u16> {
        match self {
            Self::Unknown => None,
            Self::Port(port) => Some(port),
        }
    }

    /// Whether `authority` (`host` or `host:port`) is this address; none if that is not known.
    pub fn owns(self, authority: &[u8]) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Port(port) => Some(port_of(authority) == Some(port)),
        }
    }
}

fn port_of(authority: &[u8]) -> Option<u16> {
    port_at_end(authority).or_else(|| port_in(authority))
}

/// Of those that end in a colon and a port in plain digits, as most do that are compared: this is done for every request.
fn port_at_end(authority: &[u8]) -> Option<u16> {
    const MOST_DIGITS: usize = 5;
    let (mut port, mut unit) = (0_u32, 1);
    for (place, byte) in authority.iter().rev().take(MOST_DIGITS + 1).enumerate() {
        match byte {
            b':' if place > 0 => return u16::try_from(port).ok(),
            b'0'..=b'9' => port += u32::from(byte - b'0') * unit,
            _ => return None,
        }
        unit *= 10;
    }
    None
}

fn port_in(authority: &[u8]) -> Option<u16> {
    let host_end = memchr::memrchr(b']', authority).map_or(0, |at| at + 1);
    let after_host = authority.get(host_end..)?;
    match memchr::memrchr(b':', after_host) {
        None => Some(HTTP_PORT),
        Some(colon) => std::str::from_utf8(after_host.get(colon + 1..)?).ok()?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_address_is_the_same_server_at_any_port_and_under_any_name() {
        let context = CompareContext::of("127.0.0.1:4000", "[::1]:5000");
        assert!(context.same_authority(b"localhost:4000", b"[::1]:5000"));
        assert!(!context.same_authority(b"localhost:4000", b"example.com"));
        assert!(!context.same_authority(b"example.com", b"127.0.0.1:5000"));
        assert!(context.same_authority(b"Example.com", b"example.COM"));
    }

    #[test]
    fn without_a_port_the_address_is_that_of_http() {
        assert_eq!(Own::of("127.0.0.1:80").owns(b"localhost"), Some(true));
        assert_eq!(Own::of("127.0.0.1:80").owns(b"[::1]"), Some(true));
        assert_eq!(Own::of("127.0.0.1:81").owns(b"localhost"), Some(false));
    }

    #[test]
    fn a_port_is_read_the_same_from_its_end_as_from_its_beginning() {
        let ports = ["", "0", "7", "00080", "65535", "65536", "99999", "123456", "+80", "8x"];
        for host in ["localhost", "127.0.0.1", "[::1]", "::1", "", "a:b"] {
            assert_eq!(port_of(host.as_bytes()), port_in(host.as_bytes()), "{host}");
            for port in ports {
                let authority = format!("{host}:{port}");
                let (quick, whole) =
                    (port_at_end(authority.as_bytes()), port_in(authority.as_bytes()));
                assert!(quick.is_none() || quick == whole, "{authority}");
                assert_eq!(port_of(authority.as_bytes()), whole, "{authority}");
            }
        }
        assert_eq!(port_at_end(b"localhost:54321"), Some(54321));
    }

    #[test]
    fn whatever_a_recording_of_unknown_address_names_is_the_own_address_now() {
        let context = CompareContext::of("", "127.0.0.1:5000");
        assert!(context.same_authority(b"example.com", b"127.0.0.1:5000"));
        assert!(!context.same_authority(b"example.com", b"example.org"));
        assert!(!CompareContext::default().same_authority(b"a", b"b"));
    }
}
