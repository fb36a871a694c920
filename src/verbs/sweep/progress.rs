//! How far a sweep is: a bar on a terminal, else a line now and then.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use replayer::sweep::{Counts, Outcome};

use super::time;
use crate::talk;

/// How often the bar is drawn: smooth to the eye, nothing to a processor.
const DRAWS_PER_SECOND: u8 = 10;

/// How often a line is said where there is no terminal: often enough for a CI that ends silent jobs.
const LINE_EVERY: Duration = Duration::from_secs(30);

const BAR: &str = "{bar:20} {pos}/{len}, {eta} left{msg}";

/// How far it is, for as long as this lives.
pub(super) struct Progress {
    bar: ProgressBar,
    started: Instant,
    said: Instant,
    counts: Counts,
    total: u64,
}

impl Progress {
    /// Of so many results, of which some are there already.
    pub(super) fn start(total: u64, counts: Counts) -> Self {
        let bar = if talk::is_quiet() {
            ProgressBar::hidden()
        } else {
            let target = ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND);
            ProgressBar::with_draw_target(Some(total), target)
        };
        // The template is a constant; a wrong one would cost the looks of the bar.
        if let Ok(style) = ProgressStyle::with_template(BAR) {
            bar.set_style(style);
        }
        bar.set_position(counts.total());
        bar.reset_eta();
        let now = Instant::now();
        Self { bar, started: now, said: now, counts, total }
    }

    /// One result more.
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.counts.add(outcome);
        if !self.bar.is_hidden() {
            self.bar.set_position(self.counts.total());
            self.bar.set_message(format!(", {}", self.shown()));
        } else if self.said.elapsed() >= LINE_EVERY {
            self.said = Instant::now();
            let (done, took) = (self.counts.total(), time::shown(self.started.elapsed()));
            talk::note(&format!("{done} of {} after {took}: {}", self.total, self.shown()));
        }
    }

    fn shown(&self) -> String {
        let there = |outcome: &Outcome| self.counts.of(*outcome) > 0;
        let told = |outcome: Outcome| format!("{} {outcome}", self.counts.of(outcome));
        let told: Vec<_> = Outcome::ALL.into_iter().filter(there).map(told).collect();
        told.join(", ")
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
