//! HTTP/2's streams, frames and header blocks, and its ways to end connections.

mod bad_hpack;
mod bad_padding;
mod data_after_end;
mod frame_flood;
mod goaway;
mod graceful_goaway;
mod malformed_head;
mod no_acks;
mod no_continuation;
mod no_end_stream;
mod oversized_frame;
mod refused_stream;
mod rst;
mod settings;
#[cfg(test)]
mod tests;
mod unknown_frame;
mod window_overflow;

use bytes::{Bytes, BytesMut};

use crate::fault::{Kind, Misfit, ParamType, Point, Scene};
use crate::model::{Script, Step};
use crate::wire::http2::{ErrorCode, Frame, Kind as FrameKind, flag, frames, stream_of};

pub(super) const KINDS: &[&Kind] = &[
    &goaway::KIND,
    &graceful_goaway::KIND,
    &rst::KIND,
    &refused_stream::KIND,
    &no_end_stream::KIND,
    &data_after_end::KIND,
    &unknown_frame::KIND,
    &oversized_frame::KIND,
    &bad_padding::KIND,
    &malformed_head::KIND,
    &bad_hpack::KIND,
    &no_continuation::KIND,
    &settings::KIND,
    &window_overflow::KIND,
    &no_acks::KIND,
    &frame_flood::KIND,
];

/// What `RST_STREAM` and GOAWAY can say (RFC 9113 §7).
pub(super) const CODES: ParamType = ParamType::Word(ErrorCode::NAMES);

/// The code of a word among [`CODES`].
pub(super) fn code(word: Option<&str>, default: ErrorCode) -> ErrorCode {
    word.and_then(ErrorCode::from_name).unwrap_or(default)
}

/// The number of the stream that the exchange is.
pub(super) fn stream(scene: &Scene<'_>) -> Result<u32, Misfit> {
    let needs = || Misfit::new("it needs HTTP/2, and the exchange is of another protocol");
    scene.is_http2().then(|| stream_of(scene.exchange)).ok_or_else(needs)
}

/// What the server does before it begins its answer.
fn before_head(scene: &Scene<'_>) -> Result<Vec<Step>, Misfit> {
    Ok(scene.cut(&Point::Head).or_else(|_| scene.cut(&Point::Byte(0)))?.0)
}

/// What is sent before the point, without what ends the stream: the flag is taken off DATA and the head, and trailers are
/// left out.
pub(super) fn unended(scene: &Scene<'_>, before: Vec<Step>) -> Vec<Step> {
    let own = stream_of(scene.exchange);
    let mut headed = false;
    let mut keep = |mut frame: Frame| {
        if frame.stream() == own && frame.ends_stream() {
            frame.header.flags &= !flag::END_STREAM;
            let is_trailers = frame.kind() == FrameKind::Headers && headed;
            if is_trailers || frame.kind() == FrameKind::Data && frame.payload.is_empty() {
                return None;
            }
        }
        headed |= frame.kind() == FrameKind::Headers && crate::fault::layout::is_final(&frame);
        Some(frame)
    };
    before.into_iter().filter_map(|step| each_frame(step, &mut keep)).collect()
}

/// The step with other frames; none if no frame is left.
fn each_frame(step: Step, change: &mut impl FnMut(Frame) -> Option<Frame>) -> Option<Step> {
    let Step::Send(bytes) = step else { return Some(step) };
    let mut out = BytesMut::new();
    let mut all = frames(&bytes);
    for frame in all.by_ref().map_while(Result::ok).filter_map(change) {
        frame.write(&mut out);
    }
    out.extend_from_slice(&all.unread());
    (!out.is_empty()).then(|| Step::Send(out.freeze()))
}

/// The script with another frame for the head of the answer.
fn with_head(scene: &Scene<'_>, mut change: impl FnMut(&Frame) -> Frame) -> Result<Script, Misfit> {
    let own = stream(scene)?;
    let mut found = false;
    let mut replace = |frame: Frame| {
        let is_head = !found
            && frame.stream() == own
            && frame.kind() == FrameKind::Headers
            && crate::fault::layout::is_final(&frame);
        found |= is_head;
        Some(if is_head { change(&frame) } else { frame })
    };
    let steps = scene.script.steps.iter().cloned();
    let steps = steps.filter_map(|step| each_frame(step, &mut replace)).collect();
    let needs = || Misfit::new("it needs an answer with a head");
    found.then_some(Script { steps }).ok_or_else(needs)
}

/// The script with these frames at the point.
fn with_frames(scene: &Scene<'_>, point: &Point, frames: &[Frame]) -> Result<Script, Misfit> {
    let (mut before, after) = scene.cut(point)?;
    let mut bytes = BytesMut::new();
    for frame in frames {
        frame.write(&mut bytes);
    }
    before.push(Step::Send(bytes.freeze()));
    before.extend(after);
    Ok(Script { steps: before })
}

/// A frame of a kind that has no name here.
const fn unknown_kind() -> FrameKind {
    FrameKind::Other(0xbb)
}

/// HEADERS with this block, which the player sends as it is where it cannot be read.
fn headers(like: &Frame, block: Vec<u8>, flags: u8) -> Frame {
    let end = like.header.flags & flag::END_STREAM;
    Frame::new(FrameKind::Headers, flags | end, like.stream(), Bytes::from(block))
}
