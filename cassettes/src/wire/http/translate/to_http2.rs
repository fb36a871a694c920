//! HTTP/1 into frames.

use bytes::{Bytes, BytesMut};

use super::{fields, rewritten};
use crate::model::{Chunk, Direction, Exchange};
use crate::wire::http1::{
    Advance, Event, Framing, Headers, ParseError, RequestHead, RequestParser, ResponseHead,
    ResponseKind, ResponseParser,
};
use crate::wire::http2::hpack::encode_standalone;
use crate::wire::http2::{DEFAULT_FRAME_BYTES, Frame, compose, flag};

const STREAM: u32 = 1;

/// The exchange's chunks; none if a head means nothing in HTTP/2.
pub(super) fn chunks(exchange: &Exchange) -> Option<Vec<Chunk>> {
    let mut translator =
        Translator { requests: RequestParser::new(), responses: ResponseParser::new() };
    let mut chunks = Vec::with_capacity(exchange.chunks.len());
    for chunk in &exchange.chunks {
        chunks.extend(rewritten(chunk, translator.chunk(chunk)?));
    }
    if translator.responses.framing() == Framing::UntilClose {
        chunks.extend(end_with_connection(exchange));
    }
    Some(chunks)
}

struct Translator {
    requests: RequestParser,
    responses: ResponseParser,
}

impl Translator {
    fn chunk(&mut self, chunk: &Chunk) -> Option<Bytes> {
        let mut frames = Vec::new();
        let mut at = 0;
        loop {
            let advance = self.advance(chunk, at).ok()?;
            at += advance.taken;
            let Some(event) = advance.event else { break };
            self.event(chunk.direction, &event, &mut frames)?;
        }
        let mut bytes = BytesMut::with_capacity(chunk.bytes.len() + 64);
        for frame in frames {
            frame.write(&mut bytes);
        }
        Some(bytes.freeze())
    }

    fn advance(&mut self, chunk: &Chunk, at: usize) -> Result<Advance, ParseError> {
        match chunk.direction {
            Direction::ToServer => {
                let advance = self.requests.advance_from(&chunk.bytes, at)?;
                if matches!(advance.event, Some(Event::Head(_))) {
                    self.responses.expect(self.requests.context());
                }
                Ok(advance)
            }
            Direction::ToClient => self.responses.advance_from(&chunk.bytes, at),
        }
    }

    /// The frames of one event, after those of the same chunk.
    fn event(&self, direction: Direction, event: &Event, frames: &mut Vec<Frame>) -> Option<()> {
        match event {
            Event::Head(head) => frames.push(headers(&head_block(direction, head)?)),
            Event::Body(piece) => frames.extend(data(piece)),
            Event::Trailers(lines) => {
                let fields: Vec<_> = fields::of_lines(Headers::of(lines)).collect();
                frames.push(headers(&encode_standalone(&fields)));
            }
            Event::End if self.is_interim(direction) => {}
            Event::End => end(frames),
            Event::Switched => return None,
        }
        Some(())
    }

    fn is_interim(&self, direction: Direction) -> bool {
        direction == Direction::ToClient && self.responses.kind() == ResponseKind::Interim
    }
}

fn head_block(direction: Direction, head: &[u8]) -> Option<Bytes> {
    let fields = match direction {
        Direction::ToServer => fields::of_request(&RequestHead::parse(head).ok()?),
        Direction::ToClient => fields::of_response(&ResponseHead::parse(head).ok()?),
    };
    Some(encode_standalone(&fields))
}

fn headers(block: &Bytes) -> Frame {
    compose::headers(STREAM, block.clone(), false)
}

fn data(piece: &Bytes) -> impl Iterator<Item = Frame> {
    let pieces = piece.chunks(DEFAULT_FRAME_BYTES as usize);
    pieces.map(|part| compose::data(STREAM, piece.slice_ref(part), false))
}

/// Ends the stream with the last frame, or with one of its own.
fn end(frames: &mut Vec<Frame>) {
    match frames.last_mut() {
        Some(last) => last.header.flags |= flag::END_STREAM,
        None => frames.push(compose::data(STREAM, Bytes::new(), true)),
    }
}

/// The end of a body that the connection's end is.
fn end_with_connection(exchange: &Exchange) -> Option<Chunk> {
    let last = exchange.sent(Direction::ToClient).last()?;
    let at = exchange.ended().max(last.at);
    let bytes = compose::data(STREAM, Bytes::new(), true).encode();
    Some(Chunk { direction: Direction::ToClient, at, bytes })
}
