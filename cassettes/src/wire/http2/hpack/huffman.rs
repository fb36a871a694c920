//! The Huffman code of RFC 7541, Appendix B.
//!
//! It is canonical: of codes of one length, each is the one before it plus one, in the order of the bytes they
//! stand for. So the lengths say all; the codes, and the tables that read them, are computed from those.

use bytes::{BufMut, BytesMut};

use super::HpackError;

/// How many bits the code of each byte has.
const LENGTHS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, //
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, //
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, //
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, //
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, //
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, //
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, //
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, //
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, //
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, //
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, //
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, //
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, //
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, //
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];

const MAX_LENGTH: usize = 30;

/// Codes up to this length are read by one look into a table; they cover all that text is made of.
const SHORT: u32 = 10;

static CODES: [Code; 256] = codes();
static SHORT_CODES: [Short; 1 << SHORT] = short_codes();
static LONG_CODES: Long = long_codes();

#[derive(Clone, Copy)]
struct Code {
    bits: u32,
    length: u8,
}

/// What a text begins with; a length of 0: with a longer code.
#[derive(Clone, Copy)]
struct Short {
    byte: u8,
    length: u8,
}

/// The codes of each length: the first one, left-aligned in 32 bits, and where its byte stands in `bytes`.
struct Long {
    first: [u32; MAX_LENGTH + 2],
    start: [usize; MAX_LENGTH + 2],
    bytes: [u8; 256],
}

/// How long a text is in this code.
pub(super) fn encoded_len(text: &[u8]) -> usize {
    let bits: usize = text.iter().map(|byte| usize::from(code(*byte).length)).sum();
    bits.div_ceil(8)
}

/// Writes a text in this code, padded with ones.
pub(super) fn encode(text: &[u8], out: &mut BytesMut) {
    let (mut pending, mut count) = (0_u64, 0_u32);
    for byte in text {
        let code = code(*byte);
        pending = pending << code.length | u64::from(code.bits);
        count += u32::from(code.length);
        if count >= 32 {
            count -= 32;
            out.put_u32(low_word(pending >> count));
        }
    }
    while count >= 8 {
        count -= 8;
        out.put_u8(low_byte(pending >> count));
    }
    if count > 0 {
        out.put_u8(low_byte(pending << (8 - count)) | u8::MAX >> count);
    }
}

/// Reads a text in this code.
pub(super) fn decode(input: &[u8], out: &mut BytesMut) -> Result<(), HpackError> {
    // The shortest code has five bits.
    out.reserve(input.len() * 8 / 5);
    let mut bits = Bits::new(input);
    while let Some((byte, length)) = next(bits.peek(), bits.count)? {
        out.put_u8(byte);
        bits.skip(length);
    }
    Ok(())
}

/// The first byte of `peeked`, of which `count` bits have come, and the length of its code. None: only padding is left.
fn next(peeked: u32, count: u32) -> Result<Option<(u8, u32)>, HpackError> {
    let short = SHORT_CODES.get((peeked >> (32 - SHORT)) as usize);
    let (byte, length) = match short {
        Some(short) if short.length > 0 => (short.byte, u32::from(short.length)),
        _ => long(peeked).unwrap_or((0, u32::MAX)),
    };
    if length <= count {
        return Ok(Some((byte, length)));
    }
    // "Padding strictly longer than 7 bits MUST be treated as a decoding error", and one that is not all ones (§5.2).
    // Bits that have not come are read as ones.
    if count < 8 && peeked == u32::MAX { Ok(None) } else { Err(HpackError::Huffman) }
}

fn long(peeked: u32) -> Option<(u8, u32)> {
    let lengths = SHORT as usize + 1..=MAX_LENGTH;
    let length = lengths
        .clone()
        .find(|length| LONG_CODES.first.get(length + 1).is_some_and(|next| peeked < *next))?;
    let offset = (peeked - LONG_CODES.first.get(length)?) >> (32 - length);
    let at = LONG_CODES.start.get(length)? + offset as usize;
    Some((*LONG_CODES.bytes.get(at)?, u32::try_from(length).ok()?))
}

/// The bits of a text, from the first on.
struct Bits<'a> {
    rest: &'a [u8],
    /// Those that come next, left-aligned.
    held: u64,
    /// How many of them there are.
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(input: &'a [u8]) -> Self {
        let mut bits = Self { rest: input, held: 0, count: 0 };
        bits.fill();
        bits
    }

    /// The next 32; ones after the end.
    fn peek(&self) -> u32 {
        low_word((self.held | u64::MAX >> self.count) >> 32)
    }

    fn skip(&mut self, length: u32) {
        self.held <<= length;
        self.count -= length;
        if self.count < 32 {
            self.fill();
        }
    }

    fn fill(&mut self) {
        if let Some((next, rest)) = self.rest.split_first_chunk() {
            self.held |= u64::from(u32::from_be_bytes(*next)) << (32 - self.count);
            self.count += 32;
            self.rest = rest;
            return;
        }
        for byte in std::mem::take(&mut self.rest) {
            self.held |= u64::from(*byte) << (56 - self.count);
            self.count += 8;
        }
    }
}

fn code(byte: u8) -> Code {
    CODES.get(usize::from(byte)).copied().unwrap_or(Code { bits: 0, length: 0 })
}

#[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
const fn low_word(bits: u64) -> u32 {
    bits as u32
}

#[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
const fn low_byte(bits: u64) -> u8 {
    bits as u8
}

/// Bytes by the length of their codes, then by their value; the code of each.
#[expect(clippy::indexing_slicing, reason = "evaluated when this is compiled")]
#[expect(clippy::cast_possible_truncation, reason = "a counter of bytes")]
const fn codes() -> [Code; 256] {
    let mut codes = [Code { bits: 0, length: 0 }; 256];
    let (mut length, mut next) = (1, 0_u32);
    while length <= MAX_LENGTH {
        next <<= 1;
        let mut byte = 0;
        while byte < 256 {
            if LENGTHS[byte] as usize == length {
                codes[byte] = Code { bits: next, length: length as u8 };
                next += 1;
            }
            byte += 1;
        }
        length += 1;
    }
    codes
}

#[expect(clippy::indexing_slicing, reason = "evaluated when this is compiled")]
#[expect(clippy::cast_possible_truncation, reason = "a counter of bytes")]
const fn short_codes() -> [Short; 1 << SHORT] {
    let codes = codes();
    let mut table = [Short { byte: 0, length: 0 }; 1 << SHORT];
    let mut byte = 0;
    while byte < 256 {
        let code = codes[byte];
        if code.length as u32 <= SHORT {
            let free = SHORT - code.length as u32;
            let mut rest = 0;
            while rest < 1 << free {
                let at = (code.bits << free) as usize + rest;
                table[at] = Short { byte: byte as u8, length: code.length };
                rest += 1;
            }
        }
        byte += 1;
    }
    table
}

#[expect(clippy::indexing_slicing, reason = "evaluated when this is compiled")]
#[expect(clippy::cast_possible_truncation, reason = "a counter of bytes")]
const fn long_codes() -> Long {
    let mut long = Long { first: [0; MAX_LENGTH + 2], start: [0; MAX_LENGTH + 2], bytes: [0; 256] };
    let (mut length, mut at, mut next) = (1, 0, 0_u32);
    while length <= MAX_LENGTH {
        next <<= 1;
        long.first[length] = next << (32 - length);
        long.start[length] = at;
        let mut byte = 0;
        while byte < 256 {
            if LENGTHS[byte] as usize == length {
                long.bytes[at] = byte as u8;
                at += 1;
                next += 1;
            }
            byte += 1;
        }
        length += 1;
    }
    // What is left is longer than every byte's code: the end of a string, which no text may contain.
    long.first[length] = next << (33 - length);
    long
}
