//! A connection's bytes, as they come, into exchanges; and an exchange into a script.
//!
//! - [`Transcriber`]: (direction, time, bytes) in, [`TapeEvent`](crate::model::TapeEvent)s out
//! - [`collect`]: tape events into a cassette in memory
//! - [`summarize`]: what a transcriber would say of an exchange that exists already
//! - [`compile`]: what a replayer does to play an exchange's server

mod collect;
mod follow;
mod hold;
mod open;
mod script;
mod transcriber;

pub use self::collect::collect;
pub use self::follow::summarize;
pub use self::hold::MAX_HELD_BYTES;
pub use self::script::{IDLE_CLOSE, compile};
pub use self::transcriber::{MAX_PIPELINED, Transcriber};

#[cfg(test)]
mod tests;
