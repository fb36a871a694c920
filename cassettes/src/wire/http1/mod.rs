//! HTTP/1.0 and HTTP/1.1 (RFC 9112): heads, framing, and incremental parsers for both directions.
//!
//! - [`RequestParser`], [`ResponseParser`]: bytes in, [`Event`]s out; cut the input as you like
//! - [`RequestHead`], [`ResponseHead`], [`Headers`]: a whole head, read where it lies
//! - [`rewrite`]: what a reverse proxy must change on the way
//!
//! Relaxed as the clients and servers of this world are: line ends of LF alone, folded lines, lines
//! without a colon, spaces where none belong. What is too odd to have one meaning is an error, and
//! whoever records keeps the bytes raw.

mod chunked;
mod error;
mod framing;
mod head;
mod headers;
mod lines;
mod machine;
mod parser;
mod read;
pub mod rewrite;

pub use error::{ChunkError, CutShort, FramingError, HeadError, ParseError, Problem};
pub use framing::{Framing, MethodKind, RequestContext};
pub use head::{RequestHead, ResponseHead, Version};
pub use headers::{HeaderLine, Headers};
pub use parser::{Advance, Event, RequestParser, ResponseKind, ResponseParser};
pub(in crate::wire) use read::view;

/// Longest head, or trailer section, that a parser holds. Servers stop between 8 and 64 KiB; a capture
/// with more is almost always a parser that lost its place.
pub const MAX_HEAD_BYTES: usize = 1 << 20;

/// Most lines of a head. Node stops at 2,000 and curl at 5,000; at this many, code that compares
/// each with each still ends within milliseconds.
pub const MAX_HEADERS: usize = 8192;

/// Longest chunk size line, extensions included. Extensions are a few dozen bytes where they are used at all.
pub const MAX_CHUNK_LINE_BYTES: usize = 16 * 1024;

#[cfg(test)]
mod tests;
