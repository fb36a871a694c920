//! Runs side by side: a thread each, with a runtime of its own.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use replayer::sweep::{Plan, PointResult, Unit};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::judge::Judge;

/// What is to be done, and by when.
pub(super) struct Work {
    pub(super) judge: Judge,
    pub(super) plan: Plan,
    /// Numbers of results that are there already.
    pub(super) done: HashSet<u64>,
    /// No run is begun after that.
    pub(super) until: Option<Instant>,
    /// Every run ends at once.
    pub(super) stop: CancellationToken,
    /// The next unit.
    pub(super) next: AtomicU64,
}

/// Threads at work.
pub(super) struct Pool {
    /// The results of one unit each; an error ends the thread that it comes from.
    pub(super) results: UnboundedReceiver<io::Result<Vec<PointResult>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts so many.
    pub(super) fn start(work: &Arc<Work>, count: usize) -> io::Result<Self> {
        let (sender, results) = unbounded_channel();
        let mut threads = Vec::with_capacity(count);
        for number in 0..count {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            let (work, sender) = (Arc::clone(work), sender.clone());
            let thread = thread::Builder::new().name(format!("sweep-{number}"));
            threads.push(thread.spawn(move || runtime.block_on(toil(&work, &sender)))?);
        }
        Ok(Self { results, threads })
    }

    /// Waits until all have ended: with them, every command.
    pub(super) fn end(self) {
        drop(self.results);
        for thread in self.threads {
            // One that panicked has ended its command, too.
            drop(thread.join());
        }
    }
}

async fn toil(work: &Work, results: &UnboundedSender<io::Result<Vec<PointResult>>>) {
    while let Some(unit) = work.take() {
        let done = tokio::select! {
            biased;
            () = work.stop.cancelled() => return,
            done = work.judge.unit(&unit) => done,
        };
        let failed = done.is_err();
        if results.send(done).is_err() || failed {
            return;
        }
    }
}

impl Work {
    /// The next unit that is not done.
    fn take(&self) -> Option<Unit> {
        loop {
            if self.until.is_some_and(|until| Instant::now() >= until) {
                return None;
            }
            let unit = self.plan.get(self.next.fetch_add(1, Relaxed))?;
            if !self.is_done(&unit) {
                return Some(unit);
            }
        }
    }

    fn is_done(&self, unit: &Unit) -> bool {
        let last = unit.number + u64::from(unit.once_too);
        (unit.number..=last).all(|number| self.done.contains(&number))
    }
}
