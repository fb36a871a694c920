//! WebSocket: the handshake, frames, liveness, and the close.

mod bad_frame;
mod close_unanswered;
mod data_after_close;
mod eof_without_close;
mod invalid_utf8;
mod no_pong;
mod ping_flood;
#[cfg(test)]
mod tests;
mod upgrade_status;
mod upgrade_without;
mod wrong_accept;
mod ws_close;
mod ws_fragment;
mod ws_unoffered;

use bytes::Bytes;

use super::places::Content;
use crate::fault::{Item, Kind, Misfit, Point, Scene, WebSocketFrame};
use crate::model::{Script, Step, Until};
use crate::wire::messages::StreamKind;
use crate::wire::websocket::{Agreement, Opcode};

pub(super) const KINDS: &[&Kind] = &[
    &upgrade_status::KIND,
    &wrong_accept::KIND,
    &upgrade_without::KIND,
    &ws_unoffered::KIND,
    &invalid_utf8::KIND,
    &bad_frame::KIND,
    &ws_fragment::KIND,
    &no_pong::KIND,
    &ping_flood::KIND,
    &ws_close::KIND,
    &data_after_close::KIND,
    &close_unanswered::KIND,
    &eof_without_close::KIND,
];

/// The content of a WebSocket, and what was agreed for it.
fn web_socket(scene: &Scene<'_>) -> Result<(Content, Agreement), Misfit> {
    let content = Content::of(scene);
    match content.layout.stream {
        Some(StreamKind::WebSocket(agreement)) => Ok((content, agreement)),
        _ => Err(Misfit::new("it needs a WebSocket")),
    }
}

/// How many bytes of content are sent before the point, at which no frame is amid.
fn between_frames(content: &Content, point: &Point) -> Result<u64, Misfit> {
    let place = match point {
        Point::Head | Point::StatusLine | Point::Header(_) => None,
        _ => Some(content.place(point)?),
    };
    let ends = |place: u64| content.layout.web_socket.iter().any(|it| it.content.end == place);
    let place = place.filter(|place| *place == 0 || ends(*place));
    place.ok_or_else(|| Misfit::new("it takes a place between two frames of the WebSocket"))
}

/// The server's close frame.
fn close_frame(content: &Content) -> Option<&WebSocketFrame> {
    content.layout.web_socket.iter().find(|frame| frame.header.opcode == Opcode::Close)
}

/// What is done before so many bytes of content are sent, and what then.
fn cut(scene: &Scene<'_>, place: u64) -> Result<(Vec<Step>, Vec<Step>), Misfit> {
    scene.cut(&if place == 0 { Point::AfterHeaders } else { Point::Body(place) })
}

/// What is waited for before anything more is sent, unless that is the client's end.
fn waits(rest: Vec<Step>) -> impl Iterator<Item = Step> {
    rest.into_iter().take_while(|step| match step {
        Step::Receive(until) => *until != Until::ClientClose,
        step => matches!(step, Step::Wait(_) | Step::Delay(_)),
    })
}

/// How many of the client's messages these steps wait for.
fn messages_heard(steps: &[Step]) -> u64 {
    let heard = steps.iter().filter_map(|step| match step {
        Step::Receive(Until::Messages(count)) => Some(*count),
        _ => None,
    });
    heard.max().unwrap_or(0)
}

/// The script without these frames.
fn without(scene: &mut Scene<'_>, frames: &[WebSocketFrame]) -> Result<Script, Misfit> {
    for frame in frames.iter().rev() {
        scene.script = scene.replace(frame.item(), Bytes::new())?;
    }
    Ok(std::mem::take(&mut scene.script))
}

/// The script with this in the place of the message that ends there.
fn with_message(
    scene: &Scene<'_>,
    range: std::ops::Range<u64>,
    bytes: Vec<u8>,
) -> Result<Script, Misfit> {
    scene.replace(Item::Content(range), bytes.into())
}
