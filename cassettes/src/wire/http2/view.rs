//! What a recorded stream means.

use std::mem;

use bytes::{Bytes, BytesMut};

use super::{FRAME_HEADER_BYTES, Frame, FrameHeader, Kind, flag, frames};
use crate::model::{Degraded, Direction, Exchange};
use crate::wire::http::{Message, StreamReader, View};
use crate::wire::http1::{Event, Framing, MethodKind, RequestContext, ResponseKind};

/// What a recorded exchange in HTTP/2 means. What was pushed for it is left out.
pub(in crate::wire) fn view(exchange: &Exchange) -> View {
    let stream = stream_of(exchange);
    let mut asked = Reading::of(exchange, Direction::ToServer, stream);
    let answered = Reading::of(exchange, Direction::ToClient, stream);
    let mut view = View {
        request: asked.messages.pop(),
        responses: answered.messages,
        tails: (asked.tail, answered.tail),
        degraded: asked.degraded.or(answered.degraded),
        switched: false,
    };
    tunnel(&mut view);
    view
}

/// The stream that an exchange is about: that of its first frame; those that were promised on it come later. 0: none.
pub fn stream_of(exchange: &Exchange) -> u32 {
    let first = |chunk: &crate::model::Chunk| {
        let all = frames(&chunk.bytes).map_while(Result::ok);
        all.map(|frame| frame.stream()).find(|stream| *stream != 0)
    };
    exchange.chunks.iter().find_map(first).unwrap_or(0)
}

/// After a CONNECT that was answered with 2xx, what both sides say is in another protocol.
fn tunnel(view: &mut View) {
    let head = view.request.as_ref().and_then(Message::request_head);
    let connects = head.is_some_and(|head| RequestContext::of(&head).method == MethodKind::Connect);
    let status = view.final_response().and_then(Message::response_head).map(|head| head.status());
    if !connects || status.is_none_or(|status| status / 100 != 2) {
        return;
    }
    view.switched = true;
    let tails = [&mut view.tails.0, &mut view.tails.1];
    for (message, tail) in [view.request.as_mut(), view.responses.last_mut()].into_iter().zip(tails)
    {
        let Some(message) = message else { continue };
        let body = mem::take(&mut message.body);
        *tail = if tail.is_empty() { body } else { [body, tail.clone()].concat().into() };
        message.raw_body = Bytes::new();
        message.framing = Framing::None;
    }
}

/// One direction, read.
#[derive(Debug, Default)]
struct Reading {
    messages: Vec<Message>,
    /// Of the last message.
    body: Vec<Bytes>,
    /// From where it cannot be read.
    tail: Bytes,
    degraded: Option<Degraded>,
}

impl Reading {
    fn of(exchange: &Exchange, direction: Direction, stream: u32) -> Self {
        let bytes = exchange.bytes(direction);
        let mut reader = StreamReader::new(direction);
        let mut reading = Self::default();
        let mut all = frames(&bytes);
        let mut at = 0;
        for frame in all.by_ref() {
            let read = frame.map_err(|error| error.problem.reason()).and_then(|frame| {
                reading.read(&mut reader, &frame, stream)?;
                Ok(frame.header.wire_len())
            });
            match read {
                Ok(len) => at += len,
                Err(reason) => {
                    reading.degraded = Some(Degraded { direction, offset: at as u64, reason });
                    reading.tail = bytes.slice(at..);
                    break;
                }
            }
        }
        if reading.degraded.is_none() && !reader.is_over() {
            reading.body.extend(cut_short(&all.unread(), stream));
        }
        reading.close();
        reading
    }

    fn read(
        &mut self,
        reader: &mut StreamReader,
        frame: &Frame,
        stream: u32,
    ) -> Result<(), &'static str> {
        if frame.stream() != stream {
            return Ok(());
        }
        let brought = reader.advance(frame).map_err(|error| error.reason())?;
        match brought.event {
            Some(Event::Head(head)) => {
                self.messages.push(message(head, reader.kind() == ResponseKind::Interim));
            }
            Some(Event::Body(piece)) => self.body.push(piece),
            Some(Event::Trailers(lines)) => {
                if let Some(last) = self.messages.last_mut() {
                    last.trailers = lines;
                }
            }
            Some(Event::End | Event::Switched) | None => {}
        }
        if let Some(last) = self.messages.last_mut().filter(|_| brought.ends) {
            last.complete = true;
        }
        Ok(())
    }

    /// The body is that of the last message: those before it are interim.
    fn close(&mut self) {
        let body = join(mem::take(&mut self.body));
        if let Some(last) = self.messages.last_mut() {
            last.body = body.clone();
            last.raw_body = body;
        }
    }
}

fn message(head: Bytes, complete: bool) -> Message {
    let framing = Framing::EndStream;
    let (body, raw_body, trailers) = Default::default();
    Message { head, body, raw_body, trailers, framing, complete }
}

/// What came of the DATA of a frame that was cut off.
fn cut_short(bytes: &Bytes, stream: u32) -> Option<Bytes> {
    let header = bytes.first_chunk().map(FrameHeader::read)?;
    let is_data = header.kind == Kind::Data && header.stream == stream;
    let skip = FRAME_HEADER_BYTES + usize::from(header.has(flag::PADDED));
    (is_data && bytes.len() > skip).then(|| bytes.slice(skip..))
}

/// Most often it is one piece.
fn join(mut pieces: Vec<Bytes>) -> Bytes {
    if pieces.len() < 2 {
        return pieces.pop().unwrap_or_default();
    }
    let mut joined = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    for piece in pieces {
        joined.extend_from_slice(&piece);
    }
    joined.freeze()
}
