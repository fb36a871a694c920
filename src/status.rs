//! A line on the terminal that tells how far it is.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::JoinHandle;
use tokio::time::interval;

use crate::talk;

/// How often the line is renewed: smooth to the eye, nothing to a processor.
const RENEWAL: Duration = Duration::from_millis(100);

/// The line, for as long as this lives. Nothing where standard error is not a terminal, under
/// `--quiet`, and beside a command, to whom the terminal belongs.
pub(crate) struct Status {
    bar: ProgressBar,
    renewal: JoinHandle<()>,
}

impl Status {
    /// Shows what `say` says, again and again. Needs a tokio runtime.
    pub(crate) fn start(alone: bool, say: impl Fn() -> String + Send + 'static) -> Self {
        let bar = if alone && !talk::is_quiet() {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        bar.set_style(ProgressStyle::default_spinner());
        let shown = bar.clone();
        let renewal = tokio::spawn(async move {
            let mut renewals = interval(RENEWAL);
            while !shown.is_hidden() {
                renewals.tick().await;
                shown.set_message(say());
                shown.tick();
            }
        });
        Self { bar, renewal }
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.renewal.abort();
        self.bar.finish_and_clear();
    }
}
