//! Protocol state machines: bytes in, events out.
//!
//! - [`http`]: what a recorded exchange means, whatever the version of HTTP: [`http::View`]
//! - [`http1`]: HTTP/1.0 and HTTP/1.1 (RFC 9112), both directions

pub mod http;
pub mod http1;
