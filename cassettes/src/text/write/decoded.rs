//! Compressed bodies, decoded into a comment: for people, who cannot read base64.

use std::io::Read;

use flate2::read::GzDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::super::json;
use super::super::spelling::{self, is_plain};

/// Most bytes that are decoded: comments are for a glance, and a small body can decode to gigabytes.
const MAX_DECODED_BYTES: usize = 16 * 1024;

/// Largest zstd window, as a power of two: 8 MiB, which RFC 8878 asks every decoder to support. A frame may
/// claim gigabytes.
const MAX_WINDOW_LOG: u32 = 23;

/// Most lines shown. A longer body is better looked at with `retape show`.
const MAX_LINES: usize = 60;

/// Longest line shown, in characters.
const MAX_LINE_CHARACTERS: usize = 160;

/// Comment lines that show what `body` decodes to, if that is text.
pub(super) fn comment(body: &[u8]) -> Vec<String> {
    let Some((coding, decoded)) = decode(body) else { return Vec::new() };
    let is_cut = decoded.len() > MAX_DECODED_BYTES;
    let Some(text) = shown_text(&decoded, is_cut) else { return Vec::new() };
    let mut lines = vec![format!("# {coding}, decoded:")];
    lines.extend(text.lines().take(MAX_LINES).map(comment_line));
    if is_cut || text.lines().count() > MAX_LINES {
        lines.push("#   …".to_owned());
    }
    lines
}

/// The coding's name, and the first bytes decoded: one more than the limit if there are more.
fn decode(body: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    if body.starts_with(b"\x1f\x8b") {
        Some(("gzip", first_bytes(GzDecoder::new(body))?))
    } else if body.starts_with(b"\x28\xb5\x2f\xfd") {
        let mut decoder = ZstdDecoder::with_buffer(body).ok()?;
        decoder.window_log_max(MAX_WINDOW_LOG).ok()?;
        Some(("zstd", first_bytes(decoder)?))
    } else {
        None
    }
}

/// What comes before an error is worth showing, too: a body that was cut short decodes that far.
fn first_bytes(coded: impl Read) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let _ = coded.take(MAX_DECODED_BYTES as u64 + 1).read_to_end(&mut decoded);
    (!decoded.is_empty()).then_some(decoded)
}

/// Laid out if it is JSON; `None` for what is no text.
fn shown_text(decoded: &[u8], is_cut: bool) -> Option<String> {
    let text = match std::str::from_utf8(decoded) {
        Ok(text) => text,
        Err(error) if is_cut || error.error_len().is_none() => {
            std::str::from_utf8(decoded.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    if let Some((_, laid_out)) = json::lay_out(text.as_bytes()) {
        return Some(laid_out);
    }
    spelling::is_texty(text).then(|| text.to_owned())
}

fn comment_line(line: &str) -> String {
    let shown = line.chars().take(MAX_LINE_CHARACTERS);
    let shown: String = shown.map(|c| if is_plain(c) { c } else { '\u{fffd}' }).collect();
    let more = if line.chars().nth(MAX_LINE_CHARACTERS).is_some() { " …" } else { "" };
    format!("#   {shown}{more}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn json_is_laid_out() {
        let lines = comment(&gzip(br#"{"id":1}"#));
        assert_eq!(lines, ["# gzip, decoded:", "#   {", "#     \"id\": 1", "#   }"]);
        let zstd = zstd::bulk::compress(b"hello\n", 1).unwrap();
        assert_eq!(comment(&zstd), ["# zstd, decoded:", "#   hello"]);
    }

    #[test]
    fn a_body_that_decodes_to_much_is_shown_in_part() {
        let long = comment(&gzip(&b"0123456789\n".repeat(1_000_000)));
        assert_eq!((long.len(), long.last().unwrap().as_str()), (MAX_LINES + 2, "#   …"));
        let wide = comment(&gzip(&b"x".repeat(1_000_000)));
        assert_eq!(
            wide.iter().map(|line| line.chars().count()).max(),
            Some(MAX_LINE_CHARACTERS + 6)
        );
    }

    #[test]
    fn a_cut_or_broken_body_is_shown_as_far_as_it_goes() {
        let whole = gzip("é".repeat(100).as_bytes());
        for end in 0..whole.len() {
            let _ = comment(&whole[..end]);
        }
        assert!(comment(b"\x1f\x8bnonsense").is_empty());
        assert!(comment(&gzip(b"\0\x01\x02\x03")).is_empty());
        assert!(comment(b"plain").is_empty());
    }
}
