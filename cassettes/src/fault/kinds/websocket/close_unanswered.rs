//! A goodbye that nobody answers.

use super::{close_frame, cut, web_socket};
use crate::fault::{Action, Args, End, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "close-unanswered",
    family: Family::WebSocket,
    meaning: "Sends all before the server's close frame, then nothing: the client's close frame is not answered, and the socket stays open.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(stay),
};

fn stay(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let (content, _) = web_socket(scene)?;
    let place = close_frame(&content).map_or(content.len(), |frame| frame.content.start);
    let (mut steps, _) = cut(scene, place)?;
    steps.push(Step::Mute);
    let ending = scene.ending(End::Stall, false, &steps);
    steps.extend(ending);
    Ok(Script { steps })
}
