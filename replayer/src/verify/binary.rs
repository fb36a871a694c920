//! Bytes that no one reads: the first differences, in a window of hexadecimal digits.

use std::fmt::Write;

use super::show::byte_count;
use super::{Gravity, Mismatch, Place};

/// Bytes on one line of a hexadecimal window.
const LINE_BYTES: usize = 16;

/// Windows shown of bodies of the same length. More is for a hex editor.
const MAX_WINDOWS: usize = 3;

/// The first byte that differs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Difference<'a> {
    expected: &'a [u8],
    actual: &'a [u8],
    pub(super) offset: usize,
}

/// Where two byte strings first differ; none if they are equal.
pub(super) fn first_difference<'a>(expected: &'a [u8], actual: &'a [u8]) -> Option<Difference<'a>> {
    if expected == actual {
        return None;
    }
    let offset = difference_from(expected, actual, 0)?;
    Some(Difference { expected, actual, offset })
}

impl Difference<'_> {
    /// As evidence, with the bytes around it.
    pub(super) fn mismatch(&self, place: Place) -> Mismatch {
        let (expected, actual) = (describe(self.expected), describe(self.actual));
        Mismatch::changed(place, Gravity::Failure, expected, actual).with_detail(self.windows())
    }

    /// At its own place.
    pub(super) fn at_byte(&self) -> Mismatch {
        self.mismatch(Place::Byte { offset: self.offset as u64 })
    }

    fn windows(&self) -> String {
        let mut text = String::new();
        // In bodies of different lengths, all that follows the first difference may be shifted.
        let count = if self.expected.len() == self.actual.len() { MAX_WINDOWS } else { 1 };
        let mut at = Some(self.offset);
        for _ in 0..count {
            let Some(offset) = at else { break };
            let line = offset / LINE_BYTES * LINE_BYTES;
            write_line(&mut text, ' ', self.expected, line.wrapping_sub(LINE_BYTES));
            write_line(&mut text, '-', self.expected, line);
            write_line(&mut text, '+', self.actual, line);
            at = difference_from(self.expected, self.actual, line + LINE_BYTES);
        }
        text
    }
}

fn describe(bytes: &[u8]) -> String {
    if bytes.is_empty() { "nothing".to_owned() } else { byte_count(bytes.len()) }
}

fn difference_from(expected: &[u8], actual: &[u8], from: usize) -> Option<usize> {
    let (was, is) = (expected.get(from..)?, actual.get(from..)?);
    let common = was.iter().zip(is).take_while(|(a, b)| a == b).count();
    (common < was.len().max(is.len())).then_some(from + common)
}

/// One line as `- 00000010  68 65 …  |he…|`; nothing where there are no bytes.
fn write_line(text: &mut String, mark: char, bytes: &[u8], from: usize) {
    let line = bytes.get(from..).unwrap_or_default();
    let line = line.get(..LINE_BYTES).unwrap_or(line);
    if line.is_empty() {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let hex: String = line.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x} ");
        hex
    });
    let printable = |&byte: &u8| if matches!(byte, 0x20..0x7f) { char::from(byte) } else { '.' };
    let ascii: String = line.iter().map(printable).collect();
    let _ = write!(text, "{mark} {from:08x}  {hex:<48} |{ascii}|");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_shows_the_line_before_and_both_lines_that_differ() {
        let expected: Vec<u8> = (0..40).collect();
        let mut actual = expected.clone();
        actual[20] = b'x';
        let found = first_difference(&expected, &actual).unwrap().at_byte();
        assert_eq!(found.place, Place::Byte { offset: 20 });
        assert_eq!(
            found.detail.as_deref(),
            Some(
                "  00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  |................|\n\
                 - 00000010  10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f  |................|\n\
                 + 00000010  10 11 12 13 78 15 16 17 18 19 1a 1b 1c 1d 1e 1f  |....x...........|"
            )
        );
    }

    #[test]
    fn a_body_that_goes_on_differs_at_the_others_end() {
        let found = first_difference(b"abc", b"abcd").unwrap();
        assert_eq!(found.offset, 3);
        assert_eq!(first_difference(b"", b"x").unwrap().offset, 0);
        assert!(first_difference(b"x", b"x").is_none());
    }
}
