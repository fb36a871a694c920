//! Bytes as people read them, at a bounded length.

use std::fmt::Write;

/// Longest value shown, in characters; the middle of a longer one is left out.
pub const MAX_SHOWN_CHARS: usize = 400;

/// As text: what is not UTF-8 as `\xNN`, control characters escaped, the middle of long values left out.
pub(crate) fn show(bytes: &[u8]) -> String {
    if bytes.len() <= MAX_SHOWN_CHARS {
        return escaped(bytes);
    }
    let half = MAX_SHOWN_CHARS / 2;
    let (start, end) = (cut_before(bytes, half), cut_after(bytes, bytes.len() - half));
    let head = bytes.get(..start).unwrap_or_default();
    let tail = bytes.get(end..).unwrap_or_default();
    format!("{} … {} bytes … {}", escaped(head), end - start, escaped(tail))
}

/// A number of bytes, in words.
pub(crate) fn byte_count(count: usize) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() && c != '\n' {
                text.extend(c.escape_default());
            } else {
                text.push(c);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// The last place up to `at` that is not inside a character.
fn cut_before(bytes: &[u8], at: usize) -> usize {
    (at.saturating_sub(3)..=at).rev().find(|&at| is_boundary(bytes, at)).unwrap_or(at)
}

/// The first place from `at` on that is not inside a character.
fn cut_after(bytes: &[u8], at: usize) -> usize {
    (at..at + 4).find(|&at| is_boundary(bytes, at)).unwrap_or(at)
}

fn is_boundary(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_text_is_escaped() {
        assert_eq!(show(b"a\r\n\x00\xffb\xc3\xa9"), "a\\r\n\\u{0}\\xffbé");
    }

    #[test]
    fn the_middle_of_a_long_value_is_left_out_between_characters() {
        let shown = show("é".repeat(1000).as_bytes());
        assert!(shown.starts_with("éé") && shown.ends_with("éé"), "{shown}");
        assert!(shown.contains(" … 1600 bytes … "), "{shown}");
        assert!(!shown.contains("\\x"), "{shown}");
    }
}
