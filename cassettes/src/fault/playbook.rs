//! For tests: exchanges, and what a client sees of them once a fault has hit.

use std::io::{Read, Write};

use bytes::Bytes;

use super::{Fault, NoExchanges, Random, Scene};
use crate::model::{
    Chunk, ConnectionId, Direction, Exchange, Protocol, Script, Step, Timestamp, Until,
};
use crate::wire::http2::hpack::{Field, encode_standalone};
use crate::wire::http2::{Frame, Kind, compose, frames};

pub(super) const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// HTTP/1: a request, and what the server sent at once, each.
pub(super) fn exchange<T: AsRef<[u8]>>(request: &str, answer: &[T]) -> Exchange {
    let answer = answer.iter().map(|bytes| Bytes::copy_from_slice(bytes.as_ref()));
    of(Protocol::Http1, Bytes::copy_from_slice(request.as_bytes()), answer)
}

fn of(protocol: Protocol, request: Bytes, answer: impl Iterator<Item = Bytes>) -> Exchange {
    let chunk = |direction, bytes| Chunk { direction, at: Timestamp::ZERO, bytes };
    let asked = chunk(Direction::ToServer, request);
    let answered = answer.map(|bytes| chunk(Direction::ToClient, bytes));
    Exchange {
        connection: ConnectionId(0),
        protocol,
        chunks: std::iter::once(asked).chain(answered).collect(),
    }
}

/// With `Content-Length`, in three pieces.
pub(super) fn plain() -> Exchange {
    exchange(GET, &["HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX: y\r\n\r\n", "01234", "56789"])
}

/// The same body in two chunks.
pub(super) fn chunked() -> Exchange {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    exchange(GET, &[head, "3\r\nabc\r\n", "2\r\nde\r\n0\r\n\r\n"])
}

/// Until the connection's end.
pub(super) fn until_close() -> Exchange {
    exchange(GET, &["HTTP/1.0 200 OK\r\n\r\nabcde"])
}

/// A part, from byte 5 on.
pub(super) fn ranged() -> Exchange {
    let head = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/20\r\n";
    exchange(GET, &[format!("{head}Content-Length: 5\r\n\r\nfghij")])
}

/// In gzip, with `Content-Length`.
pub(super) fn gzipped(content: &[u8]) -> Exchange {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    let body = encoder.finish().unwrap();
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ";
    let head = format!("{head}{}\r\nX: y\r\n\r\n", body.len());
    exchange(GET, &[[head.as_bytes(), &body].concat()])
}

/// What such a body holds, if it is sound.
pub(super) fn unzipped(body: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    flate2::read::MultiGzDecoder::new(body).read_to_end(&mut content).ok()?;
    Some(content)
}

/// JSON, with `Content-Length`.
pub(super) fn answering(json: &str) -> Exchange {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    exchange(GET, &[format!("{head}Content-Length: {}\r\n\r\n{json}", json.len())])
}

/// The same in HTTP/2, stream 5, in one frame of DATA.
pub(super) fn http2(body: &str) -> Exchange {
    let field = |(name, value): (&'static str, &'static str)| {
        Field::new(Bytes::from_static(name.as_bytes()), Bytes::from_static(value.as_bytes()))
    };
    let head = |fields: &[(&'static str, &'static str)], end| {
        let fields: Vec<Field> = fields.iter().copied().map(field).collect();
        compose::headers(5, encode_standalone(&fields), end).encode()
    };
    let asked =
        head(&[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")], true);
    let answered = head(&[(":status", "200"), ("content-type", "application/json")], false);
    let data = compose::data(5, Bytes::copy_from_slice(body.as_bytes()), true).encode();
    of(Protocol::Http2, asked, [answered, data].into_iter())
}

/// As a replayer plays it: once the request is there, what was sent; then the end that an answer needs.
pub(super) fn script(exchange: &Exchange) -> Script {
    let sends = exchange.sent(Direction::ToClient).map(|chunk| Step::Send(chunk.bytes.clone()));
    Script { steps: std::iter::once(Step::Receive(Until::RequestEnd)).chain(sends).collect() }
}

pub(super) fn scene(exchange: &Exchange) -> Scene<'_> {
    Scene::new(exchange, script(exchange), false, Random::new(7, 1, 1), &NoExchanges)
}

/// What is sent, and done, once the fault has hit: text, with `~` for a line end, and `<step>`s; of HTTP/2, `[frame]`s.
pub(super) fn played(fault: &str, exchange: &Exchange) -> String {
    played_in(fault, scene(exchange))
}

pub(super) fn played_in(fault: &str, scene: Scene<'_>) -> String {
    let fault: Fault = fault.parse().unwrap();
    let http2 = scene.is_http2();
    match fault.apply(scene) {
        Ok(script) => script.steps.iter().map(|step| shown(step, http2)).collect(),
        Err(misfit) => format!("no: {misfit}"),
    }
}

/// All bytes that are sent once the fault has hit.
pub(super) fn sent(fault: &str, exchange: &Exchange) -> Vec<u8> {
    let fault: Fault = fault.parse().unwrap();
    let script = fault.apply(scene(exchange)).unwrap();
    script.sends().flat_map(|bytes| bytes.iter().copied()).collect()
}

fn shown(step: &Step, http2: bool) -> String {
    match step {
        Step::Receive(Until::RequestEnd) => String::new(),
        Step::Send(bytes) if http2 => {
            frames(bytes).map_while(Result::ok).map(|frame| shown_frame(&frame)).collect()
        }
        Step::Send(bytes) => String::from_utf8_lossy(bytes).replace("\r\n", "~"),
        other => format!("<{other:?}>"),
    }
}

fn shown_frame(frame: &Frame) -> String {
    assert_eq!(frame.stream(), 5);
    let end = if frame.ends_stream() { " END" } else { "" };
    match frame.kind() {
        Kind::Headers => {
            let fields = frame.fields().unwrap().unwrap();
            let field = |field: &Field| {
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                format!("{}={}", text(&field.name), text(&field.value))
            };
            format!("[{}{end}]", fields.iter().map(field).collect::<Vec<_>>().join(" "))
        }
        Kind::Data => format!("[{}{end}]", String::from_utf8_lossy(&frame.data().unwrap())),
        other => format!("[{other:?} {:?}]", frame.payload),
    }
}
