//! HTTP/2: the frames of one stream.

use bytes::Bytes;

use super::Layout;
use crate::model::Exchange;
use crate::wire::http1::Framing;
use crate::wire::http2::{FRAME_HEADER_BYTES, Frame, Kind, frames, stream_of};

/// Reads what a server sends on the exchange's stream. What was pushed for it counts as frames only.
pub(super) fn read(exchange: &Exchange, sends: &Bytes, layout: &mut Layout) {
    let stream = stream_of(exchange);
    layout.framing = Some(Framing::EndStream);
    let mut at = 0;
    for frame in frames(sends).map_while(Result::ok) {
        let end = at + frame.header.wire_len() as u64;
        layout.frames.push(at..end);
        if frame.stream() == stream {
            note(&frame, at, end, layout);
        }
        at = end;
    }
}

fn note(frame: &Frame, start: u64, end: u64, layout: &mut Layout) {
    match frame.kind() {
        Kind::Headers if layout.head.is_some() => layout.trailers = Some(start..end),
        Kind::Headers if is_final(frame) => layout.head = Some(start..end),
        Kind::Data => {
            let padding = u64::from(frame.padding() > 0);
            let len = frame.data().map_or(0, |data| data.len() as u64);
            layout.add_segment(start + FRAME_HEADER_BYTES as u64 + padding, len);
        }
        _ => {}
    }
    if frame.ends_stream() {
        layout.end = Some(end);
    }
}

/// Whether HEADERS are no interim answer.
pub fn is_final(frame: &Frame) -> bool {
    let Some(Ok(fields)) = frame.fields() else { return true };
    let status = fields.iter().find(|field| field.name == b":status"[..]);
    status.is_none_or(|status| status.value.first() != Some(&b'1'))
}
