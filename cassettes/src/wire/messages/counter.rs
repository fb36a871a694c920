//! How many messages a client has sent.

use crate::wire::grpc::{self, is_grpc};
use crate::wire::http1::{RequestHead, ResponseHead};
use crate::wire::websocket::{Agreement, FrameEvent, FrameParser, Opcode};

/// Counts the whole messages in one direction of an exchange, in constant memory: of WebSocket, data messages and
/// the close frame; of gRPC, all. Pings and pongs are sent on a clock, and do not count.
#[derive(Debug, Clone)]
pub struct Counter {
    framing: Framing,
    count: u64,
    broken: bool,
}

#[derive(Debug, Clone)]
enum Framing {
    /// With whether the frame that comes ends a message that counts.
    WebSocket {
        frames: FrameParser,
        counts: bool,
    },
    Grpc(grpc::MessageReader),
}

impl Counter {
    /// Of what the client sends in the exchange with this request, and with this final answer as far as there is one: what follows the
    /// switch to WebSocket, or the body of a gRPC request. None where the client sends no messages.
    pub fn for_exchange(
        request: &RequestHead<'_>,
        response: Option<&ResponseHead<'_>>,
    ) -> Option<Self> {
        if response.and_then(|response| Agreement::of(request, response)).is_some() {
            return Some(Self::web_socket());
        }
        request.header("content-type").is_some_and(is_grpc).then(Self::grpc)
    }

    /// Of WebSocket frames.
    pub fn web_socket() -> Self {
        let framing = Framing::WebSocket { frames: FrameParser::default(), counts: false };
        Self { framing, count: 0, broken: false }
    }

    /// Of gRPC's length-prefixed messages.
    pub fn grpc() -> Self {
        let framing = Framing::Grpc(grpc::MessageReader::default());
        Self { framing, count: 0, broken: false }
    }

    /// The next bytes: of the tail, or of the body without its transfer framing.
    pub fn advance(&mut self, mut bytes: &[u8]) {
        while !self.broken && !bytes.is_empty() {
            match &mut self.framing {
                Framing::Grpc(reader) => self.count += u64::from(reader.skip(&mut bytes)),
                Framing::WebSocket { frames, counts } => match step(frames, counts, &mut bytes) {
                    Some(ended) => self.count += u64::from(ended),
                    None => self.broken = true,
                },
            }
        }
    }

    /// How many whole messages came.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The bytes are not what they should be, so that no later message can be told.
    pub const fn is_broken(&self) -> bool {
        self.broken
    }
}

/// Reads on, to the next event. Whether that ended a message; none if these are no frames.
fn step(frames: &mut FrameParser, counts: &mut bool, bytes: &mut &[u8]) -> Option<bool> {
    match frames.advance(bytes).ok()? {
        Some(FrameEvent::Header(header)) => {
            *counts = header.fin && !matches!(header.opcode, Opcode::Ping | Opcode::Pong);
            // The end of an empty frame needs no more bytes.
            Some(header.payload_len == 0 && end(frames, *counts))
        }
        Some(FrameEvent::Payload(_)) if frames.is_between_frames() => Some(end(frames, *counts)),
        Some(FrameEvent::End) => Some(*counts),
        Some(FrameEvent::Payload(_)) | None => Some(false),
    }
}

/// Takes the frame's end, which is due.
fn end(frames: &mut FrameParser, counts: bool) -> bool {
    matches!(frames.advance(&mut &[][..]), Ok(Some(FrameEvent::End))) && counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::websocket::encode;

    const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
    const SWITCH: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

    fn count(mut counter: Counter, bytes: &[u8], size: usize) -> u64 {
        bytes.chunks(size).for_each(|piece| counter.advance(piece));
        counter.count()
    }

    #[test]
    fn what_counts_follows_from_the_heads() {
        let request = RequestHead::parse(UPGRADE).unwrap();
        let response = ResponseHead::parse(SWITCH).unwrap();
        assert!(Counter::for_exchange(&request, Some(&response)).is_some());
        assert!(Counter::for_exchange(&request, None).is_none());
        let call = b"POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc+proto\r\n\r\n";
        assert!(Counter::for_exchange(&RequestHead::parse(call).unwrap(), None).is_some());
    }

    #[test]
    fn data_messages_and_the_close_count_however_they_are_cut() {
        let mut wire = encode(Opcode::Text, b"hello");
        wire.extend(encode(Opcode::Ping, b"x"));
        wire.extend(b"\x02\x01a\x89\x00\x80\x00");
        wire.extend(encode(Opcode::Text, b""));
        wire.extend(encode(Opcode::Close, b""));
        for size in 1..=wire.len() {
            assert_eq!(count(Counter::web_socket(), &wire, size), 4, "{size}");
        }
    }

    #[test]
    fn grpc_messages_count_once_they_are_whole() {
        let wire = b"\0\0\0\0\x02ab\0\0\0\0\0\x01\0\0\0\x03abc\0\0\0\0\x09x";
        for size in 1..=wire.len() {
            assert_eq!(count(Counter::grpc(), wire, size), 3, "{size}");
        }
    }

    #[test]
    fn bytes_that_are_no_frames_are_told() {
        let mut counter = Counter::web_socket();
        counter.advance(&encode(Opcode::Text, b"a"));
        counter.advance(b"\xffrubbish");
        counter.advance(&encode(Opcode::Text, b"b"));
        assert!(counter.is_broken());
        assert_eq!(counter.count(), 1);
    }
}
