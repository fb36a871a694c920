//! Which protocol a client speaks, by its first bytes.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use cassettes::model::Timestamp;
use cassettes::wire::http2::PREFACE;

use crate::stage::Stage;

/// A client whose protocol is not known yet.
#[derive(Debug)]
pub(super) struct Opening {
    stage: Arc<Stage>,
    /// What came so far: the beginning of HTTP/2's preface, and not all of it.
    held: BytesMut,
    /// When that began.
    since: Timestamp,
}

/// What the first bytes are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum First {
    /// More are needed.
    Unknown,
    /// HTTP/2; all that came.
    Http2(Bytes),
    /// Anything else; all that came.
    Other(Bytes),
}

impl Opening {
    pub(super) fn new(stage: Arc<Stage>) -> Self {
        Self { stage, held: BytesMut::new(), since: Timestamp::ZERO }
    }

    pub(super) fn stage(&self) -> Arc<Stage> {
        Arc::clone(&self.stage)
    }

    /// Takes the next bytes, and gives all so far once they decide.
    pub(super) fn advance(&mut self, bytes: Bytes, at: Timestamp) -> First {
        if self.held.is_empty() {
            self.since = at;
            if !bytes.is_empty() && !begins_preface(&bytes) {
                return First::Other(bytes);
            }
        }
        self.held.extend_from_slice(&bytes);
        match (begins_preface(&self.held), self.held.len() >= PREFACE.len()) {
            (true, true) => First::Http2(self.held.split().freeze()),
            (true, false) => First::Unknown,
            (false, _) => First::Other(self.held.split().freeze()),
        }
    }

    /// Until when it must be decided.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let limit = self.stage.options().limits.head;
        (!self.held.is_empty()).then(|| self.since.later(limit))
    }

    /// What came, and when it began; none if nothing did.
    pub(super) fn into_held(self) -> Option<(Bytes, Timestamp)> {
        (!self.held.is_empty()).then(|| (self.held.freeze(), self.since))
    }
}

/// As far as both go, they are the same.
fn begins_preface(bytes: &[u8]) -> bool {
    bytes.iter().zip(PREFACE).all(|(byte, expected)| byte == expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Tape;

    fn first(pieces: &[&'static [u8]]) -> First {
        let mut opening = Opening::new(Tape::new().stage());
        let mut last = First::Unknown;
        for piece in pieces {
            assert_eq!(last, First::Unknown);
            last = opening.advance(Bytes::from_static(piece), Timestamp::ZERO);
        }
        last
    }

    #[test]
    fn the_preface_is_known_however_it_is_cut() {
        for cut in 1..PREFACE.len() {
            let (head, rest) = PREFACE.split_at(cut);
            assert_eq!(first(&[head, rest]), First::Http2(Bytes::from_static(PREFACE)), "{cut}");
        }
    }

    #[test]
    fn what_begins_like_the_preface_and_is_none_is_given_whole() {
        assert_eq!(first(&[b"P", b"R", b"OPFIND"]), First::Other("PROPFIND".into()));
        assert_eq!(first(&[b"GET / "]), First::Other("GET / ".into()));
        assert_eq!(first(&[b"PRI * HT"]), First::Unknown);
    }
}
