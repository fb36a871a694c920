//! Header compression against the standard and against others.

use bytes::Bytes;

use super::*;

mod hostile;
mod nghttp2;
mod property;
mod vectors;

fn fields(fields: &[(&'static str, &'static str)]) -> Vec<Field> {
    fields.iter().map(|(name, value)| Field::new(*name, *value)).collect()
}

fn hex(text: &str) -> Bytes {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}
