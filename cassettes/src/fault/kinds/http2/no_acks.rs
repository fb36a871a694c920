//! A connection whose server gives nothing that it owes.

use super::stream;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "no-acks",
    family: Family::Http2,
    meaning: "From this request on, the connection acknowledges neither PING nor SETTINGS, and opens no window. Answers come as ever. Of a \
              WebSocket over HTTP/2: `no-pong`.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Edit(mute),
};

fn mute(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    stream(scene)?;
    let mut steps = std::mem::take(&mut scene.script.steps);
    steps.insert(0, Step::Mute);
    Ok(Script { steps })
}
