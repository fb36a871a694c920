//! Text that is none.

use std::ops::Range;

use super::{web_socket, with_message};
use crate::fault::kinds::places::Content;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Direction, Script};
use crate::wire::websocket::{Agreement, Kind as MessageKind, MessageReader, Opcode, encode};

pub(super) const KIND: Kind = Kind {
    name: "invalid-utf-8",
    family: Family::WebSocket,
    meaning: "Sends 0xff in the place of the middle byte of a text message: the one at the point, or the first after it. It goes out whole and not \
              compressed.",
    standard: true,
    params: &[],
    point: PointUse::Default(Point::Message(1)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(spoil),
};

fn spoil(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (content, agreement) = web_socket(scene)?;
    let from = content.thing(at.unwrap_or(&Point::Message(1)), "message")?;
    let text = first_text(&content, agreement, &from);
    let (range, mut text) = text.ok_or_else(|| Misfit::new("it needs a message of text"))?;
    let middle = text.len() / 2;
    match text.get_mut(middle) {
        Some(byte) => *byte = 0xff,
        None => text.push(0xff),
    }
    with_message(scene, range, encode(Opcode::Text, &text))
}

/// The first text from there on, as it is meant.
fn first_text(
    content: &Content,
    agreement: Agreement,
    from: &Range<u64>,
) -> Option<(Range<u64>, Vec<u8>)> {
    let mut reader = MessageReader::new(agreement, Direction::ToClient);
    let mut rest = &content.bytes[..];
    let ends = &content.layout.messages;
    loop {
        let message = reader.advance(&mut rest).ok().flatten()?;
        let is_text = message.kind == MessageKind::Text && message.readable;
        if is_text && message.end >= from.end {
            let start = ends.iter().rfind(|end| **end < message.end).copied().unwrap_or(0);
            return Some((start..message.end, message.payload.to_vec()));
        }
    }
}
