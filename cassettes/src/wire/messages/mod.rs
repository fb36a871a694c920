//! Messages inside a stream, whatever they are framed in: WebSocket's, gRPC's, events, lines.
//!
//! - [`Counter`]: how many a client has sent so far: what an interactive replay keeps step by
//! - [`messages`]: every message of a recorded exchange, with when it came

mod counter;
mod pieces;
mod stream;

pub use counter::Counter;
pub use stream::{StreamKind, StreamMessage, Timed, messages};
