//! HTTP/2 (RFC 9113): frames, header compression, and what each side of a connection says.
//!
//! - [`Standalone`]: one direction of a recorded connection, into frames that need nothing but themselves
//! - [`FrameParser`], [`frames`]: bytes in, [`Frame`]s out; cut the input as you like
//! - [`Frame`]: one frame, and what it says; [`compose`] makes them
//! - [`Blocks`]: HEADERS, `PUSH_PROMISE` and their CONTINUATIONs, put together
//! - [`hpack`]: header compression (RFC 7541), both ways, and the form that a recording keeps
//! - [`flood`]: when a peer asks for more than any client needs
//! - [`rewrite`]: what a reverse proxy must change on the way
//! - [`upgrade`]: `Upgrade: h2c`, from HTTP/1
//! - [`stream_of`]: the stream that a recorded exchange is about
//! - [`ErrorCode`], [`setting`]: the registries
//!
//! What a peer must not do on any connection is an [`Http2Error`], and it says which error code a peer
//! would answer with. Whoever records keeps the bytes raw from there.

mod block;
mod check;
mod code;
pub mod compose;
mod error;
pub mod flood;
mod frame;
pub mod hpack;
mod parser;
mod payload;
pub mod rewrite;
pub mod setting;
mod standalone;
pub mod upgrade;
mod view;

pub use block::Blocks;
pub use code::ErrorCode;
pub use error::{BlockError, FrameError, Http2Error, Problem};
pub use frame::{Frame, FrameHeader, Kind, flag};
pub use parser::{FrameParser, Frames, Preface, frames};
pub use payload::{GoAway, Priority};
pub use standalone::{Piece, Standalone};
pub use view::stream_of;
pub(in crate::wire) use view::view;

/// What a client sends first (RFC 9113 §3.4).
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How many bytes a frame's header has.
pub const FRAME_HEADER_BYTES: usize = 9;

/// Longest payload that a peer may send unless it was allowed more (RFC 9113 §4.2).
pub const DEFAULT_FRAME_BYTES: u32 = 1 << 14;

/// Longest payload that a frame can have. A recorder accepts it: the other side may have allowed it.
pub const MAX_FRAME_BYTES: u32 = (1 << 24) - 1;

/// Longest header block, compressed, over all its frames. The same as HTTP/1's
/// [`MAX_HEAD_BYTES`](super::http1::MAX_HEAD_BYTES): servers stop between 8 and 64 KiB.
pub const MAX_BLOCK_BYTES: usize = 1 << 20;

/// Most CONTINUATION frames of one header block: eight times as many as the longest block fills. More of them,
/// each next to empty, is the flood known as CVE-2024-27316.
pub const MAX_CONTINUATIONS: usize = 512;

#[cfg(test)]
mod tests;
