//! From an answer to the script that gives it.

use bytes::{BufMut, Bytes, BytesMut};

use super::{Answer, HeadLine, Piece};
use crate::model::{Exchange, Script, Step};
use crate::wire::http1::Framing;
use crate::wire::http2::{compose, hpack, stream_of};

/// Longest DATA frame written here: what every receiver takes (RFC 9113 §4.2).
const MAX_DATA_BYTES: usize = 16 * 1024;

/// Puts a script together.
pub(super) fn write(mut answer: Answer, exchange: &Exchange) -> Script {
    let stream = stream_of(exchange);
    let steps = if answer.is_as_recorded() {
        as_recorded(answer, stream)
    } else {
        answer.settle();
        if answer.is_http2() { http2(answer, stream) } else { http1(answer) }
    };
    Script { steps }
}

/// A new head, and all else as it was.
fn as_recorded(answer: Answer, stream: u32) -> Vec<Step> {
    let http2 = answer.is_http2();
    let Answer { mut before, head, recorded, .. } = answer;
    let mut buffer = BytesMut::new();
    if http2 {
        let block = hpack::encode_standalone(&head.fields());
        compose::headers(stream, block, recorded.head_ends).write(&mut buffer);
    } else {
        buffer.put_slice(&head.write());
    }
    buffer.put_slice(&recorded.with_head);
    push(&mut buffer, &mut before);
    before.extend(recorded.rest);
    before
}

impl Answer {
    /// What ends the body, and what `Content-Length` says of it, follow from what the body has become.
    fn settle(&mut self) {
        if self.is_bodiless() {
            self.body.retain(|piece| !piece.before.is_empty());
            self.body.iter_mut().for_each(|piece| piece.bytes = Bytes::new());
            return;
        }
        let len = self.body_len();
        if self.framing == Framing::None {
            self.set_length();
        }
        let claimed = match self.framing {
            Framing::Length(claimed) => Some(claimed),
            _ => None,
        };
        let says = self.head.get("content-length").is_some();
        if says && self.complete && !self.keep_framing && claimed != Some(len) {
            self.head.set("content-length", len.to_string().as_bytes());
        }
    }
}

fn http1(mut answer: Answer) -> Vec<Step> {
    let mut steps = std::mem::take(&mut answer.before);
    let mut buffer = BytesMut::from(&answer.head.write()[..]);
    let chunked = answer.framing == Framing::Chunked && !answer.is_bodiless();
    let body = std::mem::take(&mut answer.body);
    let claimed = answer.keep_framing.then_some(answer.recorded.body_len);
    let chunks = if chunked { chunks(&body, claimed) } else { Vec::new() };
    let mut chunks = chunks.into_iter();
    for piece in body {
        put_off(&piece, &mut buffer, &mut steps);
        let chunk = chunks.next().unwrap_or_default();
        if let Some(size) = chunk.opens {
            buffer.put_slice(format!("{size:x}\r\n").as_bytes());
        }
        buffer.put_slice(&piece.bytes);
        if chunk.closes {
            buffer.put_slice(b"\r\n");
        }
    }
    if chunked && answer.complete {
        buffer.put_slice(b"0\r\n");
        answer.trailers.iter().for_each(|line| line.write(&mut buffer));
        buffer.put_slice(b"\r\n");
    }
    push(&mut buffer, &mut steps);
    steps.append(&mut answer.after);
    steps
}

/// What goes out before a piece goes out by itself.
fn put_off(piece: &Piece, buffer: &mut BytesMut, steps: &mut Vec<Step>) {
    if piece.apart || !piece.before.is_empty() {
        push(buffer, steps);
        steps.extend(piece.before.iter().cloned());
    }
}

fn push(buffer: &mut BytesMut, steps: &mut Vec<Step>) {
    if !buffer.is_empty() {
        steps.push(Step::Send(buffer.split().freeze()));
    }
}

/// What stands around a piece in chunked coding.
#[derive(Debug, Clone, Copy, Default)]
struct Chunk {
    /// A chunk of this size begins before it.
    opens: Option<u64>,
    /// It ends after it.
    closes: bool,
}

/// The chunks that pieces are in; with a claim, a single one of that size.
fn chunks(body: &[Piece], claimed: Option<u64>) -> Vec<Chunk> {
    let mut chunks = vec![Chunk::default(); body.len()];
    let mut start = 0;
    let is_one = |next: &Piece| claimed.is_some() || next.continues;
    while start < body.len() {
        let more = body.iter().skip(start + 1).take_while(|next| is_one(next)).count();
        let end = start + more;
        let own = body.iter().skip(start).take(more + 1);
        let len = claimed.unwrap_or_else(|| own.map(|piece| piece.bytes.len() as u64).sum());
        // The chunk of size 0 ends the body.
        if len > 0 {
            if let Some(first) = chunks.get_mut(start) {
                first.opens = Some(len);
            }
            if let Some(last) = chunks.get_mut(end) {
                last.closes = true;
            }
        }
        start = end + 1;
    }
    chunks
}

fn http2(mut answer: Answer, stream: u32) -> Vec<Step> {
    let mut steps = std::mem::take(&mut answer.before);
    let mut body = std::mem::take(&mut answer.body);
    body.retain(|piece| !piece.bytes.is_empty() || !piece.before.is_empty());
    let has_trailers = !answer.trailers.is_empty() && !answer.is_bodiless();
    let ends = answer.complete && !has_trailers;
    let mut buffer = BytesMut::new();
    let block = hpack::encode_standalone(&answer.head.fields());
    compose::headers(stream, block, ends && body.is_empty()).write(&mut buffer);
    let count = body.len();
    for (index, piece) in body.into_iter().enumerate() {
        put_off(&piece, &mut buffer, &mut steps);
        put_data(stream, &piece.bytes, ends && index + 1 == count, &mut buffer);
    }
    if has_trailers {
        let fields: Vec<_> = answer.trailers.iter().map(HeadLine::field).collect();
        let block = hpack::encode_standalone(&fields);
        compose::headers(stream, block, answer.complete).write(&mut buffer);
    }
    push(&mut buffer, &mut steps);
    steps.append(&mut answer.after);
    steps
}

fn put_data(stream: u32, bytes: &Bytes, end: bool, buffer: &mut BytesMut) {
    let mut rest = bytes.clone();
    while rest.len() > MAX_DATA_BYTES {
        compose::data(stream, rest.split_to(MAX_DATA_BYTES), false).write(buffer);
    }
    if end || !rest.is_empty() {
        compose::data(stream, rest, end).write(buffer);
    }
}
