//! A server that agrees to what nobody offered.

use super::web_socket;
use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "ws-unoffered",
    family: Family::WebSocket,
    meaning: "Answers the handshake with a subprotocol or an extension `x-retape`, which the client has not offered and must refuse (RFC 6455 \u{a7}4.1).",
    standard: false,
    params: &[Param::place("what", ParamType::Word(&["protocol", "extension"]), "which of them")],
    point: PointUse::None,
    breaks: true,
    samples: &["protocol", "extension"],
    action: Action::Edit(agree),
};

fn agree(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    web_socket(scene)?;
    let mut answer = Answer::of(scene)?;
    let header = match args.text("what") {
        Some("extension") => "Sec-WebSocket-Extensions",
        _ => "Sec-WebSocket-Protocol",
    };
    answer.head.set(header, b"x-retape");
    Ok(answer.into_script(scene))
}
