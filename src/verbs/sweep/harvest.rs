//! Results as they come in: kept, counted, and told of.

use std::sync::Arc;

use replayer::sweep::PointResult;
use rustix::process::Signal;

use super::pool::{Pool, Work};
use super::progress::Progress;
use super::state::{Results, State};
use crate::exit::{Failure, Outcome};
use crate::signals::Signals;

/// Most bytes of outputs and timelines kept for the report; of further results, a little. Tens of thousands of findings are not
/// read in full.
const MAX_DETAIL_BYTES: usize = 64 * 1024 * 1024;

/// Results as they come in.
pub(super) struct Harvest {
    state: Option<State>,
    /// In the order in which they came.
    results: Vec<PointResult>,
    progress: Progress,
    /// Bytes of outputs and timelines kept so far.
    detail: usize,
}

impl Harvest {
    pub(super) fn new(state: Option<State>, results: Results, planned: u64) -> Self {
        let progress = Progress::start(planned, results.values().collect());
        let mut harvest = Self { state, results: Vec::new(), progress, detail: 0 };
        for result in results.into_values() {
            harvest.keep(result);
        }
        harvest
    }

    /// All of them, in the plan's order.
    pub(super) fn into_results(mut self) -> Vec<PointResult> {
        self.results.sort_by_key(|result| result.number);
        // Of one that was made again, the later one.
        self.results.dedup_by(|later, earlier| {
            let same = later.number == earlier.number;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        std::mem::take(&mut self.results)
    }

    /// Until all are there, or a signal comes.
    pub(super) async fn gather(
        &mut self,
        work: &Arc<Work>,
        jobs: usize,
        signals: &mut Signals,
    ) -> Outcome<Option<Signal>> {
        let failed = |error| Failure::output(format!("a run could not be made: {error}"));
        let mut pool = Pool::start(work, jobs).map_err(failed)?;
        let mut ended = None;
        let result = loop {
            tokio::select! {
                done = pool.results.recv() => match done {
                    Some(Ok(results)) => if let Err(failure) = self.take(results) { break Err(failure) },
                    Some(Err(error)) => break Err(failed(error)),
                    None => break Ok(()),
                },
                signal = signals.next() => {
                    ended = Some(signal);
                    break Ok(());
                }
            }
        };
        work.stop.cancel();
        pool.end();
        result.map(|()| ended)
    }

    fn take(&mut self, results: Vec<PointResult>) -> Outcome<()> {
        if let Some(state) = &mut self.state {
            state.add(&results).map_err(|error| {
                Failure::output(format!("cannot keep results: {error}"))
                    .hint("what is in the file is sound: free some space, and go on with the same command")
            })?;
        }
        for result in results {
            self.progress.add(result.outcome);
            self.keep(result);
        }
        Ok(())
    }

    fn keep(&mut self, mut result: PointResult) {
        self.detail += lighten(&mut result, self.detail >= MAX_DETAIL_BYTES);
        self.results.push(result);
    }
}

/// How many bytes of details it keeps; if it must, it drops them.
fn lighten(result: &mut PointResult, must: bool) -> usize {
    if must {
        result.timeline.clear();
        for clip in [&mut result.stdout, &mut result.stderr] {
            clip.text.clear();
        }
    }
    let moments: usize = result.timeline.iter().map(|moment| 100 + moment.preview.len()).sum();
    result.stdout.text.len() + result.stderr.text.len() + moments
}
