//! An exchange that exists already, read again as it was when it was transcribed.

use bytes::Bytes;

use super::Call;
use crate::model::{Chunk, ConnectionId, Direction, Exchange, ExchangeId};
use crate::wire::http1::Event;
use crate::wire::http2::{FrameHeader, FrameParser, Kind, MAX_FRAME_BYTES, stream_of};

/// A stream's exchange, and how much of it was read.
#[derive(Debug)]
pub(in crate::transcribe) struct Followed {
    pub(in crate::transcribe) call: Call,
    client: FrameParser,
    server: FrameParser,
}

impl Followed {
    /// This exchange, before its first byte.
    pub(in crate::transcribe) fn before(exchange: &Exchange) -> Self {
        let id = ExchangeId { connection: ConnectionId::default(), ordinal: 0 };
        let parser = || FrameParser::new(MAX_FRAME_BYTES);
        let call = Call::new(id, stream_of(exchange), is_asked(exchange));
        Self { call, client: parser(), server: parser() }
    }

    /// The next chunk; `heard` gets what it brings to the messages. What is no frame brings nothing.
    pub(in crate::transcribe) fn follow(
        &mut self,
        chunk: &Chunk,
        mut heard: impl FnMut(Direction, &Event),
    ) {
        let parser = match chunk.direction {
            Direction::ToServer => &mut self.client,
            Direction::ToClient => &mut self.server,
        };
        parser.receive(&chunk.bytes);
        while let Some(Ok(frame)) = parser.poll() {
            if let Some(event) = self.call.follow(chunk.direction, &frame) {
                heard(chunk.direction, &event);
            }
        }
    }
}

/// Whether its client asks in it. Only after `Upgrade: h2c`, where it has asked in HTTP/1, does it say nothing, or begin with
/// something else than a head.
fn is_asked(exchange: &Exchange) -> bool {
    let first = exchange.sent(Direction::ToServer).next();
    let kind = |bytes: &Bytes| bytes.first_chunk().map(|header| FrameHeader::read(header).kind);
    match first {
        Some(chunk) => kind(&chunk.bytes).is_none_or(|kind| kind == Kind::Headers),
        None => exchange.chunks.is_empty(),
    }
}
