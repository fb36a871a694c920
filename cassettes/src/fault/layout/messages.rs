//! Events and messages in the content.

use bytes::Bytes;

use super::Layout;
use crate::model::{Direction, Exchange, Protocol};
use crate::wire::dialects::{Dialect, message_ends};
use crate::wire::http::{Message, View};
use crate::wire::messages::StreamKind;
use crate::wire::websocket::Agreement;
use crate::wire::{grpc, sse, websocket};

/// Finds where each ends.
pub(super) fn read(exchange: &Exchange, content: &Bytes, layout: &mut Layout) {
    if exchange.protocol == Protocol::Raw {
        if let Some(dialect) = Dialect::of(exchange) {
            layout.messages = message_ends(&mut *dialect.cutter(Direction::ToClient), content);
        }
        return;
    }
    match stream_kind(exchange) {
        Some(StreamKind::Events) => layout.events = events(content),
        Some(StreamKind::Grpc) => layout.messages = grpc_messages(content),
        Some(StreamKind::WebSocket(agreement)) => layout.messages = frames(agreement, content),
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

fn events(content: &Bytes) -> Vec<u64> {
    let mut reader = sse::EventReader::default();
    let mut rest = &content[..];
    std::iter::from_fn(|| reader.advance(&mut rest)).map(|event| event.end).collect()
}

fn grpc_messages(content: &Bytes) -> Vec<u64> {
    let mut reader = grpc::MessageReader::default();
    let mut rest = &content[..];
    std::iter::from_fn(|| reader.advance(&mut rest)).map(|message| message.end).collect()
}

fn frames(agreement: Agreement, content: &Bytes) -> Vec<u64> {
    let mut reader = websocket::MessageReader::new(agreement, Direction::ToClient);
    let mut rest = &content[..];
    std::iter::from_fn(|| reader.advance(&mut rest).ok().flatten())
        .map(|message| message.end)
        .collect()
}

fn lines(content: &Bytes) -> Vec<u64> {
    memchr::memchr_iter(b'\n', content).map(|at| at as u64 + 1).collect()
}
