//! When, and in which pieces, the bytes of one answer go out.

use std::time::Duration;

use cassettes::fault::Shaper;
use cassettes::model::{Step, Until};

use super::voice::Voice;

/// All that shapes it, in order: each finds what the one before made.
#[derive(Debug, Default)]
pub(super) struct Shapers {
    all: Vec<Box<dyn Shaper>>,
}

impl Shapers {
    pub(super) fn add(&mut self, shaper: Box<dyn Shaper>) {
        self.all.push(shaper);
    }

    /// The next step; what is to be done instead goes to `out`.
    pub(super) fn step(&mut self, voice: Voice, step: Step, out: &mut Vec<Step>) {
        through(&mut self.all, voice, step, out);
    }

    /// The server has let this time pass. What is made longer of it has that much behind it.
    pub(super) fn pass_time(&mut self, voice: Voice, gap: Duration, out: &mut Vec<Step>) {
        if gap.is_zero() || self.all.is_empty() {
            return;
        }
        let mut shaped = Vec::new();
        through(&mut self.all, voice, Step::Wait(gap), &mut shaped);
        out.extend(shaped.into_iter().filter_map(|step| match step {
            Step::Wait(_) => None,
            Step::Delay(time) => Some(Step::Delay(time.saturating_sub(gap))),
            step => Some(step),
        }));
    }

    /// The server has waited for the client.
    pub(super) fn turn(&mut self, voice: Voice, out: &mut Vec<Step>) {
        let mut shaped = Vec::new();
        through(&mut self.all, voice, Step::Receive(Until::RequestEnd), &mut shaped);
        out.extend(shaped.into_iter().filter(|step| !matches!(step, Step::Receive(_))));
    }

    /// No step follows.
    pub(super) fn end(&mut self, voice: Voice, out: &mut Vec<Step>) {
        let mut later = &mut self.all[..];
        while let Some((shaper, rest)) = later.split_first_mut() {
            let mut last = Vec::new();
            shaper.end(&mut last);
            for step in last {
                through(rest, voice, step, out);
            }
            later = rest;
        }
    }
}

impl FromIterator<Box<dyn Shaper>> for Shapers {
    fn from_iter<T: IntoIterator<Item = Box<dyn Shaper>>>(all: T) -> Self {
        Self { all: all.into_iter().collect() }
    }
}

fn through(shapers: &mut [Box<dyn Shaper>], voice: Voice, step: Step, out: &mut Vec<Step>) {
    let mut steps = vec![step];
    for shaper in shapers {
        let mut shaped = Vec::new();
        for step in steps {
            shaper.step(step, &mut shaped);
        }
        steps = voice.whole(shaped);
    }
    out.extend(steps);
}
