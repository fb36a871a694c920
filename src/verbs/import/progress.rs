//! A bar that tells how far an import is.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use recorder::import::ImportSummary;

use crate::talk;

/// How often the bar is drawn: smooth to the eye, nothing to a processor.
const DRAWS_PER_SECOND: u8 = 10;

const KNOWN: &str = "{bar:30} {percent}% of {total_bytes}, {binary_bytes_per_sec}, {eta} left{msg}";
const UNKNOWN: &str = "{spinner} {bytes}, {binary_bytes_per_sec}{msg}";

/// The bar, for as long as this lives. Nothing where standard error is not a terminal, and under `--quiet`.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Of so many bytes, if that is known.
    pub(super) fn start(length: Option<u64>) -> Self {
        let bar = if talk::is_quiet() {
            ProgressBar::hidden()
        } else {
            let target = ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND);
            ProgressBar::with_draw_target(length, target)
        };
        let template = if length.is_some() { KNOWN } else { UNKNOWN };
        // The templates are constants; a wrong one would cost the looks of the bar.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(1000 / u64::from(DRAWS_PER_SECOND)));
        Self { bar }
    }

    /// So far.
    pub(super) fn tell(&self, bytes: u64, summary: &ImportSummary) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position(bytes);
        let (packets, exchanges) = (summary.packets, summary.exchanges);
        self.bar.set_message(format!(", {packets} packets, {exchanges} exchanges"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
