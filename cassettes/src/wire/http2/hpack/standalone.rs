//! The form in which a recording keeps header blocks: it refers to nothing.

use bytes::{BufMut, Bytes, BytesMut};

use super::{Decoder, Field, HpackError, string};

/// Literal header field without indexing, new name (RFC 7541 §6.2.2).
const LITERAL: u8 = 0x00;

/// Literal header field never indexed, new name (RFC 7541 §6.2.3).
const NEVER_INDEXED: u8 = 0x10;

/// A block that says each field in full: a literal without indexing (of a sensitive one: never indexed), without
/// Huffman code. Equal fields give equal bytes.
pub fn encode_standalone(fields: &[Field]) -> Bytes {
    let text: usize = fields.iter().map(|field| field.name.len() + field.value.len()).sum();
    let mut block = BytesMut::with_capacity(text + 8 * fields.len());
    for field in fields {
        block.put_u8(if field.sensitive { NEVER_INDEXED } else { LITERAL });
        string::write_plain(&field.name, &mut block);
        string::write_plain(&field.value, &mut block);
    }
    block.freeze()
}

/// The fields of any block that could be a connection's first.
pub fn decode_standalone(block: &[u8]) -> Result<Vec<Field>, HpackError> {
    Decoder::passive().decode(&Bytes::copy_from_slice(block))
}
