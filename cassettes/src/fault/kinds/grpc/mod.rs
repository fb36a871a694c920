//! gRPC, over HTTP/2 and in the forms of gRPC-Web and Connect streams.

mod bad_protobuf;
mod compressed_flag;
mod extra_message;
mod flavour;
mod grpc_abort;
mod grpc_content_type;
mod grpc_http_status;
mod grpc_status;
mod length_prefix;
mod no_trailers;
mod oversized_message;
mod part_then_rst;
mod status;
#[cfg(test)]
mod tests;
mod trailers_only;

use std::ops::Range;

use bytes::{Bytes, BytesMut};

use super::places::Content;
use crate::fault::{Item, Kind, Misfit, Point, Scene};
use crate::model::Script;
use crate::wire::messages::StreamKind;

pub(super) const KINDS: &[&Kind] = &[
    &grpc_status::KIND,
    &grpc_abort::KIND,
    &trailers_only::KIND,
    &no_trailers::KIND,
    &length_prefix::KIND,
    &part_then_rst::KIND,
    &grpc_http_status::KIND,
    &grpc_content_type::KIND,
    &compressed_flag::KIND,
    &oversized_message::KIND,
    &extra_message::KIND,
    &bad_protobuf::KIND,
];

/// A flag byte and a 32-bit length, before each message.
const PREFIX_BYTES: usize = 5;

/// The content of a call's answer.
fn call(scene: &Scene<'_>) -> Result<Content, Misfit> {
    let content = Content::of(scene);
    let needs = || Misfit::new("it needs a call of gRPC (or of gRPC-Web, or a Connect stream)");
    (content.layout.stream == Some(StreamKind::Grpc)).then_some(content).ok_or_else(needs)
}

/// The message that the point names, prefix and all.
fn message(scene: &Scene<'_>, at: Option<&Point>) -> Result<(Range<u64>, Bytes), Misfit> {
    let content = call(scene)?;
    let range = content.thing(at.unwrap_or(&Point::Message(1)), "message")?;
    let bytes = content.slice(&range);
    Ok((range, bytes))
}

/// The script with another message, prefix and all, in the place of that.
fn with_message(
    scene: &Scene<'_>,
    range: Range<u64>,
    flags: u8,
    len: u32,
    payload: &[u8],
) -> Result<Script, Misfit> {
    scene.replace(Item::Content(range), encode(flags, len, payload))
}

/// A message that says that it is so long.
fn encode(flags: u8, len: u32, payload: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(PREFIX_BYTES + payload.len());
    bytes.extend_from_slice(&[flags]);
    bytes.extend_from_slice(&len.to_be_bytes());
    bytes.extend_from_slice(payload);
    bytes.freeze()
}

/// A message's flags, what it says of its length, and its payload.
fn decode(message: &[u8]) -> (u8, u32, &[u8]) {
    match message {
        [flags, a, b, c, d, payload @ ..] => {
            (*flags, u32::from_be_bytes([*a, *b, *c, *d]), payload)
        }
        _ => (0, 0, message),
    }
}
