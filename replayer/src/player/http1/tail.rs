//! What a client sends where no HTTP is read, compared byte by byte as it comes.

use bytes::Bytes;

use crate::verify::{Gravity, Mismatch, Place};

/// How many bytes of each side a difference shows.
const SHOWN_BYTES: usize = 32;

/// The recorded bytes, and how far the client has come in them.
#[derive(Debug)]
pub(super) struct Tail {
    recorded: Bytes,
    seen: u64,
    /// The first byte that differs, and what came there instead.
    difference: Option<(usize, Bytes)>,
}

impl Tail {
    pub(super) fn new(recorded: Bytes) -> Self {
        Self { recorded, seen: 0, difference: None }
    }

    /// How many bytes came.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// The next bytes.
    pub(super) fn push(&mut self, bytes: &Bytes) {
        if self.difference.is_none() {
            let at = usize::try_from(self.seen).unwrap_or(usize::MAX);
            let expected = self.recorded.get(at..).unwrap_or_default();
            let same = bytes.iter().zip(expected).take_while(|(a, b)| a == b).count();
            if same < bytes.len() {
                let end = bytes.len().min(same + SHOWN_BYTES);
                self.difference = Some((at.saturating_add(same), bytes.slice(same..end)));
            }
        }
        self.seen = self.seen.saturating_add(bytes.len() as u64);
    }

    /// How all that came differs from what was recorded.
    pub(super) fn mismatch(&self) -> Option<Mismatch> {
        let len = self.recorded.len();
        let (at, actual) = match &self.difference {
            Some((at, actual)) => (*at, Some(actual)),
            None if self.seen < len as u64 => (usize::try_from(self.seen).unwrap_or(len), None),
            None => return None,
        };
        let rest = self.recorded.get(at..).unwrap_or_default();
        let expected = rest.get(..SHOWN_BYTES).unwrap_or(rest);
        let shown = |bytes: &[u8]| bytes.escape_ascii().to_string();
        Some(Mismatch {
            place: Place::Tail,
            gravity: Gravity::Failure,
            expected: (!expected.is_empty()).then(|| shown(expected)),
            actual: actual.map(|bytes| shown(bytes)),
            detail: Some(format!("from byte {at} on, of {len} recorded")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(pieces: &[&'static str]) -> Option<(Option<String>, Option<String>)> {
        let mut tail = Tail::new(Bytes::from_static(b"hello world"));
        for piece in pieces {
            tail.push(&Bytes::from_static(piece.as_bytes()));
        }
        tail.mismatch().map(|mismatch| (mismatch.expected, mismatch.actual))
    }

    #[test]
    fn the_first_byte_that_differs_is_shown_with_what_follows() {
        assert_eq!(tail(&["hello", " world"]), None);
        assert_eq!(
            tail(&["hel", "p world"]),
            Some((Some("lo world".into()), Some("p world".into())))
        );
    }

    #[test]
    fn too_few_and_too_many_bytes_are_differences() {
        assert_eq!(tail(&["hello"]), Some((Some(" world".into()), None)));
        assert_eq!(tail(&["hello world", "!"]), Some((None, Some("!".into()))));
    }
}
