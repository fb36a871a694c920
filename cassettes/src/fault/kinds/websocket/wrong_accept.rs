//! A server that did not read the client's key.

use super::web_socket;
use crate::fault::{Action, Answer, Args, Family, HeadLine, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "wrong-accept",
    family: Family::WebSocket,
    meaning: "Sends a `Sec-WebSocket-Accept` that does not belong to the client's key (RFC 6455 \u{a7}4.1). Over HTTP/1 only.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(change),
};

/// What belongs to another key: that of the example in RFC 6455 §1.3, and one after it.
const ACCEPTS: [&[u8]; 2] = [b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", b"HSmrc0sMlYUkAGmm5OPpG2HaGWk="];

fn change(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    web_socket(scene)?;
    let mut answer = Answer::of(scene)?;
    let line = answer.head.lines.iter_mut().find(|line| line.is("Sec-WebSocket-Accept"));
    let line = line.ok_or_else(|| Misfit::new("it needs an answer with `Sec-WebSocket-Accept`"))?;
    let other = ACCEPTS.into_iter().find(|accept| line.value != *accept).unwrap_or_default();
    let name = line.name.clone();
    *line = HeadLine::new(name, other);
    Ok(answer.into_script(scene))
}
