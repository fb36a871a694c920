//! Plays of kinds: an exchange, a fault, and what is left of the script, as text.

use bytes::Bytes;

use crate::fault::{Fault, NoExchanges, Random, Scene};
use crate::model::{
    Chunk, ConnectionId, Direction, Exchange, Protocol, Script, Step, Timestamp, Until,
};
use crate::wire::http2::hpack::{Field, encode_standalone};
use crate::wire::http2::{Frame, Kind, compose, flag, frames};

/// With what each side said at once, in order: what begins with `>` is the client's.
pub(super) fn exchange(protocol: Protocol, said: &[(char, Bytes)]) -> Exchange {
    let chunk = |(who, bytes): &(char, Bytes)| Chunk {
        direction: if *who == '>' { Direction::ToServer } else { Direction::ToClient },
        at: Timestamp::ZERO,
        bytes: bytes.clone(),
    };
    Exchange { connection: ConnectionId(0), protocol, chunks: said.iter().map(chunk).collect() }
}

/// A request and its answer, over HTTP/1.
pub(super) fn http1(request: &str, answer: &[&[u8]]) -> Exchange {
    let request = ('>', Bytes::from(request.to_owned()));
    let answer = answer.iter().map(|piece| ('<', Bytes::copy_from_slice(piece)));
    exchange(Protocol::Http1, &std::iter::once(request).chain(answer).collect::<Vec<_>>())
}

/// The frames of stream 5, each sent by itself.
pub(super) fn http2(request: &[(&str, &str)], answer: &[Frame]) -> Exchange {
    let request = ('>', head(request, true).encode());
    let answer = answer.iter().map(|frame| ('<', frame.encode()));
    exchange(Protocol::Http2, &std::iter::once(request).chain(answer).collect::<Vec<_>>())
}

/// HEADERS of stream 5.
pub(super) fn head(fields: &[(&str, &str)], end: bool) -> Frame {
    let field = |(name, value): &(&str, &str)| Field::new((*name).to_owned(), (*value).to_owned());
    let fields: Vec<_> = fields.iter().map(field).collect();
    compose::headers(5, encode_standalone(&fields), end)
}

/// DATA of stream 5.
pub(super) fn data(bytes: &[u8], end: bool) -> Frame {
    compose::data(5, Bytes::copy_from_slice(bytes), end)
}

/// The script, or why the fault does not fit.
pub(super) fn script(fault: &str, exchange: &Exchange) -> Result<Script, String> {
    let fault: Fault = fault.parse().unwrap();
    let mut asked = 0;
    let mut steps = Vec::new();
    for chunk in &exchange.chunks {
        match chunk.direction {
            Direction::ToServer => {
                asked += 1;
                let first = exchange.protocol != Protocol::Raw && asked == 1;
                let until = if first { Until::RequestEnd } else { Until::Messages(asked - 1) };
                steps.push(Step::Receive(until));
            }
            Direction::ToClient => steps.push(Step::Send(chunk.bytes.clone())),
        }
    }
    let random = Random::new(7, 1, 1);
    let scene = Scene::new(exchange, Script { steps }, false, random, &NoExchanges);
    fault.apply(scene).map_err(|misfit| misfit.to_string())
}

/// What is left of it: text, `<step>`s, and frames of HTTP/2 in brackets.
pub(super) fn played(fault: &str, exchange: &Exchange) -> String {
    let shown = |step: &Step| match step {
        Step::Receive(Until::RequestEnd) => String::new(),
        Step::Receive(until) => format!("<{until:?}>"),
        Step::Send(bytes) if exchange.protocol == Protocol::Http2 => shown_frames(bytes),
        Step::Send(bytes) => bytes.escape_ascii().to_string().replace("\\r\\n", "~"),
        other => format!("<{other:?}>"),
    };
    match script(fault, exchange) {
        Ok(script) => script.steps.iter().map(shown).collect(),
        Err(misfit) => format!("no: {misfit}"),
    }
}

fn shown_frames(bytes: &Bytes) -> String {
    let mut all = frames(bytes);
    let shown: String =
        all.by_ref().map_while(Result::ok).map(|frame| shown_frame(&frame)).collect();
    shown + &all.unread().escape_ascii().to_string()
}

fn shown_frame(frame: &Frame) -> String {
    let end = if frame.ends_stream() { " END" } else { "" };
    let what = match frame.kind() {
        Kind::Headers if !frame.header.has(flag::END_HEADERS) => "HEADERS…".to_owned(),
        Kind::Headers => match frame.fields() {
            Some(Ok(fields)) => {
                let texts = fields.iter().map(|field| {
                    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    format!("{}={}", text(&field.name), text(&field.value))
                });
                texts.collect::<Vec<_>>().join(" ")
            }
            _ => "HEADERS?".to_owned(),
        },
        Kind::Data => match frame.data() {
            Some(data) => data.escape_ascii().to_string(),
            None => "DATA?".to_owned(),
        },
        Kind::RstStream => format!("RST {}", frame.rst().unwrap()),
        Kind::GoAway => {
            let goaway = frame.goaway().unwrap();
            format!("GOAWAY {} last {}", goaway.code, goaway.last_stream)
        }
        other => format!("{other:?} {}", frame.payload.len()),
    };
    format!("[{what}{end}]")
}
