//! What a client sends, compared byte by byte with what was recorded, as it comes.

use bytes::Bytes;

use crate::verify::{Gravity, Mismatch, Place};

/// How many bytes of each side a difference shows.
const SHOWN_BYTES: usize = 32;

/// The recorded bytes, and how far the client has come in them.
#[derive(Debug)]
pub(super) struct Listening {
    recorded: Bytes,
    heard: u64,
    difference: Option<Difference>,
}

/// The first byte that differs, and what came there instead.
#[derive(Debug)]
struct Difference {
    at: usize,
    actual: Bytes,
}

/// Whether a client has said what it had said when the server went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It has; or something else of the same length.
    Reached,
    /// More is to come.
    Short,
    /// It has said something else, and more than that: what follows cannot be told from it.
    Missed,
}

impl Listening {
    pub(super) fn new(recorded: Bytes) -> Self {
        Self { recorded, heard: 0, difference: None }
    }

    /// The next bytes.
    pub(super) fn hear(&mut self, bytes: &Bytes) {
        if self.difference.is_none() {
            let at = self.heard_in_memory();
            let expected = self.recorded.get(at..).unwrap_or_default();
            let same = bytes.iter().zip(expected).take_while(|(a, b)| a == b).count();
            if same < bytes.len() {
                let end = bytes.len().min(same + SHOWN_BYTES);
                let at = at.saturating_add(same);
                self.difference = Some(Difference { at, actual: bytes.slice(same..end) });
            }
        }
        self.heard = self.heard.saturating_add(bytes.len() as u64);
    }

    /// Something else came, or too much.
    pub(super) fn differs(&self) -> bool {
        self.difference.is_some()
    }

    /// Too much came.
    pub(super) fn exceeds(&self) -> bool {
        self.heard > self.recorded.len() as u64
    }

    /// Whether the client has got as far as after `count` bytes.
    pub(super) fn turn(&self, count: u64) -> Turn {
        let differs = self.difference.as_ref().is_some_and(|found| (found.at as u64) < count);
        match self.heard.cmp(&count) {
            std::cmp::Ordering::Less => Turn::Short,
            std::cmp::Ordering::Greater if differs => Turn::Missed,
            _ => Turn::Reached,
        }
    }

    /// How all that came differs from what was recorded.
    pub(super) fn mismatch(&self) -> Option<Mismatch> {
        let len = self.recorded.len();
        let heard = self.heard_in_memory();
        let (at, actual, what) = match &self.difference {
            Some(Difference { at, actual }) if *at >= len => {
                (*at, Some(actual), "more than recorded")
            }
            Some(Difference { at, actual }) => (*at, Some(actual), "something else than recorded"),
            None if heard < len => (heard, None, "less than recorded"),
            None => return None,
        };
        let rest = self.recorded.get(at..).unwrap_or_default();
        let expected = rest.get(..SHOWN_BYTES).unwrap_or(rest);
        Some(Mismatch {
            place: Place::Tail,
            gravity: Gravity::Failure,
            expected: (!expected.is_empty()).then(|| show(expected)),
            actual: actual.map(|bytes| show(bytes)),
            detail: Some(format!("{what}, from byte {at} on: {len} were recorded, {heard} came")),
        })
    }

    fn heard_in_memory(&self) -> usize {
        usize::try_from(self.heard).unwrap_or(usize::MAX)
    }
}

/// Text as text, escaped; anything else as hexadecimal digits.
fn show(bytes: &[u8]) -> String {
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t');
    if bytes.iter().all(is_text) {
        return bytes.escape_ascii().to_string();
    }
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x {}", digits.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening(pieces: &[&'static [u8]]) -> Listening {
        let mut listening = Listening::new(Bytes::from_static(b"hello world"));
        for piece in pieces {
            listening.hear(&Bytes::from_static(piece));
        }
        listening
    }

    fn told(pieces: &[&'static [u8]]) -> String {
        let found = listening(pieces).mismatch().unwrap();
        let side = |side: Option<String>| side.unwrap_or_else(|| "nothing".to_owned());
        format!("{} / {}: {}", side(found.expected), side(found.actual), found.detail.unwrap())
    }

    #[test]
    fn the_same_bytes_are_the_same_however_they_are_cut() {
        assert_eq!(listening(&[b"hel", b"lo", b" world"]).mismatch(), None);
    }

    #[test]
    fn the_first_byte_that_differs_is_named() {
        let detail = "something else than recorded, from byte 4 on: 11 were recorded, 11 came";
        assert_eq!(
            told(&[b"hell", b"\x00 world"]),
            format!("o world / 0x 00 20 77 6f 72 6c 64: {detail}")
        );
    }

    #[test]
    fn too_little_and_too_much_are_named() {
        let detail = "less than recorded, from byte 5 on: 11 were recorded, 5 came";
        assert_eq!(told(&[b"hello"]), format!(" world / nothing: {detail}"));
        let detail = "more than recorded, from byte 11 on: 11 were recorded, 12 came";
        assert_eq!(told(&[b"hello world", b"!"]), format!("nothing / !: {detail}"));
    }

    #[test]
    fn a_turn_that_differs_is_reached_by_its_length_alone() {
        assert_eq!(listening(&[b"help!"]).turn(5), Turn::Reached);
        assert_eq!(listening(&[b"helpers"]).turn(5), Turn::Missed);
        assert_eq!(listening(&[b"hi"]).turn(5), Turn::Short);
        assert_eq!(listening(&[b"hello w"]).turn(5), Turn::Reached, "the next one has begun");
        assert_eq!(listening(&[b"hello-"]).turn(5), Turn::Reached, "the next one differs");
    }
}
