//! The answer comes later.

use std::time::Duration;

use crate::fault::{Action, Args, Family, Kind, Param, ParamType, PointUse, Random, Shaper};
use crate::model::Step;

pub(super) const KIND: Kind = Kind {
    name: "latency",
    family: Family::Tcp,
    meaning: "Waits before the first byte of the answer: for this time, or between it and `to`, drawn evenly.",
    standard: true,
    params: &[
        Param::place("time", ParamType::Time, "how long"),
        Param::keyed("to", ParamType::Time, "at most so long; default: always `time`"),
    ],
    point: PointUse::None,
    breaks: false,
    samples: &["250ms"],
    action: Action::Shape(make),
};

fn make(args: &Args, mut random: Random) -> Box<dyn Shaper> {
    let least = args.time("time").unwrap_or_default();
    let most = args.time("to").unwrap_or(least);
    Box::new(Latency { left: Some(random.time(least, most)) })
}

#[derive(Debug)]
struct Latency {
    /// What is still to be waited.
    left: Option<Duration>,
}

impl Shaper for Latency {
    fn step(&mut self, step: Step, out: &mut Vec<Step>) {
        if matches!(step, Step::Send(_)) {
            out.extend(self.left.take().map(Step::Delay));
        }
        out.push(step);
    }
}
