//! Which server a request is meant for, where a deck holds more than one.

use std::borrow::Cow;
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use cassettes::meaning::Target;
use cassettes::model::{Direction, Exchange, RequestKeys};
use cassettes::wire::http1::RequestHead;

use super::{Deck, Index, Slot};
use crate::verify::Own;

/// Whom a request names as its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin<'a> {
    /// The very address that the client connected to, or nobody.
    Own,
    /// Another authority.
    Foreign(&'a [u8]),
}

/// The deck's index by origin, made when a request first needs it: nearly all decks hold one
/// origin, and finding that out costs a look at every head.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    index: OnceLock<Option<Index>>,
}

impl<'a> Origin<'a> {
    /// Own is whatever has the port that the client connected to, by any name: a client is pointed
    /// at `localhost`, `127.0.0.1` or a container's name for the same thing.
    pub(crate) fn of(head: &RequestHead<'a>, own: Own) -> Self {
        Self::named(Target::of(head.target()).authority.or_else(|| head.header("host")), own)
    }

    /// Of an authority that a request names.
    pub(crate) fn named(authority: Option<&'a [u8]>, own: Own) -> Self {
        match authority {
            Some(authority) if own.owns(authority) != Some(true) => Self::Foreign(authority),
            _ => Self::Own,
        }
    }

    /// The request key among exchanges of this origin only.
    pub(crate) fn mix(self, request: u64) -> u64 {
        let Self::Foreign(authority) = self else { return request };
        let mut hasher = DefaultHasher::new();
        authority.to_ascii_lowercase().hash(&mut hasher);
        request ^ hasher.finish()
    }

    fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Foreign(a), Self::Foreign(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        }
    }
}

impl Origins {
    /// The index by [`Origin::mix`]ed keys; none if the deck holds one origin only.
    pub(crate) fn index(&self, deck: &Deck) -> Option<&Index> {
        self.index.get_or_init(|| build(deck)).as_ref()
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
        RequestHead::parse(&head).is_ok_and(|head| self.recorded_origin(slot, &head).is(origin))
    }

    /// The address that the recorded client connected to.
    pub(crate) fn own(&self, slot: Slot) -> Own {
        self.connection(slot).map_or(Own::Unknown, |connection| Own::of(&connection.server))
    }

    fn recorded_origin<'a>(&self, slot: Slot, head: &RequestHead<'a>) -> Origin<'a> {
        // The connection is looked at only if the authority is not the usual one: that costs a read.
        match Origin::of(head, self.usual_own(slot)) {
            Origin::Own => Origin::Own,
            Origin::Foreign(_) => Origin::of(head, self.own(slot)),
        }
    }
}

/// The recorded request's bytes through its head, or more.
pub(crate) fn recorded_head(exchange: &Exchange) -> Cow<'_, [u8]> {
    let first = exchange.sent(Direction::ToServer).next();
    match first {
        Some(chunk) if has_head(&chunk.bytes) => Cow::Borrowed(&chunk.bytes),
        _ => Cow::Owned(exchange.bytes(Direction::ToServer).into()),
    }
}

fn has_head(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"\r\n\r\n").is_some()
}

fn build(deck: &Deck) -> Option<Index> {
    let mut seen = HashSet::new();
    let mut mixed = Vec::new();
    for (slot, entry) in deck.keyed() {
        let Ok(exchange) = deck.exchange(slot) else { continue };
        let head = recorded_head(&exchange);
        let Ok(head) = RequestHead::parse(&head) else { continue };
        let origin = deck.recorded_origin(slot, &head);
        seen.insert(origin.mix(0));
        mixed.push((RequestKeys { request: origin.mix(entry.keys.request), ..entry.keys }, slot));
    }
    (seen.len() > 1).then(|| Index::build(mixed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_own(head: &[u8], own: u16) -> bool {
        Origin::of(&RequestHead::parse(head).unwrap(), Own::Port(own)) == Origin::Own
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
    fn foreign_origins_are_the_same_in_any_case() {
        let upper = Origin::Foreign(b"A.test");
        let lower = Origin::Foreign(b"a.test");
        assert!(upper.is(lower));
        assert_eq!(upper.mix(7), lower.mix(7));
        assert_ne!(upper.mix(7), Origin::Own.mix(7));
    }
}
