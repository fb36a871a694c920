//! Texts, plain or in the Huffman code (RFC 7541 §5.2).

use bytes::{BufMut, Bytes, BytesMut};

use super::{HpackError, huffman, integer};

const HUFFMAN: u8 = 0x80;

/// Reads a text. A plain one is a slice of the block.
pub(super) fn read(block: &Bytes, input: &mut &[u8]) -> Result<Bytes, HpackError> {
    let coded = input.first().is_some_and(|first| first & HUFFMAN != 0);
    let len = integer::read(input, 7)?;
    let (text, rest) = input.split_at_checked(len).ok_or(HpackError::CutShort)?;
    *input = rest;
    if !coded {
        return Ok(block.slice_ref(text));
    }
    let mut out = BytesMut::new();
    huffman::decode(text, &mut out)?;
    Ok(out.freeze())
}

/// Writes a text as it is.
pub(super) fn write_plain(text: &[u8], out: &mut BytesMut) {
    integer::write(out, 0, 7, text.len());
    out.put_slice(text);
}

/// Writes a text in whichever way is shorter.
pub(super) fn write_shortest(text: &[u8], out: &mut BytesMut) {
    let coded = huffman::encoded_len(text);
    if coded < text.len() {
        integer::write(out, HUFFMAN, 7, coded);
        huffman::encode(text, out);
    } else {
        write_plain(text, out);
    }
}
