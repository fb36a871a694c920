//! Messages inside a stream, whatever they are framed in: WebSocket's, gRPC's.
//!
//! - [`Counter`]: how many a client has sent so far: what an interactive replay keeps step by

mod counter;

pub use counter::Counter;
