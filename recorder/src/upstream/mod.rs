//! Where a recorder passes on to.

mod parse;

use std::fmt;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};

pub use parse::UpstreamError;

/// A server, as typed: an origin. What is said to `http` and `https` is taken for HTTP, the rest is recorded
/// as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Upstream {
    pub(crate) scheme: Scheme,
    /// A name or an address; an IPv6 address without its brackets. Empty for a Unix-domain socket.
    pub(crate) host: String,
    /// 0 for a Unix-domain socket.
    pub(crate) port: u16,
    /// Of a Unix-domain socket; empty otherwise.
    pub(crate) path: PathBuf,
}

/// What is spoken there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// HTTP.
    Http,
    /// HTTP over TLS.
    Https,
    /// Anything over TCP.
    Tcp,
    /// Anything over TLS.
    Tls,
    /// Anything over a Unix-domain socket.
    Unix,
}

impl Scheme {
    /// As it is written before `://`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Unix => "unix",
        }
    }

    /// The port that need not be said.
    pub const fn default_port(self) -> Option<u16> {
        match self {
            Self::Http => Some(80),
            Self::Https => Some(443),
            Self::Tcp | Self::Tls | Self::Unix => None,
        }
    }

    /// Whether the server wants TLS.
    pub const fn is_tls(self) -> bool {
        matches!(self, Self::Https | Self::Tls)
    }

    /// Whether what is said there is HTTP.
    pub const fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Https)
    }
}

impl Upstream {
    /// A server of this name or address, an IPv6 address without brackets.
    pub(crate) fn at(scheme: Scheme, host: impl Into<String>, port: u16) -> Self {
        Self { scheme, host: host.into(), port, path: PathBuf::new() }
    }

    /// What is spoken there.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// A name or an address; an IPv6 address without its brackets. Empty for a Unix-domain socket.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// 0 for a Unix-domain socket.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// The Unix-domain socket, if it is one.
    pub fn socket(&self) -> Option<&Path> {
        (self.scheme == Scheme::Unix).then_some(&self.path)
    }

    /// What a `Host` field says to mean it: the port is left out where it is the scheme's own. Empty for a
    /// Unix-domain socket.
    pub fn authority(&self) -> String {
        match (self.scheme, self.port) {
            (Scheme::Unix, _) => String::new(),
            (scheme, port) if scheme.default_port() == Some(port) => self.bracketed(),
            (_, port) => format!("{}:{port}", self.bracketed()),
        }
    }

    /// As `scheme://authority`; a Unix-domain socket as `unix:///path`.
    pub fn origin(&self) -> String {
        let (scheme, path) = (self.scheme.name(), self.path.display());
        format!("{scheme}://{}{path}", self.authority())
    }

    /// `host:port`, the port always there.
    pub(crate) fn endpoint(&self) -> String {
        format!("{}:{}", self.bracketed(), self.port)
    }

    fn bracketed(&self) -> String {
        match self.host.parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]"),
            Err(_) => self.host.clone(),
        }
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.origin())
    }
}
