//! WebSocket (RFC 6455) with permessage-deflate (RFC 7692): what both sides say once the upgrade is agreed.
//!
//! - [`Agreement`]: that it is WebSocket, and with which extensions; [`accept_key`] is the server's proof
//! - [`FrameParser`]: one direction's bytes into [`FrameEvent`]s, cut anywhere, nothing held
//! - [`MessageReader`]: one direction's bytes into whole [`Message`]s: fragments joined, masks undone, inflated
//! - [`encode`]: one unmasked frame, as a server sends it
//!
//! Tolerant where a reader can be: lengths need not be minimal, text need not be UTF-8, masks need not be there.

mod agreement;
mod error;
mod frame;
mod inflate;
mod message;
mod parser;

pub use agreement::{Agreement, Deflate, DeflateSide, accept_key};
pub use error::{WebSocketError, WebSocketProblem};
pub use frame::{FrameHeader, MAX_HEADER_BYTES, Opcode, encode, unmask};
pub use message::{Close, Kind, Message, MessageReader};
pub use parser::{FrameEvent, FrameParser};

/// Most bytes of one message kept and inflated. Servers commonly stop at 1 to 16 MiB (Python's `websockets` at 1,
/// Go's at 32 KiB); what a longer one says beyond it is counted, not kept.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

#[cfg(test)]
mod tests;
