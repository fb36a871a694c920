//! A message in several frames.

use super::{web_socket, with_message};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;
use crate::wire::websocket::{Opcode, encode};

pub(super) const KIND: Kind = Kind {
    name: "ws-fragment",
    family: Family::WebSocket,
    meaning: "Sends a message of text or bytes in fragments of so many bytes, a ping between the first two, as RFC 6455 \u{a7}5.4 allows.",
    standard: false,
    params: &[Param::place("size", ParamType::Number(1, 1 << 20), "default: 1").optional()],
    point: PointUse::Default(Point::Message(1)),
    breaks: false,
    samples: &[""],
    action: Action::Edit(fragment),
};

const FIN: u8 = 0x80;

fn fragment(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (content, _) = web_socket(scene)?;
    let range = content.thing(at.unwrap_or(&Point::Message(1)), "message")?;
    let frame = content.layout.web_socket.iter().find(|frame| frame.content == range);
    let frame = frame.filter(|it| matches!(it.header.opcode, Opcode::Text | Opcode::Binary));
    let needs = || Misfit::new("it needs a message of text or bytes in one frame");
    let payload = content.slice(&frame.ok_or_else(needs)?.payload());
    let size = args.number("size").and_then(|size| usize::try_from(size).ok()).unwrap_or(1);
    let first = content.slice(&range).first().copied().unwrap_or(FIN);
    with_message(scene, range, fragments(first, &payload, size))
}

/// `first`: opcode and bits of the whole frame, of which the first fragment has all but the end.
fn fragments(first: u8, payload: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let count = payload.len().div_ceil(size).max(1);
    for (index, piece) in
        payload.chunks(size).chain(payload.is_empty().then_some(payload)).enumerate()
    {
        let mut frame = encode(Opcode::Continuation, piece);
        let start = if index == 0 { first & !FIN } else { 0 };
        let end = if index + 1 == count { FIN } else { 0 };
        frame.first_mut().into_iter().for_each(|byte| *byte = start | end);
        out.extend(frame);
        if index == 0 && count > 1 {
            out.extend(encode(Opcode::Ping, b""));
        }
    }
    out
}
