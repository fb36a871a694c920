//! A kept-alive connection that is not kept.

use std::time::Duration;

use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Protocol, Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "idle-close",
    family: Family::Tcp,
    meaning: "Sends the whole answer, and FIN so long after it, unless the next request comes before: what a server does to idle connections, and a pool has to notice.",
    standard: true,
    params: &[Param::place("time", ParamType::Time, "how long after the answer")],
    point: PointUse::None,
    breaks: false,
    samples: &["50ms"],
    action: Action::Edit(idle_close),
};

fn idle_close(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let time = args.time("time").unwrap_or_default();
    after_answer(scene, [Step::Delay(time), Step::Close])
}

/// The script with these steps after the answer, while the connection is idle.
pub(super) fn after_answer(scene: &mut Scene<'_>, idle: [Step; 2]) -> Result<Script, Misfit> {
    if scene.exchange.protocol == Protocol::Raw {
        return Err(Misfit::new(
            "on a connection of plain TCP, nothing says when an answer is over",
        ));
    }
    let mut steps = std::mem::take(&mut scene.script.steps);
    let over = steps.iter().position(|step| matches!(step, Step::Stall(Some(_))));
    steps.truncate(over.unwrap_or(steps.len()));
    let ends = |step: &Step| {
        matches!(step, Step::Close | Step::Cut | Step::Reset | Step::Alert(_) | Step::Stall(None))
    };
    if steps.iter().any(ends) {
        return Err(Misfit::new("the connection ends with this answer"));
    }
    steps.push(Step::Stall(Some(Duration::ZERO)));
    steps.extend(idle);
    Ok(Script { steps })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::playbook::{plain, played_in, scene};

    #[test]
    fn it_takes_the_place_of_the_recorded_end_of_an_idle_connection() {
        let exchange = plain();
        let mut idle = scene(&exchange);
        idle.script.steps.extend([Step::Stall(Some(Duration::from_secs(60))), Step::Reset]);
        let played = played_in("idle-close 50ms", idle);
        assert!(played.ends_with("56789<Stall(Some(0ns))><Delay(50ms)><Close>"), "{played}");
        let mut ended = scene(&exchange);
        ended.script.steps.push(Step::Close);
        let told = played_in("idle-close 50ms", ended);
        assert_eq!(told, "no: the connection ends with this answer");
    }
}
