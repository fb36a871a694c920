//! The proxy that servers are reached by, where the network demands one.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Hosts, Scheme, Upstream};

/// Proxies, as the environment names them. Servers on loopback are never reached by one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chain {
    /// For `http`.
    plain: Option<Link>,
    /// For all else over TCP.
    other: Option<Link>,
    except: Hosts,
}

/// A proxy that takes `CONNECT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) proxy: Upstream,
    /// What a `Proxy-Authorization` field says.
    authorization: Option<String>,
}

/// Why a proxy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a proxy that can be used: write http://host:port or http://user:password@host:port"
)]
pub struct ChainError {
    /// What was said, without its password.
    text: String,
}

impl Chain {
    /// As `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say it; empty texts say nothing.
    pub fn new(http: &str, https: &str, no_proxy: &str) -> Result<Self, ChainError> {
        let except = Hosts::of_no_proxy(no_proxy);
        Ok(Self { plain: link(http)?, other: link(https)?, except })
    }

    /// Whether any server is reached by a proxy.
    pub const fn is_empty(&self) -> bool {
        self.plain.is_none() && self.other.is_none()
    }

    pub(crate) fn link_to(&self, to: &Upstream) -> Option<&Link> {
        if self.is_empty() || is_loopback(to.host()) || self.except.contain(to.host()) {
            return None;
        }
        match to.scheme() {
            Scheme::Unix => None,
            Scheme::Http => self.plain.as_ref(),
            Scheme::Https | Scheme::Tcp | Scheme::Tls => self.other.as_ref(),
        }
    }
}

impl Link {
    /// Asks for a tunnel to `to`.
    pub(crate) fn request(&self, to: &Upstream) -> String {
        let to = to.endpoint();
        let authorization = self.authorization.as_ref().map_or_else(String::new, |credentials| {
            format!("Proxy-Authorization: {credentials}\r\n")
        });
        format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n{authorization}\r\n")
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    address || host.eq_ignore_ascii_case("localhost")
}

fn link(text: &str) -> Result<Option<Link>, ChainError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let (user, address) = rest.rsplit_once('@').map_or((None, rest), |(u, a)| (Some(u), a));
    let bad = || ChainError { text: format!("{scheme}://{address}") };
    if !scheme.eq_ignore_ascii_case("http") {
        return Err(bad());
    }
    let proxy = format!("http://{address}").parse::<Upstream>().map_err(|_| bad())?;
    let authorization = user.map(|user| format!("Basic {}", STANDARD.encode(unescaped(user))));
    Ok(Some(Link { proxy, authorization }))
}

/// Without its percent escapes (RFC 3986 §2.1).
fn unescaped(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let hex = after.get(..2).filter(|_| byte == b'%').and_then(|hex| str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(escaped) => {
                out.push(escaped);
                rest = after.get(2..).unwrap_or_default();
            }
            None => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(text: &str) -> Upstream {
        text.parse().unwrap()
    }

    #[test]
    fn the_scheme_chooses_the_proxy_and_some_hosts_have_none() {
        let chain = Chain::new("http://a.example:1", "b.example:2", ".in.example").unwrap();
        let by = |text| chain.link_to(&to(text)).map(|link| link.proxy.origin());
        assert_eq!(by("http://x.example"), Some("http://a.example:1".into()));
        assert_eq!(by("https://x.example"), Some("http://b.example:2".into()));
        assert_eq!(by("tcp://x.example:25"), Some("http://b.example:2".into()));
        for direct in
            ["https://x.in.example", "http://127.0.0.1:80", "http://localhost", "unix:///s"]
        {
            assert_eq!(by(direct), None, "{direct}");
        }
    }

    #[test]
    fn credentials_go_into_the_request_and_not_into_errors() {
        let chain = Chain::new("", "http://me:s%40f%25e@p.example:8080/", "").unwrap();
        let to = to("https://x.example");
        let asked = chain.link_to(&to).unwrap().request(&to);
        assert_eq!(
            asked,
            "CONNECT x.example:443 HTTP/1.1\r\nHost: x.example:443\r\nProxy-Authorization: Basic bWU6c0BmJWU=\r\n\r\n"
        );
        let error = Chain::new("socks5://me:secret@p.example", "", "").unwrap_err().to_string();
        assert!(error.contains("socks5://p.example") && !error.contains("secret"), "{error}");
    }
}
