//! A handshake of which a part is missing.

use super::web_socket;
use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "upgrade-without",
    family: Family::WebSocket,
    meaning: "Leaves this header of the handshake out of the answer. Over HTTP/1 only.",
    standard: false,
    params: &[Param::place("header", ParamType::Word(HEADERS), "which")],
    point: PointUse::None,
    breaks: true,
    samples: HEADERS,
    action: Action::Edit(leave_out),
};

const HEADERS: &[&str] = &["upgrade", "connection", "sec-websocket-accept"];

fn leave_out(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    web_socket(scene)?;
    let mut answer = Answer::of(scene)?;
    let header = args.text("header").unwrap_or("upgrade");
    if answer.head.remove(header) == 0 {
        return Err(Misfit::new(format!("it needs an answer with `{header}`")));
    }
    Ok(answer.into_script(scene))
}
