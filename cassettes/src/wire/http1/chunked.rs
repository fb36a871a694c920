//! The lines of the chunked coding (RFC 9112 §7.1).

use super::ChunkError;
use super::headers::trim_line_end;

/// `chunk-size [ chunk-ext ] CRLF`. What follows the digits is an extension, or the blanks that old
/// servers pad the size with.
pub(super) fn parse_size(line: &[u8]) -> Result<u64, ChunkError> {
    let line = trim_line_end(line).trim_ascii_start();
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (digits, rest) = line.split_at(digits);
    match rest.first() {
        None | Some(b';' | b' ' | b'\t') if !digits.is_empty() => parse_hex(digits),
        _ => Err(ChunkError::Size),
    }
}

fn parse_hex(digits: &[u8]) -> Result<u64, ChunkError> {
    digits.iter().try_fold(0_u64, |size, &digit| {
        let digit = char::from(digit).to_digit(16).ok_or(ChunkError::Size)?;
        Ok(size.checked_mul(16).ok_or(ChunkError::Size)? | u64::from(digit))
    })
}
