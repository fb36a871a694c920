//! Header compression (RFC 7541).
//!
//! - [`Decoder`]: the header blocks of one direction of a connection, in their order, into [`Field`]s
//! - [`Encoder`]: the other way, for a live peer
//! - [`encode_standalone`], [`decode_standalone`]: a block that needs no others, as a recording keeps it
//!
//! Inside: `integer` and `string` are the primitives (§5), `huffman` is Appendix B, `fixed` Appendix A,
//! `dynamic` the table that both ends of a direction keep.

mod decoder;
mod dynamic;
mod encoder;
mod error;
mod field;
mod fixed;
mod hash;
mod huffman;
mod integer;
mod standalone;
mod string;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use error::HpackError;
pub use field::Field;
pub use standalone::{decode_standalone, encode_standalone};

/// Largest dynamic table that a recorder follows. Browsers allow 64 KiB, servers 4; a table of more is a mistake
/// or an attack.
pub const MAX_TABLE_BYTES: usize = 1 << 20;

/// Longest header list, each field counted with 32 bytes besides its text (RFC 9113 §6.5.2). The same as HTTP/1's
/// [`MAX_HEAD_BYTES`](crate::wire::http1::MAX_HEAD_BYTES). A block of a few bytes can claim gigabytes.
pub const MAX_LIST_BYTES: usize = 1 << 20;

/// Most fields of a header list. The same as HTTP/1's [`MAX_HEADERS`](crate::wire::http1::MAX_HEADERS), with room for
/// pseudo-header fields.
pub const MAX_FIELDS: usize = crate::wire::http1::MAX_HEADERS;

#[cfg(test)]
mod tests;
