//! Streams of messages, compared one by one.
//!
//! - [`Conversation`]: one direction of a WebSocket, as it comes
//! - `recorded`: what was recorded of it, read on as far as the other side has come
//! - `compare`: one message with another

mod compare;
mod conversation;
mod recorded;

pub(crate) use conversation::Conversation;
pub(super) use conversation::compare_web_sockets;

#[cfg(test)]
mod tests;
