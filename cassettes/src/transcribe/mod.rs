//! A connection's bytes, as they come, into exchanges; and an exchange into a script.
//!
//! - [`Transcriber`]: (direction, time, bytes) in, [`TapeEvent`](crate::model::TapeEvent)s out
//! - [`collect`]: tape events into a cassette in memory
//! - [`summarize`]: what a transcriber would say of an exchange that exists already
//! - [`compile`]: what a replayer does to play an exchange's server; [`enact`]: the exchange that this gives
//!
//! Inside: `opening` tells the version of HTTP, `http1`, `http2` and `raw` each read one way of speaking, all of them
//! write to a `tape`; `gap` is what missing bytes leave of exchanges; `script` is how each is played.

mod collect;
mod gap;
mod http1;
mod http2;
mod opening;
mod raw;
mod script;
mod summary;
mod tape;
mod transcriber;
mod turns;

pub use self::collect::collect;
pub use self::http1::{MAX_HELD_BYTES, MAX_PIPELINED};
pub use self::http2::MAX_STREAMS;
pub use self::opening::MAX_GREETING_BYTES;
pub use self::script::{IDLE_CLOSE, compile, enact};
pub use self::summary::summarize;
pub use self::transcriber::Transcriber;

#[cfg(test)]
mod tests;
