//! A connection that ends without a goodbye.

use super::{close_frame, cut, waits, web_socket};
use crate::fault::{Action, Args, End, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "eof-without-close",
    family: Family::WebSocket,
    meaning: "Sends all messages, and FIN where the close frame would come; over HTTP/2 `END_STREAM`. To a client that is the code 1006.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(end),
};

fn end(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let (content, _) = web_socket(scene)?;
    let place = close_frame(&content).map_or(content.len(), |frame| frame.content.start);
    let (mut steps, rest) = cut(scene, place)?;
    steps.extend(waits(rest));
    let ending = scene.ending(End::Close, false, &steps);
    steps.extend(ending);
    Ok(Script { steps })
}
