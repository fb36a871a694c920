//! Protocol state machines: bytes in, events out.
//!
//! - [`http`]: what a recorded exchange means, whatever the version of HTTP: [`http::View`]
//! - [`http1`]: HTTP/1.0 and HTTP/1.1 (RFC 9112), both directions
//! - [`websocket`]: WebSocket (RFC 6455), both directions
//! - [`grpc`]: gRPC's length-prefixed messages
//! - [`sse`]: server-sent events, and other streams of lines
//! - [`messages`]: what is common to streams of messages

pub mod grpc;
pub mod http;
pub mod http1;
pub mod messages;
pub mod sse;
pub mod websocket;
