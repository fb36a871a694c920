//! The first byte that differs in a message, with what is around it.

use bytes::Bytes;

/// How many bytes are shown from the first that differs on, of each side.
const SHOWN_BYTES: usize = 32;

/// How many are shown before it: they say where one is.
const SHOWN_BEFORE: usize = 24;

/// Where a message differs, and what came there.
#[derive(Debug)]
pub(super) struct Difference {
    /// Which message, from 0.
    pub(super) message: usize,
    /// Where its first byte is among all that were recorded.
    pub(super) start: usize,
    /// Where the first byte that differs is, likewise.
    pub(super) at: usize,
    /// What came from there on, up to [`SHOWN_BYTES`].
    actual: Vec<u8>,
    /// More came.
    more: bool,
}

impl Difference {
    pub(super) const fn new(message: usize, start: usize, at: usize) -> Self {
        Self { message, start, at, actual: Vec::new(), more: false }
    }

    /// The next bytes of the same message.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        let room = SHOWN_BYTES.saturating_sub(self.actual.len());
        self.actual.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.more |= bytes.len() > room;
    }

    /// What was recorded there, up to where the message ended; none if nothing was.
    pub(super) fn expected(&self, recorded: &Bytes, end: usize) -> Option<String> {
        let rest = recorded.get(self.at..end).filter(|rest| !rest.is_empty())?;
        let seen = rest.get(..SHOWN_BYTES).unwrap_or(rest);
        Some(self.window(recorded, seen, seen.len() < rest.len()))
    }

    /// What came there, after the same bytes as recorded.
    pub(super) fn actual(&self, recorded: &Bytes) -> String {
        self.window(recorded, &self.actual, self.more)
    }

    fn window(&self, recorded: &Bytes, from_here: &[u8], more: bool) -> String {
        let begin = self.start.max(self.at.saturating_sub(SHOWN_BEFORE));
        let before = recorded.get(begin..self.at).unwrap_or_default();
        let mark = |cut: bool| if cut { "…" } else { "" };
        let shown = shown(&[before, from_here].concat());
        format!("{}{shown}{}", mark(begin > self.start), mark(more))
    }
}

/// Text as text, other bytes escaped; hexadecimal digits where most are other bytes.
fn shown(bytes: &[u8]) -> String {
    let is_text = |byte: &&u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t');
    if bytes.iter().filter(is_text).count() * 2 >= bytes.len() {
        return bytes.escape_ascii().to_string();
    }
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x {}", digits.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_a_difference_is_shown_and_what_is_not_is_marked() {
        let recorded = Bytes::from([&[b'a'; 40][..], b"one", &[b'z'; 40]].concat());
        let mut difference = Difference::new(0, 0, 40);
        difference.hear(b"two");
        difference.hear(&[b'z'; 40]);
        let (before, after) = ("a".repeat(24), "z".repeat(29));
        let expected = difference.expected(&recorded, recorded.len());
        assert_eq!(expected, Some(format!("…{before}one{after}…")));
        assert_eq!(difference.actual(&recorded), format!("…{before}two{after}…"));
    }

    #[test]
    fn a_protocol_of_text_and_few_other_bytes_can_be_read() {
        assert_eq!(shown(b"Q\x00\x00\x00\x0dselect 1\x00"), "Q\\x00\\x00\\x00\\rselect 1\\x00");
        assert_eq!(shown(b"\x01\x02\xffa"), "0x 01 02 ff 61");
    }
}
