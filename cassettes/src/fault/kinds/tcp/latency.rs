//! The answer comes later.

use std::time::Duration;

use crate::fault::{Action, Args, Family, Kind, Param, ParamType, PointUse, Random, Shaper};
use crate::model::Step;

pub(super) const KIND: Kind = Kind {
    name: "latency",
    family: Family::Tcp,
    meaning: "Waits before the first byte of the answer, and in a dialogue each time that the server speaks after it has waited for the client: for `time`; or evenly drawn between it and `to`; or with `lognormal` drawn around it as the median, so that two thirds lie within that factor of it, and none beyond `to` (default: 100 times).",
    standard: true,
    params: &[
        Param::place("time", ParamType::Time, "how long"),
        Param::keyed("to", ParamType::Time, "at most so long"),
        Param::keyed("lognormal", ParamType::Factor, "the geometric standard deviation"),
    ],
    point: PointUse::None,
    breaks: false,
    samples: &["250ms"],
    action: Action::Shape(make),
};

/// How much longer than the median a wait may be, unless `to` says how long.
const MAX_TIMES: u32 = 100;

fn make(args: &Args, random: Random) -> Box<dyn Shaper> {
    let time = args.time("time").unwrap_or_default();
    let spread = args.factor("lognormal");
    let usual = if spread.is_some() { time.saturating_mul(MAX_TIMES) } else { time };
    Box::new(Latency { time, most: args.time("to").unwrap_or(usual), spread, random, due: true })
}

#[derive(Debug)]
struct Latency {
    time: Duration,
    most: Duration,
    /// The geometric standard deviation, if it is drawn so.
    spread: Option<f64>,
    random: Random,
    /// The server has not spoken since it last waited for the client.
    due: bool,
}

impl Latency {
    fn draw(&mut self) -> Duration {
        let Some(spread) = self.spread else { return self.random.time(self.time, self.most) };
        let times = (spread.ln() * self.random.normal()).exp();
        let drawn = Duration::try_from_secs_f64(self.time.as_secs_f64() * times);
        drawn.unwrap_or(self.most).min(self.most)
    }
}

impl Shaper for Latency {
    fn step(&mut self, step: Step, out: &mut Vec<Step>) {
        match step {
            Step::Receive(_) => self.due = true,
            Step::Send(_) if std::mem::take(&mut self.due) => out.push(Step::Delay(self.draw())),
            _ => {}
        }
        out.push(step);
    }
}

#[cfg(test)]
mod tests {
    use super::super::garbage::tests::seeded;
    use super::*;
    use crate::fault::playbook::{GET, exchange, plain, played, scene};
    use crate::model::Until;

    fn waits(fault: &str) -> Vec<Duration> {
        let answer: Vec<_> = (0..200).map(|number| format!("{number}")).collect();
        let exchange = exchange(GET, &answer);
        let mut turns = scene(&exchange);
        // Each thing that is said answers something that is heard.
        let steps = turns.script.steps.into_iter();
        let turn = |step| [Step::Receive(Until::RequestEnd), step];
        turns.script.steps = steps.flat_map(turn).collect();
        let shaped = seeded(fault, turns);
        let waits = shaped.steps.iter().filter_map(|step| match step {
            Step::Delay(time) => Some(*time),
            _ => None,
        });
        waits.collect()
    }

    #[test]
    fn an_answer_waits_once_and_a_dialogue_each_turn() {
        let head = "HTTP/1.1 200 OK~Content-Length: 10~X: y~~";
        let played = played("latency 250ms", &plain());
        assert_eq!(played, format!("<Delay(250ms)>{head}0123456789"));
        assert_eq!(waits("latency 2s"), [Duration::from_secs(2); 200]);
    }

    #[test]
    fn what_is_drawn_is_within_its_bounds_and_the_same_for_a_seed() {
        let even = waits("latency 10ms to 90ms seed=3");
        assert!(even.iter().all(|wait| (10..=90).contains(&wait.as_millis())), "{even:?}");
        assert!(even.iter().any(|wait| wait.as_millis() < 20), "{even:?}");
        assert_eq!(even, waits("latency 10ms to 90ms seed=3"));
        assert_ne!(even, waits("latency 10ms to 90ms seed=4"));
        let around = waits("latency 100ms to 300ms lognormal x1.5");
        assert!(around.iter().all(|wait| wait.as_millis() <= 300), "{around:?}");
        let near = around.iter().filter(|wait| (66..=150).contains(&wait.as_millis())).count();
        assert!((110..=160).contains(&near), "{near} of 200 within the factor");
    }
}
