//! What a reverse proxy changes, in whichever version of HTTP the client speaks: its first bytes tell.

use bytes::{Bytes, BytesMut};
use cassettes::model::Direction;
use cassettes::wire::{http1, http2};

use crate::outbox::Outbox;

/// One connection's changes, both directions.
#[derive(Debug)]
pub(crate) struct Reverse {
    upstream: String,
    /// What the client calls us; there where origins are replaced in answers.
    own: Option<String>,
    version: Version,
    /// What was said is not what it seemed to be, and too much was changed to pass on the rest.
    garbled: bool,
}

#[derive(Debug)]
enum Version {
    /// So little of the client's first bytes has come.
    Open(BytesMut),
    Http1(Box<http1::rewrite::Rewriter>),
    Http2(Box<http2::rewrite::Rewriter>),
}

/// How the preface of HTTP/2 begins, and no request of HTTP/1.
const PREFACE: &[u8] = b"PRI ";

impl Reverse {
    /// Between these two origins.
    pub(crate) fn new(upstream: String, own: Option<String>) -> Self {
        Self { upstream, own, version: Version::Open(BytesMut::new()), garbled: false }
    }

    pub(crate) fn advance(&mut self, direction: Direction, bytes: &Bytes, out: &mut Outbox) {
        let Version::Open(held) = &mut self.version else {
            return self.pass(direction, bytes, out);
        };
        let is_h2 = match direction {
            Direction::ToClient => begins_with_settings(bytes),
            Direction::ToServer => {
                held.extend_from_slice(bytes);
                if held.len() < PREFACE.len() && PREFACE.starts_with(held) {
                    return;
                }
                held.starts_with(PREFACE)
            }
        };
        if direction == Direction::ToClient && !held.is_empty() {
            // An answer to fewer than four bytes of a request: nothing that either version knows.
            return out.push(bytes.clone());
        }
        let held = std::mem::take(held).freeze();
        self.version = self.of(is_h2);
        self.pass(direction, if direction == Direction::ToClient { bytes } else { &held }, out);
    }

    pub(crate) fn finish(&mut self, direction: Direction, out: &mut Outbox) {
        let mut sink = |piece| out.push(piece);
        match (&mut self.version, direction) {
            (Version::Http1(rewriter), _) => rewriter.finish(direction, &mut sink),
            (Version::Http2(rewriter), _) => rewriter.finish(direction, &mut sink),
            (Version::Open(held), Direction::ToServer) => sink(held.split().freeze()),
            (Version::Open(_), Direction::ToClient) => {}
        }
    }

    /// How many answers may still name the upstream's origin, which was to be replaced.
    pub(crate) fn left(&self) -> u64 {
        match &self.version {
            Version::Open(_) => 0,
            Version::Http1(rewriter) => rewriter.left(),
            Version::Http2(rewriter) => rewriter.left(),
        }
    }

    pub(crate) const fn is_garbled(&self) -> bool {
        self.garbled
    }

    fn of(&self, is_h2: bool) -> Version {
        let upstream = &self.upstream;
        match (&self.own, is_h2) {
            (Some(own), true) => {
                Version::Http2(Box::new(http2::rewrite::Rewriter::origin(upstream, own)))
            }
            (None, true) => Version::Http2(Box::new(http2::rewrite::Rewriter::host(upstream))),
            (Some(own), false) => {
                Version::Http1(Box::new(http1::rewrite::Rewriter::origin(upstream, own)))
            }
            (None, false) => Version::Http1(Box::new(http1::rewrite::Rewriter::host(upstream))),
        }
    }

    fn pass(&mut self, direction: Direction, bytes: &Bytes, out: &mut Outbox) {
        let mut sink = |piece| out.push(piece);
        match &mut self.version {
            Version::Open(_) => sink(bytes.clone()),
            Version::Http1(rewriter) => rewriter.advance(direction, bytes, &mut sink),
            Version::Http2(rewriter) => {
                self.garbled |= rewriter.advance(direction, bytes, &mut sink).is_err();
            }
        }
    }
}

/// A server of HTTP/2 need not wait for its client's preface: its first frame is SETTINGS.
fn begins_with_settings(bytes: &[u8]) -> bool {
    matches!(bytes, [_, _, _, 4, _, 0, 0, 0, 0, ..])
}
