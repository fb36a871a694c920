//! Numbers whose first bits share a byte with something else (RFC 7541 §5.1).

use bytes::{BufMut, BytesMut};

use super::HpackError;

/// Largest number that is read: above every length and size that is accepted.
const MAX: usize = 1 << 28;

/// Reads a number from the last `bits` of the next byte, and those after it.
pub(super) fn read(input: &mut &[u8], bits: u8) -> Result<usize, HpackError> {
    let (first, rest) = input.split_first().ok_or(HpackError::CutShort)?;
    *input = rest;
    let mask = prefix(bits);
    match first & mask {
        low if low < mask => Ok(low.into()),
        _ => read_on(input, mask.into()),
    }
}

/// Writes a number into the last `bits` of a byte that begins with `first`, and those after it.
pub(super) fn write(out: &mut BytesMut, first: u8, bits: u8, number: usize) {
    let mask = prefix(bits);
    match u8::try_from(number) {
        Ok(small) if small < mask => out.put_u8(first | small),
        _ => {
            out.put_u8(first | mask);
            write_on(out, number - usize::from(mask));
        }
    }
}

fn read_on(input: &mut &[u8], mut number: usize) -> Result<usize, HpackError> {
    for shift in (0..28).step_by(7) {
        let (byte, rest) = input.split_first().ok_or(HpackError::CutShort)?;
        *input = rest;
        number += usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return if number < MAX { Ok(number) } else { Err(HpackError::Integer) };
        }
    }
    Err(HpackError::Integer)
}

fn write_on(out: &mut BytesMut, mut number: usize) {
    while number >= 0x80 {
        out.put_u8(low_bits(number) | 0x80);
        number >>= 7;
    }
    out.put_u8(low_bits(number));
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits fit a byte")]
const fn low_bits(number: usize) -> u8 {
    (number & 0x7f) as u8
}

const fn prefix(bits: u8) -> u8 {
    u8::MAX >> (8 - bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(first: u8, bits: u8, number: usize) -> Vec<u8> {
        let mut out = BytesMut::new();
        write(&mut out, first, bits, number);
        out.to_vec()
    }

    /// RFC 7541, C.1.
    #[test]
    fn numbers_are_written_as_in_the_standard() {
        assert_eq!(written(0, 5, 10), [0b01010]);
        assert_eq!(written(0, 5, 1337), [0b11111, 0b1001_1010, 0b1010]);
        assert_eq!(written(0, 8, 42), [42]);
    }

    #[test]
    fn every_number_is_read_as_it_was_written() {
        for bits in 1..=8 {
            for number in (0..700).chain([16_383, 16_384, 1 << 20, MAX - 1]) {
                let written = written(0, bits, number);
                let mut input = &written[..];
                assert_eq!(read(&mut input, bits), Ok(number));
                assert!(input.is_empty());
            }
        }
    }

    #[test]
    fn a_number_that_never_ends_is_an_error() {
        assert_eq!(read(&mut &[0xff; 20][..], 7), Err(HpackError::Integer));
        assert_eq!(read(&mut &[0xff, 0x80, 0x80][..], 7), Err(HpackError::CutShort));
        assert_eq!(read(&mut &b""[..], 7), Err(HpackError::CutShort));
    }
}
