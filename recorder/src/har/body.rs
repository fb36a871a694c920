//! Bodies: text or base64, without their content codings.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

/// Longest body that a coding is taken off. A few KiB can announce gigabytes.
const MAX_DECODED_BYTES: u64 = 64 * 1024 * 1024;

/// The bytes of a text; none if it is said to be base64 and is not.
pub(super) fn bytes_of(text: &str, encoding: Option<&str>, content_type: &str) -> Option<Bytes> {
    if encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64")) {
        return STANDARD.decode(text.trim()).ok().map(Bytes::from);
    }
    Some(latin1(text, content_type).unwrap_or_else(|| Bytes::copy_from_slice(text.as_bytes())))
}

/// Browsers write text of every charset in UTF-8. This one can be told back.
fn latin1(text: &str, content_type: &str) -> Option<Bytes> {
    let content_type = content_type.to_ascii_lowercase();
    if text.is_ascii() || !content_type.contains("charset=iso-8859-1") {
        return None;
    }
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect::<Option<Vec<u8>>>()
        .map(Bytes::from)
}

/// Text as it is, other bytes in base64; whether it is that.
pub(super) fn text_of(body: &[u8]) -> (String, bool) {
    match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(body), true),
    }
}

/// What a body holds that is coded so; none if that cannot be taken off.
pub(super) fn decoded(coding: &str, body: &[u8]) -> Option<Vec<u8>> {
    match coding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => read_all(MultiGzDecoder::new(body)),
        "deflate" => read_all(ZlibDecoder::new(body)),
        "zstd" => read_all(zstd::stream::read::Decoder::with_buffer(body).ok()?),
        _ => None,
    }
}

fn read_all(decoder: impl Read) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    decoder.take(MAX_DECODED_BYTES + 1).read_to_end(&mut content).ok()?;
    (content.len() as u64 <= MAX_DECODED_BYTES).then_some(content)
}
