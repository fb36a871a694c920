//! Frames for a peer that speaks.

use bytes::{BufMut, Bytes, BytesMut};

use super::{ErrorCode, Frame, Kind, flag};

/// A piece of a body, without padding. It must fit a frame of the receiver's.
pub fn data(stream: u32, data: Bytes, end: bool) -> Frame {
    Frame::new(Kind::Data, end_stream(end), stream, data)
}

/// A head or trailers, in one frame; [`split`] cuts it where it may be too long for one.
pub fn headers(stream: u32, block: Bytes, end: bool) -> Frame {
    Frame::new(Kind::Headers, flag::END_HEADERS | end_stream(end), stream, block)
}

/// The end of a stream.
pub fn rst_stream(stream: u32, code: ErrorCode) -> Frame {
    Frame::new(Kind::RstStream, 0, stream, number(code.0))
}

/// What this side wants.
pub fn settings(settings: &[(u16, u32)]) -> Frame {
    let mut payload = BytesMut::with_capacity(6 * settings.len());
    for (setting, value) in settings {
        payload.put_u16(*setting);
        payload.put_u32(*value);
    }
    Frame::new(Kind::Settings, 0, 0, payload.freeze())
}

/// The other side's settings hold from here.
pub fn settings_ack() -> Frame {
    Frame::new(Kind::Settings, flag::ACK, 0, Bytes::new())
}

/// Are you there?
pub fn ping(data: [u8; 8]) -> Frame {
    Frame::new(Kind::Ping, 0, 0, Bytes::copy_from_slice(&data))
}

/// Yes.
pub fn ping_ack(data: [u8; 8]) -> Frame {
    Frame::new(Kind::Ping, flag::ACK, 0, Bytes::copy_from_slice(&data))
}

/// The connection ends; nothing was done about the other side's streams after `last_stream`.
pub fn goaway(last_stream: u32, code: ErrorCode, debug: &[u8]) -> Frame {
    let mut payload = BytesMut::with_capacity(8 + debug.len());
    payload.put_u32(last_stream);
    payload.put_u32(code.0);
    payload.put_slice(debug);
    Frame::new(Kind::GoAway, 0, 0, payload.freeze())
}

/// So many more bytes may come; on stream 0, over the whole connection.
pub fn window_update(stream: u32, increment: u32) -> Frame {
    Frame::new(Kind::WindowUpdate, 0, stream, number(increment))
}

/// A frame with a whole header block, cut into CONTINUATIONs where it is longer than its receiver allows.
/// Each of them but the last is as long as it may be; padding stays in the first.
pub fn split(frame: Frame, max_bytes: u32) -> Vec<Frame> {
    let max = max_bytes as usize;
    let Some(mut block) = frame.block().filter(|_| frame.payload.len() > max) else {
        return vec![frame];
    };
    let around = frame.payload.len() - block.len();
    let rest = block.split_off(max.saturating_sub(around).min(block.len()));
    let mut first = frame.with_block(&block);
    first.header.flags &= !flag::END_HEADERS;
    let mut frames = vec![first];
    frames.extend(
        rest.chunks(max.max(1))
            .map(|piece| Frame::new(Kind::Continuation, 0, frame.stream(), rest.slice_ref(piece))),
    );
    if let Some(last) = frames.last_mut() {
        last.header.flags |= flag::END_HEADERS;
    }
    frames
}

const fn end_stream(end: bool) -> u8 {
    if end { flag::END_STREAM } else { 0 }
}

fn number(number: u32) -> Bytes {
    Bytes::copy_from_slice(&number.to_be_bytes())
}
