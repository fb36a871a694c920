//! HTTP/2's frames in words.

use cassettes::model::{Chunk, Exchange, Protocol};
use cassettes::wire::http2::{Frame, Kind, PREFACE, flag, frames, setting};

use super::facts::side;
use crate::printable::{Printable, size};

/// Whether the exchange's chunks are frames.
pub(super) const fn has_frames(exchange: &Exchange) -> bool {
    matches!(exchange.protocol, Protocol::Http2 | Protocol::Http2Control)
}

/// The frames that came in one read; what is none is left out.
pub(super) fn of(chunk: &Chunk) -> impl Iterator<Item = Frame> {
    let preface = if chunk.bytes.starts_with(PREFACE) { PREFACE.len() } else { 0 };
    frames(&chunk.bytes.slice(preface..)).map_while(Result::ok)
}

/// The stream that was asked on, of an exchange that is one.
pub(super) fn stream(exchange: &Exchange) -> Option<u32> {
    let mut frames = exchange.chunks.iter().flat_map(of);
    let stream = frames.find_map(|frame| Some(frame.stream()).filter(|stream| *stream != 0));
    stream.filter(|_| exchange.protocol == Protocol::Http2)
}

/// Every frame that ends a stream or a connection before its time, and whose it was.
pub(super) fn endings(exchange: &Exchange) -> Vec<String> {
    let chunks = exchange.chunks.iter().filter(|_| has_frames(exchange));
    let frames = chunks.flat_map(|chunk| of(chunk).map(|frame| (chunk.direction, frame)));
    let endings = frames.filter(|(_, frame)| is_ending(frame));
    endings.map(|(to, frame)| format!("{} {}", side(to.sender()), name(&frame))).collect()
}

const fn is_ending(frame: &Frame) -> bool {
    matches!(frame.kind(), Kind::RstStream | Kind::GoAway)
}

/// Its kind, the flag that has a name, and the error code, as the standard spells them.
pub(super) fn name(frame: &Frame) -> String {
    let kind = kind(frame);
    if frame.ends_stream() {
        return format!("{kind} END_STREAM");
    }
    if frame.is_ack() {
        return format!("{kind} ACK");
    }
    let code = frame.rst().or_else(|| frame.goaway().map(|goaway| goaway.code));
    code.map_or_else(|| kind.clone(), |code| format!("{kind} {code}"))
}

/// As the standard spells it, or its number.
pub(super) fn kind(frame: &Frame) -> String {
    let kind = frame.kind();
    kind.name().map_or_else(|| format!("frame of kind {:#04x}", kind.number()), str::to_owned)
}

/// [`name`], and what else there is to say in a line.
pub(super) fn line(frame: &Frame) -> String {
    let name = name(frame);
    let said = match frame.kind() {
        Kind::Settings => settings(frame),
        Kind::WindowUpdate => frame.window_update().map(|more| format!("+{more}")),
        Kind::GoAway => goaway(frame),
        Kind::PushPromise => frame.push_promise().map(|stream| format!("stream {stream}")),
        Kind::Data => frame.data().map(|data| size(data.len() as u64)),
        _ => None,
    };
    let padded = frame.header.has(flag::PADDED) && frame.padding() > 0;
    let padding = if padded { format!(", {} of padding", frame.padding()) } else { String::new() };
    match said {
        Some(said) if !said.is_empty() => format!("{name}: {said}{padding}"),
        _ => format!("{name}{padding}"),
    }
}

fn settings(frame: &Frame) -> Option<String> {
    let show = |(id, value): &(u16, u32)| {
        let name = setting::name(*id).map_or_else(|| format!("{id:#06x}"), str::to_owned);
        format!("{name} {value}")
    };
    Some(frame.settings()?.iter().map(show).collect::<Vec<_>>().join(", "))
}

fn goaway(frame: &Frame) -> Option<String> {
    let goaway = frame.goaway()?;
    let debug = Printable(&goaway.debug);
    Some(format!("last stream {} {debug}", goaway.last_stream).trim_end().to_owned())
}
