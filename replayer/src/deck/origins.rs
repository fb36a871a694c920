//! Which server a request is meant for, where a deck holds more than one.

use std::borrow::Cow;
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use bytes::Bytes;
use cassettes::meaning::Target;
use cassettes::model::{Direction, Exchange, Protocol, RequestKeys, Way};
use cassettes::wire::http::spelling::request_head;
use cassettes::wire::http1::RequestHead;
use cassettes::wire::http2::{Kind, frames};

use super::{By, Deck, Index, Line, Slot, keys_of};
use crate::arrival::Here;
use crate::verify::Own;

/// Whom a request names as its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin<'a> {
    /// The very address that the client connected to, or nobody.
    Own,
    /// Another server.
    Foreign(Named<'a>),
}

/// A server by its name: what is equal in one origin (RFC 6454).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    /// Spoken to in TLS.
    pub(crate) secure: bool,
    /// In any case.
    pub(crate) host: &'a [u8],
    pub(crate) port: u16,
}

/// The deck's index by origin, made when a request first needs it: nearly all decks hold one
/// origin, and finding that out costs a look at every head.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    index: OnceLock<ByOrigin>,
}

/// Slots by [`Origin::mix`]ed keys.
#[derive(Debug)]
struct ByOrigin {
    index: Index,
    /// There is more than one origin.
    several: bool,
}

impl<'a> Origin<'a> {
    /// Of an authority that a request names. Own is whatever has the port that the client connected to, by any name: a client
    /// is pointed at `localhost`, `127.0.0.1` or a container's name for the same thing. A client that was
    /// led to another server has none that is its own.
    pub(crate) fn named(authority: Option<&'a [u8]>, here: Here) -> Self {
        match authority {
            Some(authority) if here.led || here.own.owns(authority) != Some(true) => {
                Self::Foreign(Named::of_authority(authority, here.secure))
            }
            _ => Self::Own,
        }
    }

    /// The request key among exchanges of this origin only.
    pub(crate) fn mix(self, request: u64) -> u64 {
        let Self::Foreign(named) = self else { return request };
        let mut hasher = DefaultHasher::new();
        (named.secure, named.port).hash(&mut hasher);
        named.host.to_ascii_lowercase().hash(&mut hasher);
        request ^ hasher.finish()
    }
}

impl<'a> Named<'a> {
    /// Of `host`, `host:port` or `user@host:port`.
    pub(crate) fn of_authority(authority: &'a [u8], secure: bool) -> Self {
        let at = memchr::memrchr(b'@', authority).map_or(0, |at| at + 1);
        let authority = authority.get(at..).unwrap_or_default();
        let host_end = memchr::memrchr(b']', authority).map_or(0, |at| at + 1);
        let after = authority.get(host_end..).unwrap_or_default();
        let colon = memchr::memrchr(b':', after).map(|colon| host_end + colon);
        let host = authority.get(..colon.unwrap_or(authority.len())).unwrap_or_default();
        let port = colon.and_then(|colon| authority.get(colon + 1..));
        let port = port.and_then(|port| std::str::from_utf8(port).ok()?.parse().ok());
        Self { secure, host, port: port.unwrap_or(if secure { 443 } else { 80 }) }
    }

    /// The same host and port, in TLS or without.
    pub(crate) fn is_at(self, other: Named<'_>) -> bool {
        self.port == other.port && self.host.eq_ignore_ascii_case(other.host)
    }

    /// Of `https://host:port`, `tcp://host:port` or the like; none of a text without a scheme.
    pub(crate) fn of_origin(origin: &'a str) -> Option<Self> {
        let (scheme, authority) = origin.split_once("://")?;
        if scheme == "unix" {
            return Some(Self { secure: false, host: authority.as_bytes(), port: 0 });
        }
        Some(Self::of_authority(authority.as_bytes(), matches!(scheme, "https" | "tls" | "wss")))
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.secure { ("https", 443) } else { ("http", 80) };
        write!(out, "{scheme}://{}", self.host.escape_ascii())?;
        if self.port == usual { Ok(()) } else { write!(out, ":{}", self.port) }
    }
}

impl PartialEq for Named<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.secure == other.secure && self.is_at(*other)
    }
}

impl Eq for Named<'_> {}

impl Origins {
    /// The index by [`Origin::mix`]ed keys; none if the deck holds one origin only, which a client that came to
    /// this very address must mean, whatever it calls it.
    pub(crate) fn index(&self, deck: &Deck, here: Here) -> Option<&Index> {
        let by_origin = self.index.get_or_init(|| build(deck));
        (by_origin.several || here.led).then_some(&by_origin.index)
    }
}

impl Deck {
    /// Whether the recorded exchange was meant for this origin.
    pub(crate) fn is_for(&self, slot: Slot, exchange: &Exchange, origin: Origin<'_>) -> bool {
        if origin == Origin::Own && self.usual_own(slot) == Own::Unknown {
            // Whatever a recording of unknown address names is the replayer's own address now.
            return true;
        }
        let head = recorded_head(exchange);
        let Ok(head) = RequestHead::parse(&head) else { return false };
        let authority = authority_of(&head);
        if origin == Origin::Own
            && self.usual_own(slot).owns(authority.unwrap_or_default()) == Some(true)
        {
            // Settled without a look at its connection, which costs a read.
            return true;
        }
        self.origins_of(slot, authority).any(|recorded| recorded == origin)
    }

    /// What the recorded client's server was called, as its requests are compared with those of a client that came
    /// here: the address that it connected to; or, if it was led elsewhere and the live one was not, whoever that was.
    pub(crate) fn own(&self, slot: Slot, here: Here) -> Own {
        let Ok(connection) = self.connection(slot) else { return Own::Unknown };
        if connection.way == Way::Direct || connection.upstream.is_empty() || here.led {
            return Own::of(&connection.server);
        }
        Own::of_origin(&connection.upstream)
    }

    /// All that a recorded request answers to: who it names, and whom its connection led to. Where nobody knows
    /// whether TLS was spoken, either.
    fn origins_of<'a>(
        &'a self,
        slot: Slot,
        authority: Option<&'a [u8]>,
    ) -> impl Iterator<Item = Origin<'a>> {
        let line = self.line(slot);
        let server = line.and_then(Line::server);
        let here = line.map_or(NOWHERE, |line| Here {
            own: line.own,
            led: !line.direct,
            secure: line.secure,
        });
        let named = Origin::named(authority, here);
        let unsure = line.is_none_or(|line| line.direct && server.is_none() && !line.secure);
        let other = authority.filter(|_| unsure && named != Origin::Own);
        let other = other.map(|authority| Origin::Foreign(Named::of_authority(authority, true)));
        [Some(named), other, server.map(Origin::Foreign)].into_iter().flatten()
    }
}

/// Where a client came to of whose connection nothing is known.
const NOWHERE: Here = Here { own: Own::Unknown, led: false, secure: false };

/// Whom a request names: by its target, or else by its `Host`.
fn authority_of<'a>(head: &RequestHead<'a>) -> Option<&'a [u8]> {
    Target::of(head.target()).authority.or_else(|| head.header("host"))
}

/// The recorded request's bytes through its head, or more.
pub(crate) fn recorded_head(exchange: &Exchange) -> Cow<'_, [u8]> {
    if exchange.protocol == Protocol::Http2 {
        return Cow::Owned(http2_head(exchange).unwrap_or_default().into());
    }
    let first = exchange.sent(Direction::ToServer).next();
    match first {
        Some(chunk) if has_head(&chunk.bytes) => Cow::Borrowed(&chunk.bytes),
        _ => Cow::Owned(exchange.bytes(Direction::ToServer).into()),
    }
}

/// As HTTP/1 would spell it.
fn http2_head(exchange: &Exchange) -> Option<Bytes> {
    let mut frames = exchange.sent(Direction::ToServer).flat_map(|chunk| frames(&chunk.bytes));
    let first = frames.find_map(|frame| frame.ok().filter(|it| it.kind() == Kind::Headers))?;
    request_head(&first.fields()?.ok()?)
}

fn has_head(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"\r\n\r\n").is_some()
}

fn build(deck: &Deck) -> ByOrigin {
    // By what each request answers to first; most answer to their server's name, too.
    let mut seen = HashSet::new();
    let mut mixed = Vec::new();
    for (slot, entry) in deck.keyed() {
        let Ok(exchange) = deck.exchange(slot) else { continue };
        let head = recorded_head(&exchange);
        let Ok(head) = RequestHead::parse(&head) else { continue };
        let keys = keys_of(&entry);
        let mut origins: Vec<_> = deck
            .origins_of(slot, authority_of(&head))
            .map(|origin| (origin.mix(0), origin.mix(keys.request)))
            .collect();
        seen.extend(origins.first().map(|(of_all, _)| *of_all));
        origins.sort_unstable();
        origins.dedup();
        let keys = |request| RequestKeys { request, ..keys };
        mixed.extend(origins.into_iter().map(|(_, request)| (keys(request), slot)));
    }
    ByOrigin { index: Index::build(By::Origin, mixed), several: seen.len() > 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(own: u16) -> Here {
        Here { own: Own::Port(own), led: false, secure: false }
    }

    fn is_own(head: &[u8], own: u16) -> bool {
        let head = RequestHead::parse(head).unwrap();
        Origin::named(authority_of(&head), here(own)) == Origin::Own
    }

    #[test]
    fn a_host_with_the_listener_s_port_is_its_own_by_any_name() {
        assert!(is_own(b"GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", 8080));
        assert!(is_own(b"GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 8080));
        assert!(is_own(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 80));
        assert!(is_own(b"GET / HTTP/1.0\r\n\r\n", 8080));
        assert!(!is_own(b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 8080));
        assert!(!is_own(b"GET http://a.test/ HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", 8080));
    }

    #[test]
    fn a_led_client_has_no_server_of_its_own() {
        let led = Here { led: true, ..here(8080) };
        let named = Named { secure: false, host: b"localhost", port: 8080 };
        assert_eq!(Origin::named(Some(b"localhost:8080"), led), Origin::Foreign(named));
    }

    #[test]
    fn an_origin_is_scheme_host_in_any_case_and_port_said_or_not() {
        let of = |origin| Named::of_origin(origin).unwrap();
        assert_eq!(of("https://A.test"), of("https://a.test:443"));
        assert_eq!(of("http://a.test"), of("tcp://a.test:80"));
        assert_ne!(of("http://a.test"), of("https://a.test"));
        assert_ne!(of("http://a.test:443"), of("https://a.test"));
        assert_eq!(of("https://[::1]:8443").host, b"[::1]");
        let mix = |origin| Origin::Foreign(of(origin)).mix(7);
        assert_eq!(mix("https://A.test"), mix("https://a.test:443"));
        assert_ne!(mix("https://a.test"), mix("http://a.test"));
        assert_ne!(mix("https://a.test"), Origin::Own.mix(7));
    }
}
