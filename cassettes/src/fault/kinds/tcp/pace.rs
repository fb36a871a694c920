//! Gaps as recorded.

use std::time::Duration;

use crate::fault::{Action, Args, Family, Kind, Param, ParamType, PointUse, Random, Shaper};
use crate::model::Step;

pub(super) const KIND: Kind = Kind {
    name: "pace",
    family: Family::Tcp,
    meaning: "Between what the server sent, it waits as long as in the recording, times the factor, at whatever pace the rest is replayed: `x1` as recorded, `x0.1` ten times as fast.",
    standard: true,
    params: &[Param::place("factor", ParamType::Factor, "how much longer than recorded")],
    point: PointUse::None,
    breaks: false,
    samples: &["x1"],
    action: Action::Shape(make),
};

fn make(args: &Args, _random: Random) -> Box<dyn Shaper> {
    Box::new(Pace { factor: args.factor("factor").unwrap_or(1.0) })
}

/// Longest gap: what is longer is a mistake.
const MAX_GAP: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug)]
struct Pace {
    factor: f64,
}

impl Shaper for Pace {
    fn step(&mut self, step: Step, out: &mut Vec<Step>) {
        let Step::Wait(gap) = step else { return out.push(step) };
        let scaled = Duration::try_from_secs_f64(gap.as_secs_f64() * self.factor);
        out.push(Step::Delay(scaled.unwrap_or(MAX_GAP).min(MAX_GAP)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::playbook::{plain, played_in, scene};

    #[test]
    fn recorded_gaps_pass_at_any_pace() {
        let exchange = plain();
        let mut scene = scene(&exchange);
        scene.script.steps.insert(2, Step::Wait(Duration::from_secs(3)));
        let head = "HTTP/1.1 200 OK~Content-Length: 10~X: y~~";
        assert_eq!(played_in("pace x0.5", scene), format!("{head}<Delay(1.5s)>0123456789"));
    }
}
