//! Bytes as text: which spelling suits them, and back.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::{Problem, TextError};
use super::tree::{Node, Tag};

const EXPECTED: &str = "text (or base64 under `!!binary`)";

/// The bytes that a scalar stands for.
pub(super) fn read(node: &Node<'_>, what: &'static str) -> Result<Vec<u8>, TextError> {
    let scalar = node.scalar(what, EXPECTED)?;
    match scalar.tag {
        Tag::None => Ok(scalar.text.as_bytes().to_vec()),
        Tag::Crlf => Ok(scalar.text.replace('\n', "\r\n").into_bytes()),
        Tag::Latin1 => scalar.text.chars().map(|c| latin1(c, node)).collect(),
        Tag::Binary => {
            let packed: String = scalar.text.split_ascii_whitespace().collect();
            STANDARD
                .decode(packed)
                .map_err(|error| node.place.error(Problem::Base64 { detail: error.to_string() }))
        }
    }
}

fn latin1(character: char, node: &Node<'_>) -> Result<u8, TextError> {
    u8::try_from(character).map_err(|_| node.place.error(Problem::NotLatin1 { character }))
}

/// How to spell some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spelling<'a> {
    /// As a `|` block: every line can be shown as it is.
    Block(Tag, Cow<'a, str>),
    /// In double quotes, with escapes.
    Quoted(Tag, Cow<'a, str>),
    /// In base64.
    Base64,
}

/// The most readable spelling of `bytes` that loses nothing.
pub(super) fn spell(bytes: &[u8]) -> Spelling<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_texty(text) => spell_text(Tag::None, text.into()),
        Err(_) if is_latin1_text(bytes) => {
            let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
            spell_text(Tag::Latin1, text.into())
        }
        _ => Spelling::Base64,
    }
}

fn spell_text(tag: Tag, text: Cow<'_, str>) -> Spelling<'_> {
    if fits_block(&text) {
        return Spelling::Block(tag, text);
    }
    if tag == Tag::None && text.contains("\r\n") {
        let lines = text.replace("\r\n", "\n");
        if fits_block(&lines) && lines.replace('\n', "\r\n") == text {
            return Spelling::Block(Tag::Crlf, lines.into());
        }
    }
    Spelling::Quoted(tag, text)
}

/// Whether a `|` block shows `text` without loss and without traps: trailing blanks that editors
/// strip, invisible characters, several empty lines at the end. Short lines are better quoted.
fn fits_block(text: &str) -> bool {
    let worth = text.trim_end_matches('\n').contains(['\n', '"', '\\']);
    worth && !text.ends_with("\n\n") && shows_as_lines(text)
}

/// Whether every line can stand in a `|` block as it is.
pub(super) fn shows_as_lines(text: &str) -> bool {
    text.split('\n').all(|line| !line.ends_with([' ', '\t']) && line.chars().all(is_plain))
}

/// A character that shows as itself in any editor, and that YAML keeps as it is.
pub(super) fn is_plain(character: char) -> bool {
    match character {
        '\t' | ' '..='~' => true,
        '\0'..='\u{a0}' | '\u{ad}' // controls with NEL, no-break space, soft hyphen
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' // zero width, line separators, bidi
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}'
        | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'.. => false, // private use, tags
        _ => true,
    }
}

/// Text rather than data: at most every third character needs an escape.
pub(super) fn is_texty(text: &str) -> bool {
    let odd = text.chars().filter(|&c| !is_plain(c) && c != '\n' && c != '\r').count();
    odd * 3 <= text.chars().count()
}

/// Latin-1 text: no controls, and mostly ASCII, as European text is and random bytes are not.
fn is_latin1_text(bytes: &[u8]) -> bool {
    let is_high = |byte: &&u8| **byte >= 0xa0;
    bytes.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0xa0..))
        && bytes.iter().filter(is_high).count() * 4 <= bytes.len()
}

/// What a comment says of bytes that are shown in base64: how many, of what kind, and the first ones.
pub(super) fn describe(bytes: &[u8]) -> String {
    let kind = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic));
    let kind = kind.map_or(String::new(), |(_, name)| format!(", {name}"));
    let shown = bytes.get(..16).unwrap_or(bytes);
    let hex: Vec<String> = shown.iter().map(|byte| format!("{byte:02x}")).collect();
    let ascii: String = shown
        .iter()
        .map(|&byte| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' })
        .collect();
    let more = if bytes.len() > shown.len() { " …" } else { "" };
    let unit = if bytes.len() == 1 { "byte" } else { "bytes" };
    format!("{} {unit}{kind}: {}{more} |{ascii}|", bytes.len(), hex.join(" "))
}

/// First bytes that tell a kind of data.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"RIFF", "RIFF (WebP, WAV)"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "zip"),
    (b"\x00asm", "WebAssembly"),
    (b"wOF2", "WOFF2 font"),
    (b"\x16\x03", "TLS handshake"),
];

/// Lines of base64, 76 characters each as in MIME.
pub(super) fn base64_lines(bytes: &[u8]) -> impl Iterator<Item = String> + '_ {
    bytes.chunks(57).map(|line| STANDARD.encode(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_bytes_gets_its_spelling() {
        let block = |tag, text: &'static str| Spelling::Block(tag, text.into());
        let quoted = |tag, text: &'static str| Spelling::Quoted(tag, text.into());
        assert_eq!(spell(b""), quoted(Tag::None, ""));
        assert_eq!(spell(b"hello"), quoted(Tag::None, "hello"));
        assert_eq!(spell(b"a\nb\n"), block(Tag::None, "a\nb\n"));
        assert_eq!(spell(b"a\r\nb\r\n"), block(Tag::Crlf, "a\nb\n"));
        assert_eq!(spell(b"a\r\nb\n"), quoted(Tag::None, "a\r\nb\n"));
        assert_eq!(spell(b"a \nb\n"), quoted(Tag::None, "a \nb\n"));
        assert_eq!(spell(b"a\nb\n\n"), quoted(Tag::None, "a\nb\n\n"));
        assert_eq!(spell(b"caf\xe9 au lait"), quoted(Tag::Latin1, "café au lait"));
        assert_eq!(spell(b"\x00\x01\x02\x03"), Spelling::Base64);
        assert_eq!(spell(b"\xff\xfe\xfd"), Spelling::Base64);
    }

    #[test]
    fn what_reads_differently_than_it_is_stays_out_of_blocks() {
        for text in ["a\n\u{202e}b\n", "a\n\u{feff}b", "a\n\u{85}b", "a\n\u{2028}b", "a\nb\u{7f}c"]
        {
            assert!(matches!(spell(text.as_bytes()), Spelling::Quoted(..)), "{text:?}");
        }
    }

    #[test]
    fn a_description_names_the_kind() {
        assert_eq!(describe(b"\x1f\x8b\x08A"), "4 bytes, gzip: 1f 8b 08 41 |...A|");
    }
}
