//! The messages of a stream, with when they came: of a WebSocket, of a gRPC call, of a stream of events or lines, of
//! plain TCP in a dialect that is known.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cassettes::model::{Direction, Exchange, Timestamp};
use cassettes::wire::http::{Message, View};
use cassettes::wire::messages::{StreamMessage, Timed, messages};
use cassettes::wire::protobuf::{Descriptors, to_json};
use cassettes::wire::websocket::Kind;
use cassettes::wire::{grpc, sse, websocket};
use serde_json::{Value, json};

use super::facts::side;
use super::one::mark;
use crate::printable::{Printable, duration, is_text, size};

/// Longest message shown whole in a line; of a longer one its start is shown. `--format json` has all of it.
const MAX_LINE_BYTES: usize = 400;

/// The messages of an exchange that is a stream.
pub(super) struct Stream<'d> {
    start: Timestamp,
    all: Vec<Timed>,
    /// Of the call, for its types.
    path: Vec<u8>,
    descriptors: Option<&'d Descriptors>,
}

impl<'d> Stream<'d> {
    /// None: it holds no messages of a known kind.
    pub(super) fn of(exchange: &Exchange, descriptors: Option<&'d Descriptors>) -> Option<Self> {
        let all = messages(exchange);
        if all.is_empty() {
            return None;
        }
        let view = View::of(exchange);
        let head = view.request().and_then(Message::request_head);
        let path = head.map(|head| head.target().to_vec()).unwrap_or_default();
        Some(Self { start: exchange.started(), all, path, descriptors })
    }

    /// A line for each.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n{:>12}  {:>10}", "at", "wait")?;
        let mut last = self.start;
        for timed in &self.all {
            let (at, wait) = (timed.at.since(self.start), timed.at.since(last));
            last = timed.at;
            let wait = if wait.is_zero() { String::new() } else { format!("+{}", duration(wait)) };
            let (mark, style) = mark(timed.direction);
            let told = self.line(timed);
            let line = format!("{:>12}  {wait:>10}  {style}{mark}{style:#} {told}", duration(at));
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// For programs: `at` in nanoseconds since the cassette's start, `by`, `kind`, and what the kind has.
    pub(super) fn json(&self) -> Vec<Value> {
        let message = |timed: &Timed| {
            let mut value = self.value(timed);
            if let Some(members) = value.as_object_mut() {
                members.insert("at".to_owned(), timed.at.as_nanos().into());
                members.insert("by".to_owned(), side(timed.direction.sender()).into());
            }
            value
        };
        self.all.iter().map(message).collect()
    }

    fn line(&self, timed: &Timed) -> String {
        match &timed.message {
            StreamMessage::WebSocket(message) => web_socket_line(message),
            StreamMessage::Grpc { message, content } => {
                let json = content.as_deref().and_then(|it| self.to_json(it, timed.direction));
                let shown = json.filter(|_| !message.is_trailer()).map(|json| cut(json.as_bytes()));
                let shown = shown.or_else(|| content.as_deref().map(payload)).unwrap_or_default();
                format!("{} {} {shown}", grpc_kind(message), size(message.wire_len.into()))
            }
            StreamMessage::Event(event) => event_line(event),
            StreamMessage::Line(line) => payload(line),
            StreamMessage::Plain(dialect, message) => {
                payload(&dialect.readable(timed.direction, message))
            }
        }
    }

    fn value(&self, timed: &Timed) -> Value {
        match &timed.message {
            StreamMessage::WebSocket(message) => web_socket_value(message),
            StreamMessage::Grpc { message, content } => {
                let json = content.as_deref().and_then(|it| self.to_json(it, timed.direction));
                let fields = json.and_then(|json| serde_json::from_str::<Value>(&json).ok());
                json!({
                    "kind": grpc_kind(message),
                    "compressed": message.is_compressed(),
                    "wire_len": message.wire_len,
                    "fields": fields.filter(|_| !message.is_trailer()),
                    "payload": content_value(content.as_deref().unwrap_or(&message.payload)),
                })
            }
            StreamMessage::Event(event) => json!({
                "kind": "event",
                "event": content_value(&event.name),
                "data": event.dispatched.then(|| content_value(&event.data)),
                "id": event.id.as_deref().map(content_value),
                "retry": event.retry.as_deref().map(content_value),
                "comment": event.comment.as_deref().map(content_value),
            }),
            StreamMessage::Line(line) => json!({ "kind": "line", "payload": content_value(line) }),
            StreamMessage::Plain(dialect, message) => {
                json!({ "kind": dialect.name(), "payload": content_value(message) })
            }
        }
    }

    fn to_json(&self, content: &[u8], direction: Direction) -> Option<String> {
        let schema = self.descriptors.and_then(|descriptors| match direction {
            Direction::ToServer => descriptors.request(&self.path),
            Direction::ToClient => descriptors.response(&self.path),
        });
        to_json(content, schema)
    }
}

const fn grpc_kind(message: &grpc::Message) -> &'static str {
    if message.is_trailer() { "trailers" } else { "message" }
}

fn web_socket_line(message: &websocket::Message) -> String {
    let kind = message.kind.name();
    if let Some(close) = message.close() {
        let code = close.code.map(|code| code.to_string()).unwrap_or_default();
        return format!("{kind} {code} {}", cut(close.reason));
    }
    let frames =
        if message.frames > 1 { format!(" in {} frames", message.frames) } else { String::new() };
    let coding = match (message.compressed, message.readable) {
        (false, _) => "",
        (true, true) => ", compressed",
        (true, false) => ", compressed, unreadable",
    };
    let about = size(message.wire_len) + &frames + coding;
    let shown = match message.kind {
        Kind::Text => cut(&message.payload),
        _ => payload(&message.payload),
    };
    format!("{kind} ({about}) {shown}")
}

fn web_socket_value(message: &websocket::Message) -> Value {
    let close = message.close();
    json!({
        "kind": message.kind.name(),
        "frames": message.frames,
        "compressed": message.compressed,
        "readable": message.readable,
        "wire_len": message.wire_len,
        "code": close.and_then(|close| close.code),
        "payload": content_value(close.map_or(&message.payload, |close| close.reason)),
    })
}

fn event_line(event: &sse::Event) -> String {
    let text = |name: &str, value: Option<&[u8]>| {
        value.map(|value| format!("{name} {} ", cut(value))).unwrap_or_default()
    };
    let name = Some(&*event.name).filter(|name| !name.is_empty());
    let mut line = text("event", name) + &text("id", event.id.as_deref());
    line += &text("retry", event.retry.as_deref());
    line += &text("comment", event.comment.as_deref());
    if event.dispatched {
        line += &text("data", Some(&event.data));
    }
    line
}

/// Text as it is; of other bytes, how many.
fn payload(bytes: &[u8]) -> String {
    if is_text(bytes) {
        cut(bytes)
    } else {
        format!("{} that are not text", size(bytes.len() as u64))
    }
}

fn cut(bytes: &[u8]) -> String {
    match bytes.get(..MAX_LINE_BYTES).filter(|start| start.len() < bytes.len()) {
        Some(start) => format!("{}… {} in all", Printable(start), size(bytes.len() as u64)),
        None => Printable(bytes).to_string(),
    }
}

/// UTF-8 as a string; other bytes as `{"base64": …}`.
fn content_value(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use cassettes::model::{Chunk, ConnectionId, Protocol};

    use super::*;

    fn exchange(chunks: &[(Direction, &[u8])]) -> Exchange {
        let chunk = |(at, (direction, bytes)): (u64, &(Direction, &[u8]))| Chunk {
            direction: *direction,
            at: Timestamp::from_nanos(at * 1_000_000),
            bytes: Bytes::copy_from_slice(bytes),
        };
        let chunks = (1..).zip(chunks).map(chunk).collect();
        Exchange { connection: ConnectionId(0), protocol: Protocol::Http1, chunks }
    }

    fn events() -> Exchange {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
        exchange(&[
            (Direction::ToServer, b"GET / HTTP/1.1\r\n\r\n"),
            (Direction::ToClient, head),
            (Direction::ToClient, b"event: add\ndata: {\"a\":1}\nid: 7\n\n: still here\n\n"),
            (Direction::ToClient, b"data: \x1b[2J\n\n"),
        ])
    }

    #[test]
    fn events_are_listed_with_their_times_and_fit_for_a_terminal() {
        let mut out = Vec::new();
        Stream::of(&events(), None).unwrap().write(&mut out).unwrap();
        let text = anstream::adapter::strip_bytes(&out).into_vec();
        let expected = "
          at        wait
      2.0 ms     +2.0 ms  < event add id 7 data {\"a\":1}
      2.0 ms              < comment still here
      3.0 ms     +1.0 ms  < data \\u{1b}[2J
";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn programs_get_every_field() {
        let all = Stream::of(&events(), None).unwrap().json();
        assert_eq!(
            all[0],
            json!({
                "at": 3_000_000, "by": "server", "kind": "event", "event": "add",
                "data": "{\"a\":1}", "id": "7", "retry": null, "comment": null,
            })
        );
        assert_eq!(all[1]["data"], Value::Null);
    }

    #[test]
    fn a_call_is_shown_by_field_number_without_a_schema() {
        let head =
            b"POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc\r\nContent-Length: 9\r\n\r\n";
        let call = exchange(&[
            (Direction::ToServer, head),
            (Direction::ToServer, b"\0\0\0\0\x04\x12\x02hi"),
        ]);
        let stream = Stream::of(&call, None).unwrap();
        assert_eq!(stream.line(&stream.all[0]), "message 4 B {\"2\":\"hi\"}");
        assert_eq!(stream.json()[0]["fields"], json!({ "2": "hi" }));
    }
}
