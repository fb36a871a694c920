//! Fixed-width little-endian numbers.

/// Appends two bytes.
pub(super) fn put_u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends four bytes.
pub(super) fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends eight bytes.
pub(super) fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Takes one byte off the front.
pub(super) fn take_u8(input: &mut &[u8]) -> Option<u8> {
    take(input).map(u8::from_le_bytes)
}

/// Takes two bytes off the front.
pub(super) fn take_u16(input: &mut &[u8]) -> Option<u16> {
    take(input).map(u16::from_le_bytes)
}

/// Takes four bytes off the front.
pub(super) fn take_u32(input: &mut &[u8]) -> Option<u32> {
    take(input).map(u32::from_le_bytes)
}

/// Takes eight bytes off the front.
pub(super) fn take_u64(input: &mut &[u8]) -> Option<u64> {
    take(input).map(u64::from_le_bytes)
}

/// Takes `N` bytes off the front.
pub(super) fn take<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (value, rest) = input.split_first_chunk::<N>()?;
    *input = rest;
    Some(*value)
}

/// A length or offset in memory as one in the file.
pub(super) const fn wide(len: usize) -> u64 {
    len as u64
}

/// A length or offset in the file as one in memory; saturates where memory is narrower, which no slice reaches.
pub(super) fn narrow(len: u64) -> usize {
    usize::try_from(len).unwrap_or(usize::MAX)
}
