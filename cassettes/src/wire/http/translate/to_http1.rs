//! Frames into HTTP/1.

use bytes::{BufMut, Bytes, BytesMut};

use super::fields::is_connection_specific;
use super::rewritten;
use crate::model::{Chunk, Direction, Exchange};
use crate::wire::http::{Message, StreamReader, View};
use crate::wire::http1::{
    Event, Headers, MethodKind, RequestContext, RequestHead, ResponseHead, ResponseKind,
};
use crate::wire::http2::{Frame, FrameParser, MAX_FRAME_BYTES, stream_of};

/// The exchange's chunks; none if a length is announced that is not the body's.
pub(super) fn chunks(exchange: &Exchange, view: &View) -> Option<Vec<Chunk>> {
    let context = view.request().and_then(Message::request_head);
    let context = context.map_or_else(RequestContext::default, |head| RequestContext::of(&head));
    let bodiless = |message: &Message| {
        let status = message.response_head().map(|head| head.status());
        context.method == MethodKind::Head || matches!(status, Some(204 | 304))
    };
    let asked = framing(view.request()?, false)?;
    let answered = match view.final_response() {
        Some(message) => framing(message, bodiless(message))?,
        None => Framing::None,
    };
    let stream = stream_of(exchange);
    let mut lanes = [
        Lane::new(Direction::ToServer, stream, asked),
        Lane::new(Direction::ToClient, stream, answered),
    ];
    let mut chunks = Vec::with_capacity(exchange.chunks.len());
    for chunk in &exchange.chunks {
        let [client, server] = &mut lanes;
        let lane = if chunk.direction == Direction::ToServer { client } else { server };
        chunks.extend(rewritten(chunk, lane.receive(&chunk.bytes)?));
    }
    Some(chunks)
}

/// How the body is to be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// There is none.
    None,
    /// As the head announces.
    Announced,
    /// None of the above.
    Chunked,
}

/// None: HTTP/1 cannot say it.
fn framing(message: &Message, bodiless: bool) -> Option<Framing> {
    let headers = lines(&message.head);
    let announced = headers.get("content-length");
    if bodiless {
        return message.body.is_empty().then_some(Framing::None);
    }
    if !message.trailers.is_empty() {
        return Some(Framing::Chunked);
    }
    let Some(announced) = announced else {
        let is_request = message.request_head().is_some();
        let nothing = message.complete && message.body.is_empty();
        return Some(if nothing && is_request { Framing::None } else { Framing::Chunked });
    };
    let length: usize = std::str::from_utf8(announced).ok()?.parse().ok()?;
    let fits =
        if message.complete { length == message.body.len() } else { length > message.body.len() };
    fits.then_some(Framing::Announced)
}

/// One direction.
struct Lane {
    direction: Direction,
    stream: u32,
    framing: Framing,
    frames: FrameParser,
    reader: StreamReader,
}

impl Lane {
    fn new(direction: Direction, stream: u32, framing: Framing) -> Self {
        let (frames, reader) = (FrameParser::new(MAX_FRAME_BYTES), StreamReader::new(direction));
        Self { direction, stream, framing, frames, reader }
    }

    fn receive(&mut self, bytes: &Bytes) -> Option<Bytes> {
        self.frames.receive(bytes);
        let mut out = BytesMut::with_capacity(bytes.len() + 64);
        while let Some(frame) = self.frames.poll() {
            self.frame(&frame.ok()?, &mut out)?;
        }
        Some(out.freeze())
    }

    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Option<()> {
        if frame.stream() != self.stream {
            return Some(());
        }
        let brought = self.reader.advance(frame).ok()?;
        let mut trailers = Bytes::new();
        match brought.event {
            Some(Event::Head(head)) => self.head(&head, out)?,
            Some(Event::Body(piece)) if self.framing == Framing::Chunked => {
                out.put_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                out.put_slice(&piece);
                out.put_slice(b"\r\n");
            }
            Some(Event::Body(piece)) => out.put_slice(&piece),
            Some(Event::Trailers(lines)) => trailers = lines,
            Some(Event::End | Event::Switched) | None => {}
        }
        if brought.ends && self.framing == Framing::Chunked {
            out.put_slice(b"0\r\n");
            out.put_slice(&trailers);
            out.put_slice(b"\r\n");
        }
        Some(())
    }

    fn head(&self, head: &Bytes, out: &mut BytesMut) -> Option<()> {
        match self.direction {
            Direction::ToServer => {
                let head = RequestHead::parse(head).ok()?;
                let line = [head.method(), b" ", head.target(), b" HTTP/1.1\r\n"];
                put_all(&line, out);
            }
            Direction::ToClient => {
                let status = ResponseHead::parse(head).ok()?.status();
                // The reason may be empty, the space before it is part of the line (RFC 9112 §4).
                out.put_slice(format!("HTTP/1.1 {status} \r\n").as_bytes());
            }
        }
        let chunked =
            self.framing == Framing::Chunked && self.reader.kind() != ResponseKind::Interim;
        put_lines(lines(head), chunked, out);
        if chunked {
            out.put_slice(b"transfer-encoding: chunked\r\n");
        }
        out.put_slice(b"\r\n");
        Some(())
    }
}

/// The lines of a head that is spelled out of HTTP/2.
fn lines(head: &[u8]) -> Headers<'_> {
    let start = memchr::memchr(b'\n', head).map_or(head.len(), |end| end + 1);
    Headers::of(head.get(start..).unwrap_or_default())
}

/// RFC 9113 §8.2.3: cookies "MUST be concatenated into a single octet string using the two-octet delimiter of
/// 0x3b, 0x20". A chunked body announces no length.
fn put_lines(lines: Headers<'_>, chunked: bool, out: &mut BytesMut) {
    let cookies: Vec<&[u8]> = lines.clone().all("cookie").collect();
    let mut cookies = Some(cookies.join(&b"; "[..])).filter(|joined| !joined.is_empty());
    for line in lines {
        if line.is("cookie") {
            if let Some(joined) = cookies.take() {
                put_line(line.name, &joined, out);
            }
        } else if !(line.name.is_empty()
            || is_connection_specific(&line)
            || chunked && line.is("content-length"))
        {
            put_line(line.name, line.value, out);
        }
    }
}

fn put_line(name: &[u8], value: &[u8], out: &mut BytesMut) {
    put_all(&[name, b": ", value, b"\r\n"], out);
}

fn put_all(parts: &[&[u8]], out: &mut BytesMut) {
    for part in parts {
        out.put_slice(part);
    }
}
