//! Events that come all at once.

use super::events;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "burst",
    family: Family::Events,
    meaning: "Sends the head and all events in one write, without the pauses between them.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Edit(burst),
};

fn burst(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    events(scene)?;
    let joined = scene.sends();
    let is_send = |step: &Step| matches!(step, Step::Send(_));
    let last = scene.script.steps.iter().rposition(is_send);
    let mut joined = Some(joined);
    let mut steps = Vec::new();
    for (index, step) in scene.script.steps.iter().enumerate() {
        match step {
            Step::Send(_) => steps.extend(joined.take().map(Step::Send)),
            Step::Wait(_) | Step::Delay(_) | Step::Flush
                if joined.is_none() && Some(index) < last => {}
            other => steps.push(other.clone()),
        }
    }
    Ok(Script { steps })
}
