//! Events and messages in the content.

use bytes::Bytes;

use super::{Layout, web_socket};
use crate::model::{Direction, Exchange};
use crate::wire::dialects::{Dialect, message_ends};
use crate::wire::http::{Message, View};
use crate::wire::messages::StreamKind;
use crate::wire::{grpc, sse};

/// Finds where each ends.
pub(super) fn read(exchange: &Exchange, content: &Bytes, layout: &mut Layout) {
    layout.dialect = Dialect::of(exchange);
    if let Some(dialect) = layout.dialect {
        layout.messages = message_ends(&mut *dialect.cutter(Direction::ToClient), content);
    }
    layout.stream = stream_kind(exchange);
    match layout.stream {
        Some(StreamKind::Events) => layout.events = events(content),
        Some(StreamKind::Grpc) => layout.messages = grpc_messages(content),
        Some(StreamKind::WebSocket(_)) => {
            layout.web_socket = web_socket::frames(content);
            layout.messages = web_socket::message_ends(&layout.web_socket);
        }
        Some(StreamKind::Lines) => layout.messages = lines(content),
        None => {}
    }
}

/// What kind of stream was recorded; none if it was none.
fn stream_kind(exchange: &Exchange) -> Option<StreamKind> {
    let view = View::of(exchange);
    let request = view.request().and_then(Message::request_head)?;
    StreamKind::of(&request, view.final_response().and_then(Message::response_head).as_ref())
}

/// An event that ends with CR alone is over once the content is.
fn events(content: &Bytes) -> Vec<u64> {
    let mut reader = sse::EventReader::default();
    let mut rest = &content[..];
    let mut ends: Vec<u64> =
        std::iter::from_fn(|| reader.advance(&mut rest)).map(|event| event.end).collect();
    ends.extend(reader.finish().map(|event| event.end));
    ends
}

/// Where each of gRPC's messages ends.
pub(in crate::fault) fn grpc_messages(content: &[u8]) -> Vec<u64> {
    let mut reader = grpc::MessageReader::default();
    let mut rest = content;
    std::iter::from_fn(|| reader.advance(&mut rest)).map(|message| message.end).collect()
}

fn lines(content: &Bytes) -> Vec<u64> {
    memchr::memchr_iter(b'\n', content).map(|at| at as u64 + 1).collect()
}
