//! Bodies made smaller, and the bounds that keep a small file from becoming a large one in memory.

use super::damage::What;
use super::number::{narrow, wide};

/// Smaller bodies are stored as they are: the gain would not pay for the copy that reading them then takes.
pub(super) const MIN_COMPRESSED_BYTES: usize = 1024;

/// Most that one record's body may stand for. Records of more are not compressed.
pub(super) const MAX_RECORD_BYTES: u64 = 16 * 1024 * 1024;

/// Most that all compressed records of one exchange may stand for: reading it takes this much
/// memory at once. What comes after is not compressed.
pub(super) const MAX_EXCHANGE_BYTES: u64 = 64 * 1024 * 1024;

/// Most that a whole cassette is decompressed to at once. Exchange by exchange there is no such limit.
pub(super) const MAX_CASSETTE_BYTES: u64 = 1024 * 1024 * 1024;

/// Fast enough to keep up with a recording; higher levels gain little on what is sent over HTTP.
const LEVEL: i32 = 1;

/// A record of `len` bytes may be compressed, after `before` bytes of its exchange were.
pub(super) fn may_compress(len: usize, before: u64) -> bool {
    wide(len) <= MAX_RECORD_BYTES && before.saturating_add(wide(len)) <= MAX_EXCHANGE_BYTES
}

/// Compressed, if that is smaller.
pub(super) fn compress(body: &[u8]) -> Option<Vec<u8>> {
    let compressed = zstd::bulk::compress(body, LEVEL).ok()?;
    (compressed.len() < body.len()).then_some(compressed)
}

/// Decompressed to exactly `raw_len` bytes.
pub(super) fn decompress(body: &[u8], raw_len: u64) -> Result<Vec<u8>, What> {
    if raw_len > MAX_RECORD_BYTES {
        return Err(What::TooLarge { raw_len, limit: MAX_RECORD_BYTES });
    }
    zstd::bulk::decompress(body, narrow(raw_len))
        .ok()
        .filter(|raw| wide(raw.len()) == raw_len)
        .ok_or(What::BadCompression { raw_len })
}
