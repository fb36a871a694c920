//! A server that goes on after its goodbye.

use super::{between_frames, cut, web_socket};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::websocket::{Opcode, encode};

pub(super) const KIND: Kind = Kind {
    name: "data-after-close",
    family: Family::WebSocket,
    meaning: "Puts a close frame (1000) in at the point and sends the rest after it. What follows a close frame means nothing (RFC 6455 \u{a7}1.4).",
    standard: false,
    params: &[],
    point: PointUse::Default(Point::Message(1)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(go_on),
};

fn go_on(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (content, _) = web_socket(scene)?;
    let place = between_frames(&content, at.unwrap_or(&Point::Message(1)))?;
    let close = encode(Opcode::Close, &1000_u16.to_be_bytes());
    let text = encode(Opcode::Text, b"after the close");
    let (mut steps, rest) = cut(scene, place)?;
    steps.push(Step::Send(scene.as_sent([close, text].concat().into())));
    steps.extend(rest);
    Ok(Script { steps })
}
