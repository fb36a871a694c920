//! Where a reverse proxy passes requests on to.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// The server's origin, as typed: `http://host:port`, a final `/` allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// A name or an address; an IPv6 address without its brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Upstream {
    /// What a `Host` field says to mean it: the port is left out where it is HTTP's own.
    pub fn authority(&self) -> String {
        let Self { port, .. } = self;
        match port {
            &DEFAULT_PORT => self.bracketed(),
            port => format!("{}:{port}", self.bracketed()),
        }
    }

    /// As `http://authority`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.authority())
    }

    fn bracketed(&self) -> String {
        match self.host.parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]"),
            Err(_) => self.host.clone(),
        }
    }
}

/// HTTP's own port (RFC 9110, section 4.2.1).
const DEFAULT_PORT: u16 = 80;

impl fmt::Display for Upstream {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.origin())
    }
}

/// Why a text names no upstream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// No scheme was given.
    #[error("{text:?} has no scheme: write http://{text}")]
    NoScheme {
        /// What was typed.
        text: String,
    },
    /// TLS to the server.
    #[error(
        "https servers cannot be recorded yet: put a TLS-terminating proxy before {rest} and give its http:// address"
    )]
    Https {
        /// What followed the scheme.
        rest: String,
    },
    /// Another scheme.
    #[error("scheme {scheme:?} is not supported: write http://host:port")]
    Scheme {
        /// The scheme typed.
        scheme: String,
    },
    /// More than an origin.
    #[error(
        "{path:?} after the host is not supported: give the origin only (http://{authority}); the client's own paths are passed on as they are"
    )]
    Path {
        /// What came before.
        authority: String,
        /// What should not be there.
        path: String,
    },
    /// `user:password@host`.
    #[error(
        "credentials in the address are not supported: leave out what stands before '@'; the client's own authorization field is passed on as it is"
    )]
    Credentials,
    /// Nothing that could be a host.
    #[error(
        "{host:?} is not a host name or address: write http://host:port, an IPv6 address in brackets"
    )]
    Host {
        /// What stood in its place.
        host: String,
    },
    /// A port that is none.
    #[error("port {port:?} is not a number from 1 to 65535")]
    Port {
        /// What stood in its place.
        port: String,
    },
}

impl FromStr for Upstream {
    type Err = UpstreamError;

    fn from_str(text: &str) -> Result<Self, UpstreamError> {
        let rest = strip_scheme(text)?;
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if !matches!(path, "" | "/") {
            let (authority, path) = (authority.to_owned(), path.to_owned());
            return Err(UpstreamError::Path { authority, path });
        }
        if authority.contains('@') {
            return Err(UpstreamError::Credentials);
        }
        let (host, port) = split_port(authority);
        Ok(Self { host: parse_host(host)?, port: port.map_or(Ok(DEFAULT_PORT), parse_port)? })
    }
}

fn strip_scheme(text: &str) -> Result<&str, UpstreamError> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(UpstreamError::NoScheme { text: text.to_owned() });
    };
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Ok(rest),
        "https" => Err(UpstreamError::Https { rest: rest.to_owned() }),
        _ => Err(UpstreamError::Scheme { scheme: scheme.to_owned() }),
    }
}

/// Splits at the colon that follows the host; colons inside brackets are the address's own.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let after_brackets = authority.rfind(']').map_or(0, |at| at + 1);
    match authority.get(after_brackets..).and_then(|rest| rest.find(':')) {
        Some(colon) => {
            let (host, port) = authority.split_at(after_brackets + colon);
            (host, port.strip_prefix(':'))
        }
        None => (authority, None),
    }
}

fn parse_port(port: &str) -> Result<u16, UpstreamError> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(number) if digits && number > 0 => Ok(number),
        _ => Err(UpstreamError::Port { port: port.to_owned() }),
    }
}

fn parse_host(host: &str) -> Result<String, UpstreamError> {
    let bad = || UpstreamError::Host { host: host.to_owned() };
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.strip_suffix(']').and_then(|inner| inner.parse::<Ipv6Addr>().ok());
        return address.map(|address| address.to_string()).ok_or_else(bad);
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if host.is_empty() || !host.bytes().all(plain) { Err(bad()) } else { Ok(host.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Result<String, String> {
        text.parse::<Upstream>().map(|up| up.origin()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_origin_is_read_with_or_without_port_and_slash() {
        assert_eq!(origin("http://example.com:8080"), Ok("http://example.com:8080".into()));
        assert_eq!(origin("HTTP://example.com/"), Ok("http://example.com".into()));
        assert_eq!(origin("http://127.0.0.1:80"), Ok("http://127.0.0.1".into()));
    }

    #[test]
    fn an_ipv6_address_keeps_its_brackets_in_the_origin() {
        assert_eq!(origin("http://[::1]:9000/"), Ok("http://[::1]:9000".into()));
        assert_eq!(origin("http://[::1]"), Ok("http://[::1]".into()));
        assert!(origin("http://::1").is_err());
        assert!(origin("http://[::1").is_err());
    }

    #[test]
    fn what_is_no_origin_is_refused_with_what_to_write_instead() {
        let advice = [
            ("localhost:80", "write http://localhost:80"),
            ("https://a.example", "cannot be recorded yet"),
            ("ftp://a.example", "write http://host:port"),
            ("http://a.example/api", "give the origin only (http://a.example)"),
            ("http://a.example/?q", "give the origin only"),
            ("http://me:secret@a.example", "leave out what stands before '@'"),
            ("http://", "is not a host name"),
            ("http://a b", "is not a host name"),
            ("http://a.example:", "is not a number from 1 to 65535"),
            ("http://a.example:0", "is not a number from 1 to 65535"),
            ("http://a.example:+80", "is not a number from 1 to 65535"),
            ("http://a.example:65536", "is not a number from 1 to 65535"),
        ];
        for (text, expected) in advice {
            let error = origin(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
