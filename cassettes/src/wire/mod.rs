//! Protocol state machines: bytes in, events out.
//!
//! - [`dialects`]: where messages end in protocols of plain TCP
//! - [`door`]: what a client speaks, told by its first bytes
//! - [`http`]: what a recorded exchange means, whatever the version of HTTP: [`http::View`]
//! - [`http1`]: HTTP/1.0 and HTTP/1.1 (RFC 9112), both directions
//! - [`http2`]: HTTP/2 (RFC 9113): frames, header compression (RFC 7541)
//! - [`socks5`]: a server's side of the SOCKS5 handshake (RFC 1928)
//! - [`tls`]: what a TLS client says before anything is encrypted
//! - [`tls_alert`]: how TLS ends before its time
//! - [`tls_names`]: what its numbers are called
//! - [`websocket`]: WebSocket (RFC 6455), both directions
//! - [`grpc`]: gRPC's length-prefixed messages
//! - [`protobuf`]: what is in them, with a schema or without
//! - [`sse`]: server-sent events, and other streams of lines
//! - [`messages`]: what is common to streams of messages

pub mod dialects;
pub mod door;
pub mod grpc;
pub mod http;
pub mod http1;
pub mod http2;
pub mod messages;
pub mod protobuf;
pub mod socks5;
pub mod sse;
pub mod tls;
pub mod tls_alert;
pub mod tls_names;
pub mod websocket;
