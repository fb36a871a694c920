//! An upstream out of what was typed.

use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::str::FromStr;

use super::{Scheme, Upstream};

/// Why a text names no upstream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// No scheme was given.
    #[error("{text:?} has no scheme: write http://{text}, or https://, tcp://, tls://, unix://")]
    NoScheme {
        /// What was typed.
        text: String,
    },
    /// Another scheme.
    #[error(
        "scheme {scheme:?} is not supported: write http://host:port, or https://, tcp://, tls://, unix:///path"
    )]
    Scheme {
        /// The scheme typed.
        scheme: String,
    },
    /// More than an origin.
    #[error(
        "{path:?} after the host is not supported: give the origin only ({origin}); the client's own paths are passed on as they are"
    )]
    Path {
        /// What came before.
        origin: String,
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
        "{host:?} is not a host name or address: write {scheme}://host:port, an IPv6 address in brackets"
    )]
    Host {
        /// Of the address.
        scheme: &'static str,
        /// What stood in its place.
        host: String,
    },
    /// A port that is none.
    #[error("port {port:?} is not a number from 1 to 65535")]
    Port {
        /// What stood in its place.
        port: String,
    },
    /// None, where the scheme has none of its own.
    #[error("a port is missing: write {scheme}://{host}:port")]
    NoPort {
        /// Of the address.
        scheme: &'static str,
        /// The host without its port.
        host: String,
    },
    /// A path that cannot be a socket's.
    #[error("{path:?} is not the path of a socket: write unix:///path/to/socket")]
    Socket {
        /// What stood in its place.
        path: String,
    },
}

impl FromStr for Upstream {
    type Err = UpstreamError;

    fn from_str(text: &str) -> Result<Self, UpstreamError> {
        match split_scheme(text)? {
            (Scheme::Unix, path) => socket(path),
            (scheme, rest) => server(scheme, rest),
        }
    }
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), UpstreamError> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(UpstreamError::NoScheme { text: text.to_owned() });
    };
    let all = [Scheme::Http, Scheme::Https, Scheme::Tcp, Scheme::Tls, Scheme::Unix];
    let found = all.into_iter().find(|known| scheme.eq_ignore_ascii_case(known.name()));
    let unknown = || UpstreamError::Scheme { scheme: scheme.to_owned() };
    Ok((found.ok_or_else(unknown)?, rest))
}

fn socket(path: &str) -> Result<Upstream, UpstreamError> {
    if !path.starts_with('/') || path.contains('\0') {
        return Err(UpstreamError::Socket { path: path.to_owned() });
    }
    let (scheme, path) = (Scheme::Unix, PathBuf::from(path));
    Ok(Upstream { scheme, host: String::new(), port: 0, path })
}

fn server(scheme: Scheme, rest: &str) -> Result<Upstream, UpstreamError> {
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if !matches!(path, "" | "/") {
        let origin = format!("{}://{authority}", scheme.name());
        return Err(UpstreamError::Path { origin, path: path.to_owned() });
    }
    if authority.contains('@') {
        return Err(UpstreamError::Credentials);
    }
    let (host, port) = split_port(authority);
    let host = parse_host(scheme, host)?;
    let port = match (port, scheme.default_port()) {
        (Some(port), _) => parse_port(port)?,
        (None, Some(port)) => port,
        (None, None) => return Err(UpstreamError::NoPort { scheme: scheme.name(), host }),
    };
    Ok(Upstream::at(scheme, host, port))
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

fn parse_host(scheme: Scheme, host: &str) -> Result<String, UpstreamError> {
    let bad = || UpstreamError::Host { scheme: scheme.name(), host: host.to_owned() };
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
        assert_eq!(origin("tcp://[::1]:6379"), Ok("tcp://[::1]:6379".into()));
        assert!(origin("http://::1").is_err());
        assert!(origin("http://[::1").is_err());
    }

    #[test]
    fn a_port_is_left_out_where_it_is_the_schemes_own() {
        assert_eq!(origin("https://a.example:443/"), Ok("https://a.example".into()));
        assert_eq!(origin("https://a.example:80"), Ok("https://a.example:80".into()));
        assert_eq!(origin("tcp://a.example:80"), Ok("tcp://a.example:80".into()));
        assert_eq!(origin("TLS://a.example:443"), Ok("tls://a.example:443".into()));
    }

    #[test]
    fn a_socket_is_named_by_its_path() {
        assert_eq!(origin("unix:///run/a.sock"), Ok("unix:///run/a.sock".into()));
        assert!(origin("unix://run/a.sock").is_err_and(|error| error.contains("unix:///path")));
    }

    #[test]
    fn what_is_no_origin_is_refused_with_what_to_write_instead() {
        let advice = [
            ("localhost:80", "write http://localhost:80"),
            ("ftp://a.example", "write http://host:port"),
            ("http://a.example/api", "give the origin only (http://a.example)"),
            ("http://a.example/?q", "give the origin only"),
            ("http://me:secret@a.example", "leave out what stands before '@'"),
            ("http://", "is not a host name"),
            ("http://a b", "is not a host name"),
            ("tcp://a.example", "write tcp://a.example:port"),
            ("tls://a.example", "write tls://a.example:port"),
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
