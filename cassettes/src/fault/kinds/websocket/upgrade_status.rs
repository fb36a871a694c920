//! A server that does not switch to WebSocket.

use bytes::Bytes;

use super::web_socket;
use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::{Script, Step};
use crate::text::status::reason;
use crate::wire::http1::Framing;

pub(super) const KIND: Kind = Kind {
    name: "upgrade-status",
    family: Family::WebSocket,
    meaning: "Answers the handshake with this status and a line of text, then closes; over HTTP/2 the stream ends.",
    standard: true,
    params: &[Param::place("status", ParamType::Number(100, 999), "in the place of 101")],
    point: PointUse::None,
    breaks: true,
    samples: &["403", "503", "200"],
    action: Action::Edit(refuse),
};

fn refuse(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    web_socket(scene)?;
    let (mut steps, _) = scene.cut(&Point::Head)?;
    let rest = steps.len();
    let status = args.number("status").and_then(|status| u16::try_from(status).ok()).unwrap_or(403);
    let mut answer = Answer::of(scene)?;
    answer.head.set_status(status, reason(status));
    answer.head.lines.retain(|line| {
        let name = line.name.to_ascii_lowercase();
        !name.starts_with(b"sec-websocket-") && name != b"upgrade"[..]
    });
    let text = format!("{status} {}\n", reason(status));
    answer.head.set("Content-Type", b"text/plain");
    answer.head.set("Content-Length", text.len().to_string().as_bytes());
    if !scene.is_http2() {
        answer.head.set("Connection", b"close");
        answer.framing = Framing::Length(text.len() as u64);
    }
    answer.force_body();
    answer.set_whole_body(Bytes::from(text));
    answer.complete = true;
    let said = answer.into_script(scene).steps.into_iter();
    steps.extend(said.skip(rest).filter(|step| matches!(step, Step::Send(_))));
    if !scene.is_http2() {
        steps.push(Step::Close);
    }
    Ok(Script { steps })
}
