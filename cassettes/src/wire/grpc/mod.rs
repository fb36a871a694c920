//! gRPC's messages: a body of length-prefixed messages, over HTTP/2, and in gRPC-Web and Connect streams too.
//!
//! - [`is_grpc`]: whether a content type says so
//! - [`MessageReader`]: a body's bytes into [`Message`]s, cut anywhere
//! - [`Message::content`]: what one holds, its coding taken off

mod content;
mod reader;

pub use reader::{Message, MessageReader};

/// Most bytes of one message kept. gRPC's own default limit for received messages is 4 MiB; what a longer one
/// holds beyond this is counted, not kept.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// Whether a body of this content type is a sequence of length-prefixed messages: `application/grpc`,
/// `application/grpc+…`, `application/grpc-web`, `application/connect+…`; not `application/grpc-web-text`, which is base64.
pub fn is_grpc(content_type: &[u8]) -> bool {
    let name = content_type.split(|&byte| byte == b';').next().unwrap_or_default();
    let name = name.trim_ascii().to_ascii_lowercase();
    let after =
        |prefix: &[u8]| name.strip_prefix(prefix).map(|rest| matches!(rest, [] | [b'+', ..]));
    after(b"application/grpc") == Some(true)
        || after(b"application/grpc-web") == Some(true)
        || after(b"application/connect").is_some_and(|_| name.starts_with(b"application/connect+"))
}

#[cfg(test)]
mod tests;
