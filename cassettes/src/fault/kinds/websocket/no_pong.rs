//! A server that shows no sign of life.

use super::{web_socket, without};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::websocket::Opcode;

pub(super) const KIND: Kind = Kind {
    name: "no-pong",
    family: Family::WebSocket,
    meaning: "Answers no ping: recorded pongs are left out, and none is added for pings that were not recorded. All other messages come.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(silence),
};

fn silence(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let (mut content, _) = web_socket(scene)?;
    content.layout.web_socket.retain(|frame| frame.header.opcode == Opcode::Pong);
    let mut script = without(scene, &content.layout.web_socket)?;
    script.steps.insert(0, Step::Mute);
    Ok(script)
}
