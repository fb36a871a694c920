//! An exchange in another version of HTTP.

mod fields;
mod to_http1;
mod to_http2;

#[cfg(test)]
mod tests;

use bytes::Bytes;

use super::{Message, View};
use crate::model::{Chunk, Direction, Exchange, Protocol};

/// The versions that exchanges are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpVersion {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

impl HttpVersion {
    /// The version an exchange is in; none where it is not HTTP.
    pub const fn of(exchange: &Exchange) -> Option<Self> {
        match exchange.protocol {
            Protocol::Http1 => Some(Self::Http1),
            Protocol::Http2 => Some(Self::Http2),
            _ => None,
        }
    }
}

/// The same request and responses in another version of HTTP, with the times that they had; none where that
/// cannot be: what is not HTTP, what no parser understood, and CONNECT and what else goes on in another protocol.
///
/// - Pieces of a body stay in their chunks: a chunk of one version is DATA of the other, and so are trailers and interim
///   responses. A body that HTTP/1 ends with the connection ends its stream.
/// - Into HTTP/2: fields that concern one connection are left out (RFC 9113 §8.2.2), as are lines that are no fields; the
///   stream is number 1.
/// - Into HTTP/1: cookies are one line again (§8.2.3); a body of no announced length, or with trailers, is chunked; what was
///   pushed, and how the stream was reset, is left out. An answer that did not come to its end does not there either.
pub fn translate(exchange: &Exchange, to: HttpVersion) -> Option<Exchange> {
    let from = HttpVersion::of(exchange)?;
    if from == to {
        return Some(exchange.clone());
    }
    let view = View::of(exchange);
    if !is_plain(&view) {
        return None;
    }
    let (chunks, protocol) = match to {
        HttpVersion::Http1 => (to_http1::chunks(exchange, &view)?, Protocol::Http1),
        HttpVersion::Http2 => (to_http2::chunks(exchange)?, Protocol::Http2),
    };
    let translated = Exchange { connection: exchange.connection, protocol, chunks };
    // Fields may contradict each other in ways that only one version minds.
    says_the_same(&View::of(&translated), &view).then_some(translated)
}

fn says_the_same(translated: &View, view: &View) -> bool {
    let bodies = |view: &View| {
        let messages = view.request().into_iter().chain(view.responses());
        messages.map(|message| message.body.clone()).collect::<Vec<_>>()
    };
    is_plain(translated)
        && translated.complete() == view.complete()
        && bodies(translated) == bodies(view)
}

/// A request, responses to it, and nothing else.
fn is_plain(view: &View) -> bool {
    let tails = [Direction::ToServer, Direction::ToClient].map(|direction| view.tail(direction));
    let head = view.request().and_then(Message::request_head);
    head.is_some_and(|head| head.method() != b"CONNECT")
        && view.degraded().is_none()
        && !view.switched()
        && tails.iter().all(Bytes::is_empty)
}

/// The same chunk with other bytes; none if there are none.
fn rewritten(chunk: &Chunk, bytes: Bytes) -> Option<Chunk> {
    (!bytes.is_empty()).then_some(Chunk { direction: chunk.direction, at: chunk.at, bytes })
}
