//! A server that says goodbye too early.

use super::{between_frames, cut, messages_heard, web_socket};
use crate::fault::{
    Action, Args, End, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::{Script, Step, Until};
use crate::wire::websocket::{Opcode, encode};

pub(super) const KIND: Kind = Kind {
    name: "ws-close",
    family: Family::WebSocket,
    meaning: "Sends a close frame with this code at the point and nothing after it; once the client has said one more message, which should be its \
              own close frame, FIN. Reserved codes are sent as they are: 1005, 1006 and 1015 must not be (RFC 6455 \u{a7}7.4).",
    standard: true,
    params: &[
        Param::place("code", ParamType::Number(0, 65_535), "why"),
        Param::keyed("reason", ParamType::Text, "for people; up to 123 bytes"),
        Param::flag("bad-reason", "the reason is no UTF-8"),
    ],
    point: PointUse::Required,
    breaks: true,
    samples: &["1000", "1011", "1006"],
    action: Action::Edit(close),
};

/// RFC 6455 §5.5: a control frame has at most 125 bytes, of which two are the code.
const MAX_REASON_BYTES: usize = 123;

fn close(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (content, _) = web_socket(scene)?;
    let place = between_frames(&content, at.unwrap_or(&Point::End))?;
    let code = args.number("code").and_then(|code| u16::try_from(code).ok()).unwrap_or(1000);
    let reason = args.text("reason").unwrap_or_default().as_bytes();
    let reason = if args.has("bad-reason") { b"\xff\xfe" } else { reason };
    if reason.len() > MAX_REASON_BYTES {
        return Err(Misfit::new(format!("a reason has at most {MAX_REASON_BYTES} bytes")));
    }
    let payload = [&code.to_be_bytes()[..], reason].concat();
    let (mut steps, _) = cut(scene, place)?;
    let heard = messages_heard(&steps);
    steps.push(Step::Send(scene.as_sent(encode(Opcode::Close, &payload).into())));
    steps.push(Step::Receive(Until::Messages(heard + 1)));
    let ending = scene.ending(End::Close, false, &steps);
    steps.extend(ending);
    Ok(Script { steps })
}
