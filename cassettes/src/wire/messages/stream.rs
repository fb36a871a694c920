//! The messages of an exchange, with when each was whole.

use bytes::{Bytes, BytesMut};

use super::pieces::{pieces, sent};
use crate::model::{Direction, Exchange, Timestamp};
use crate::wire::dialects::Dialect;
use crate::wire::http::{Message, View};
use crate::wire::http1::{RequestHead, ResponseHead};
use crate::wire::websocket::Agreement;
use crate::wire::{grpc, sse, websocket};

/// Longest line of a stream of lines kept. What a longer one says beyond it is left out.
const MAX_LINE_BYTES: usize = 1024 * 1024;

/// A message, and when its last byte came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// When it was whole.
    pub at: Timestamp,
    /// Which way it went.
    pub direction: Direction,
    /// What it is.
    pub message: StreamMessage,
}

/// A message of one of the kinds of streams that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamMessage {
    /// Of a WebSocket, pings and pongs included.
    WebSocket(websocket::Message),
    /// Of a gRPC call.
    Grpc {
        /// As on the wire.
        message: grpc::Message,
        /// Without its compression, where that could be taken off.
        content: Option<Bytes>,
    },
    /// A server-sent event.
    Event(sse::Event),
    /// A line of an answer that is a stream of lines, as NDJSON is.
    Line(Bytes),
    /// Of plain TCP, in a dialect; as on the wire.
    Plain(Dialect, Bytes),
}

/// What kind of stream an exchange holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamKind {
    /// A WebSocket.
    WebSocket(Agreement),
    /// gRPC's messages, both ways.
    Grpc,
    /// Server-sent events.
    Events,
    /// Lines: NDJSON and its like.
    Lines,
}

impl StreamKind {
    /// Of the exchange with this request and this final answer. A content coding over the whole body hides what is in it.
    pub fn of(request: &RequestHead<'_>, response: Option<&ResponseHead<'_>>) -> Option<Self> {
        if request.header("content-type").is_some_and(grpc::is_grpc) {
            return Some(Self::Grpc);
        }
        let response = response?;
        if let Some(agreement) = Agreement::of(request, response) {
            return Some(Self::WebSocket(agreement));
        }
        let coding = response.header("content-encoding");
        let kind = response.header("content-type").filter(|_| coding.is_none());
        match kind? {
            kind if sse::is_event_stream(kind) => Some(Self::Events),
            kind if is_lines(kind) => Some(Self::Lines),
            _ => None,
        }
    }
}

/// Every message of the exchange's stream, in the order in which they were whole; none if it holds no stream.
pub fn messages(exchange: &Exchange) -> Vec<Timed> {
    if let Some(dialect) = Dialect::of(exchange) {
        return plain_messages(exchange, dialect);
    }
    let view = View::of(exchange);
    let Some(request) = view.request().and_then(Message::request_head) else { return Vec::new() };
    let response = view.final_response().and_then(Message::response_head);
    let Some(kind) = StreamKind::of(&request, response.as_ref()) else { return Vec::new() };
    let mut all = Vec::new();
    for direction in [Direction::ToServer, Direction::ToClient] {
        let encoding = match direction {
            Direction::ToServer => message_encoding(|name| request.header(name)),
            Direction::ToClient => {
                message_encoding(|name| response.as_ref().and_then(|head| head.header(name)))
            }
        };
        let Some(mut reader) = Reader::of(kind, direction) else { continue };
        for piece in pieces(exchange, &view, direction) {
            let mut rest = &*piece.bytes;
            while !rest.is_empty() {
                let message = reader.next(&mut rest, encoding);
                all.extend(message.map(|message| (piece.chunk, direction, message)));
            }
        }
    }
    in_order(exchange, all)
}

/// None if the server left the dialect: its bytes say more than some of its messages.
fn plain_messages(exchange: &Exchange, dialect: Dialect) -> Vec<Timed> {
    let mut all = Vec::new();
    for direction in [Direction::ToServer, Direction::ToClient] {
        let (mut cutter, mut held) = (dialect.cutter(direction), BytesMut::new());
        let mut chunks = sent(exchange, direction).peekable();
        while let Some((number, chunk)) = chunks.next() {
            let mut rest = chunk.bytes.clone();
            while !rest.is_empty() {
                let Ok(end) = cutter.advance(&rest) else { return Vec::new() };
                held.extend_from_slice(&rest.split_to(end.unwrap_or(rest.len()).min(rest.len())));
                // The last one need not be whole.
                if end.is_some() || chunks.peek().is_none() {
                    let message = StreamMessage::Plain(dialect, held.split().freeze());
                    all.push((number, direction, message));
                }
            }
        }
    }
    in_order(exchange, all)
}

/// By the chunks in which they were whole: where no times are known, they all have the same.
fn in_order(exchange: &Exchange, mut all: Vec<(usize, Direction, StreamMessage)>) -> Vec<Timed> {
    all.sort_by_key(|(chunk, ..)| *chunk);
    let timed = all.into_iter().filter_map(|(chunk, direction, message)| {
        let at = exchange.chunks.get(chunk)?.at;
        Some(Timed { at, direction, message })
    });
    timed.collect()
}

fn message_encoding<'a>(header: impl Fn(&str) -> Option<&'a [u8]>) -> Option<&'a [u8]> {
    header("grpc-encoding").or_else(|| header("connect-content-encoding"))
}

/// `application/x-ndjson`, and the other names of it.
fn is_lines(content_type: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] = [
        b"application/x-ndjson",
        b"application/ndjson",
        b"application/jsonl",
        b"application/x-jsonlines",
        b"application/json-seq",
        b"application/stream+json",
    ];
    let name = content_type.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
    NAMES.iter().any(|other| name.eq_ignore_ascii_case(other))
}

/// One direction, read as it came.
enum Reader {
    WebSocket(websocket::MessageReader),
    Grpc(grpc::MessageReader),
    Events(sse::EventReader),
    Lines(Vec<u8>),
}

impl Reader {
    /// None: what goes this way is no stream.
    fn of(kind: StreamKind, direction: Direction) -> Option<Self> {
        Some(match (kind, direction) {
            (StreamKind::WebSocket(agreement), _) => {
                Self::WebSocket(websocket::MessageReader::new(agreement, direction))
            }
            (StreamKind::Grpc, _) => Self::Grpc(grpc::MessageReader::default()),
            (StreamKind::Events, Direction::ToClient) => Self::Events(sse::EventReader::default()),
            (StreamKind::Lines, Direction::ToClient) => Self::Lines(Vec::new()),
            (StreamKind::Events | StreamKind::Lines, Direction::ToServer) => return None,
        })
    }

    /// Takes from the front of `bytes` up to the end of the next message; all of them if they are not what they should be.
    fn next(&mut self, bytes: &mut &[u8], encoding: Option<&[u8]>) -> Option<StreamMessage> {
        match self {
            Self::WebSocket(reader) => {
                let message = reader.advance(bytes).unwrap_or_else(|_| {
                    *bytes = &[];
                    None
                });
                message.map(StreamMessage::WebSocket)
            }
            Self::Grpc(reader) => {
                let message = reader.advance(bytes)?;
                let content = message.content(encoding).map(|it| Bytes::from(it.into_owned()));
                Some(StreamMessage::Grpc { message, content })
            }
            Self::Events(reader) => reader.advance(bytes).map(StreamMessage::Event),
            Self::Lines(line) => read_line(line, bytes).map(StreamMessage::Line),
        }
    }
}

/// Takes up to the end of a line; the line, if it is not empty.
fn read_line(line: &mut Vec<u8>, bytes: &mut &[u8]) -> Option<Bytes> {
    let end = memchr::memchr(b'\n', bytes);
    let (part, rest) = bytes.split_at_checked(end.unwrap_or(bytes.len()))?;
    let room = MAX_LINE_BYTES.saturating_sub(line.len());
    line.extend_from_slice(part.get(..room).unwrap_or(part));
    *bytes = rest;
    end?;
    *bytes = rest.get(1..).unwrap_or_default();
    // RFC 7464 puts a record separator in front of each text.
    let whole = std::mem::take(line);
    let text = whole.trim_ascii();
    let text = text.strip_prefix(b"\x1e").unwrap_or(text);
    (!text.is_empty()).then(|| Bytes::copy_from_slice(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Chunk, ConnectionId, Protocol};
    use crate::wire::websocket::{Opcode, encode};

    /// Chunks a nanosecond apart: with `>` in front from the client, with `<` from the server.
    fn exchange(chunks: &[(char, &[u8])]) -> Exchange {
        let chunk = |(at, (who, bytes)): (u64, &(char, &[u8]))| Chunk {
            direction: if *who == '>' { Direction::ToServer } else { Direction::ToClient },
            at: Timestamp::from_nanos(at),
            bytes: Bytes::copy_from_slice(bytes),
        };
        let chunks = (0..).zip(chunks).map(chunk).collect();
        Exchange { connection: ConnectionId(0), protocol: Protocol::Http1, chunks }
    }

    fn told(exchange: &Exchange) -> Vec<String> {
        let tell = |timed: Timed| {
            let what = match timed.message {
                StreamMessage::WebSocket(message) => {
                    format!("{} {}", message.kind.name(), text(&message.payload))
                }
                StreamMessage::Grpc { content, .. } => text(&content.unwrap_or_default()),
                StreamMessage::Event(event) => text(&event.data),
                StreamMessage::Line(line) => text(&line),
                StreamMessage::Plain(_, message) => text(&message),
            };
            let mark = if timed.direction == Direction::ToServer { '>' } else { '<' };
            format!("{} {mark} {what}", timed.at.as_nanos())
        };
        messages(exchange).into_iter().map(tell).collect()
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn events_in_chunks_have_the_time_of_their_last_byte() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        let exchange = exchange(&[
            ('>', b"GET / HTTP/1.1\r\n\r\n"),
            ('<', b"HTTP/1.1 103 Early Hints\r\n\r\n"),
            ('<', head),
            ('<', b"9\r\ndata: a\n\n\r\n7\r\ndata: b"),
            ('<', b"\r\n2\r\n\n\n\r\n0\r\n\r\n"),
        ]);
        assert_eq!(told(&exchange), ["3 < a", "4 < b"]);
    }

    #[test]
    fn where_no_times_are_known_each_side_is_told_in_its_turn() {
        let said: [(_, &[u8]); 4] = [('>', b"a\n"), ('<', b"b\n"), ('>', b"c\n"), ('<', b"d\n")];
        let mut raw = Exchange { protocol: Protocol::Raw, ..exchange(&said) };
        raw.chunks.iter_mut().for_each(|chunk| chunk.at = Timestamp::ZERO);
        assert_eq!(told(&raw), ["0 > a\n", "0 < b\n", "0 > c\n", "0 < d\n"]);
    }

    #[test]
    fn lines_are_told_without_their_ends() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n{\"a\"";
        let exchange =
            exchange(&[('>', b"GET / HTTP/1.1\r\n\r\n"), ('<', head), ('<', b":1}\r\n\n{}\n")]);
        assert_eq!(told(&exchange), ["2 < {\"a\":1}", "2 < {}"]);
    }

    #[test]
    fn both_sides_of_a_web_socket_are_told_in_order() {
        let request = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
        let switch = b"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
        let exchange = exchange(&[
            ('>', request),
            ('<', &[&switch[..], &encode(Opcode::Text, b"hi")].concat()),
            ('>', &encode(Opcode::Ping, b"")),
            ('>', &encode(Opcode::Text, b"you")),
            ('<', &encode(Opcode::Pong, b"")),
        ]);
        assert_eq!(told(&exchange), ["1 < text hi", "2 > ping ", "3 > text you", "4 < pong "]);
    }

    #[test]
    fn both_sides_of_a_call_are_told() {
        let head = "POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc-web\r\nContent-Length: 8\r\n\r\n";
        let answer =
            "HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web\r\nContent-Length: 7\r\n\r\n";
        let exchange = exchange(&[
            ('>', head.as_bytes()),
            ('>', b"\0\0\0\0\x03abc"),
            ('<', &[answer.as_bytes(), b"\0\0\0\0\x02de"].concat()),
        ]);
        assert_eq!(told(&exchange), ["1 > abc", "2 < de"]);
    }

    #[test]
    fn both_sides_of_a_dialect_are_told_whole_or_not() {
        let chunks: [(_, &[u8]); 4] =
            [('<', b"220 hi\r\n"), ('>', b"EHLO "), ('>', b"me\nQUIT\n"), ('<', b"250 ok\n> ")];
        let raw = Exchange { protocol: Protocol::Raw, ..exchange(&chunks) };
        let told = told(&raw);
        assert_eq!(
            told,
            ["0 < 220 hi\r\n", "2 > EHLO me\n", "2 > QUIT\n", "3 < 250 ok\n", "3 < > "]
        );
    }

    #[test]
    fn an_answer_of_another_kind_holds_no_messages() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi";
        assert!(told(&exchange(&[('>', b"GET / HTTP/1.1\r\n\r\n"), ('<', answer)])).is_empty());
    }
}
