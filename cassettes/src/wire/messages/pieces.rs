//! What an exchange's two sides say inside its framing, in the pieces and at the times in which it came.

use bytes::Bytes;

use crate::model::{Chunk, Direction, Exchange, Protocol};
use crate::wire::http::{Message, View};
use crate::wire::http1::{
    Advance, Event, ParseError, RequestContext, RequestParser, ResponseParser,
};
use crate::wire::http2::{frames, stream_of};

/// A piece of a body, or of what follows a switch of protocols.
pub(super) struct Piece {
    /// The chunk in which it came: its place among all of the exchange.
    pub(super) chunk: usize,
    pub(super) bytes: Bytes,
}

/// What was sent in this direction, each chunk with its place among all.
pub(super) fn sent(
    exchange: &Exchange,
    direction: Direction,
) -> impl Iterator<Item = (usize, &Chunk)> {
    exchange.chunks.iter().enumerate().filter(move |(_, chunk)| chunk.direction == direction)
}

/// The pieces of the last message in this direction, transfer framing taken off; after a switch, those of the tail.
pub(super) fn pieces(exchange: &Exchange, view: &View, direction: Direction) -> Vec<Piece> {
    match (exchange.protocol, direction) {
        (Protocol::Http1, Direction::ToServer) => {
            let mut parser = RequestParser::new();
            http1(exchange, view, direction, |input| parser.advance(input))
        }
        (Protocol::Http1, Direction::ToClient) => {
            let mut parser = ResponseParser::new();
            let request = view.request().and_then(Message::request_head);
            let context =
                request.map_or_else(RequestContext::default, |it| RequestContext::of(&it));
            parser.expect(context);
            http1(exchange, view, direction, |input| parser.advance(input))
        }
        (Protocol::Http2, _) => http2(exchange, direction),
        (Protocol::Http2Control | Protocol::Raw, _) => Vec::new(),
    }
}

fn http1(
    exchange: &Exchange,
    view: &View,
    direction: Direction,
    mut advance: impl FnMut(&Bytes) -> Result<Advance, ParseError>,
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut is_tail = false;
    for (number, chunk) in sent(exchange, direction) {
        let mut rest = chunk.bytes.clone();
        while !is_tail {
            let Ok(Advance { taken, event }) = advance(&rest) else { return pieces };
            rest = rest.slice(taken.min(rest.len())..);
            match event {
                Some(Event::Head(_)) => pieces.clear(),
                Some(Event::Body(bytes)) => pieces.push(Piece { chunk: number, bytes }),
                Some(Event::End | Event::Switched) if view.switched() => {
                    // The client's request ends as any other; only the answer tells of the switch.
                    is_tail = direction == Direction::ToServer || event == Some(Event::Switched);
                }
                Some(Event::End | Event::Switched | Event::Trailers(_)) => {}
                None => break,
            }
        }
        if is_tail && !rest.is_empty() {
            pieces.push(Piece { chunk: number, bytes: rest });
        }
    }
    pieces
}

/// DATA of the exchange's own stream; what was pushed for it is on others.
fn http2(exchange: &Exchange, direction: Direction) -> Vec<Piece> {
    let own = stream_of(exchange);
    let mut pieces = Vec::new();
    for (number, chunk) in sent(exchange, direction) {
        let sound = frames(&chunk.bytes).map_while(Result::ok);
        let data = sound.filter(|frame| frame.stream() == own).filter_map(|frame| frame.data());
        let data = data.filter(|bytes| !bytes.is_empty());
        pieces.extend(data.map(|bytes| Piece { chunk: number, bytes }));
    }
    pieces
}
