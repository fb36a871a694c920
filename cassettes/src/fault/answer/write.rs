//! From an answer to the script that gives it.

use bytes::{BufMut, Bytes, BytesMut};

use super::{Answer, HeadLine, Piece};
use crate::model::{Exchange, Protocol, Script, Step};
use crate::wire::http1::Framing;
use crate::wire::http2::{compose, hpack, stream_of};

/// Puts a script together.
pub(super) fn write(mut answer: Answer, exchange: &Exchange) -> Script {
    answer.settle_length();
    let steps = if exchange.protocol == Protocol::Http2 {
        http2(&mut answer, stream_of(exchange))
    } else {
        http1(&mut answer)
    };
    Script { steps }
}

impl Answer {
    /// `Content-Length` says how long the body is, where it says anything.
    fn settle_length(&mut self) {
        let says = self.head.get("content-length").is_some();
        let len: usize = self.body.iter().map(|piece| piece.bytes.len()).sum();
        let has_body = self.framing != Framing::None;
        let stale = match self.framing {
            Framing::Length(before) => before != len as u64,
            _ => true,
        };
        if self.keep_framing || !says || !has_body || !self.complete || !stale {
            return;
        }
        self.head.set("content-length", len.to_string().as_bytes());
    }
}

fn http1(answer: &mut Answer) -> Vec<Step> {
    let mut steps = std::mem::take(&mut answer.before);
    let mut buffer = BytesMut::from(&answer.head.write()[..]);
    let chunked = answer.framing == Framing::Chunked;
    let has_body = answer.framing != Framing::None;
    for piece in std::mem::take(&mut answer.body).into_iter().filter(|_| has_body) {
        put_off(&piece, &mut buffer, &mut steps);
        if chunked {
            put_chunk(&piece.bytes, &mut buffer);
        } else {
            buffer.put_slice(&piece.bytes);
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

/// What was gathered goes out before what happens before a piece.
fn put_off(piece: &Piece, buffer: &mut BytesMut, steps: &mut Vec<Step>) {
    if !piece.before.is_empty() {
        push(buffer, steps);
        steps.extend(piece.before.iter().cloned());
    }
}

fn push(buffer: &mut BytesMut, steps: &mut Vec<Step>) {
    if !buffer.is_empty() {
        steps.push(Step::Send(buffer.split().freeze()));
    }
}

fn put_chunk(bytes: &Bytes, buffer: &mut BytesMut) {
    // The chunk of size 0 ends the body.
    if !bytes.is_empty() {
        buffer.put_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
        buffer.put_slice(bytes);
        buffer.put_slice(b"\r\n");
    }
}

fn http2(answer: &mut Answer, stream: u32) -> Vec<Step> {
    let mut steps = std::mem::take(&mut answer.before);
    let pieces = std::mem::take(&mut answer.body);
    let has_trailers = !answer.trailers.is_empty();
    let ends_with_head = pieces.is_empty() && !has_trailers && answer.complete;
    let mut buffer = BytesMut::new();
    let block = hpack::encode_standalone(&answer.head.fields());
    compose::headers(stream, block, ends_with_head).write(&mut buffer);
    let count = pieces.len();
    for (index, piece) in pieces.into_iter().enumerate() {
        put_off(&piece, &mut buffer, &mut steps);
        let end = index + 1 == count && !has_trailers && answer.complete;
        compose::data(stream, piece.bytes, end).write(&mut buffer);
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
