//! What a recorded exchange means, whatever the version of HTTP it was in.
//!
//! - [`View`]: its request, its responses, and what is not HTTP
//! - [`Message`]: one of them
//! - [`translate`]: the same exchange in another version
//! - [`StreamReader`]: the frames of an HTTP/2 stream into the events of a message
//! - [`spelling`]: the fields of HTTP/2 as a head, and back
//!
//! # HTTP/2, spelled as HTTP/1 would
//!
//! So that what reads heads need not know the version, a message of HTTP/2 has a head of this form:
//!
//! - a request: `METHOD PATH HTTP/2`, then `host: ` and the `:authority`, where there is one, then the fields in order. `:scheme`
//!   is left out: whether the connection is in TLS says the same. Of CONNECT without a path the authority is the target, and
//!   there is no `host` line of it. The `:protocol` of an extended CONNECT (RFC 8441) is a line `upgrade: ` after the host;
//! - a response: `HTTP/2 STATUS`, then the fields in order;
//! - every line ends in CR LF; CR, LF and NUL inside a field, which RFC 9113 §8.2.1 forbids, are spaces.
//!
//! The body is what the DATA frames hold, padding taken off, and [`Message::raw_body`] is the same. What
//! follows a CONNECT that was answered with 2xx is in the tails, as it is after a switch of protocols in HTTP/1.

mod message;
pub mod spelling;
mod stream;
mod translate;
mod view;

pub use message::Message;
pub use stream::{Brought, StreamError, StreamReader};
pub use translate::{HttpVersion, translate};
pub use view::View;
