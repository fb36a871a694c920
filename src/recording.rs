//! A recording on its way into its file.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use cassettes::format::Journal;
use cassettes::model::{Header, Rewrite};
use recorder::{Clock, Listener, RecordPlan, Summary, Writer};
use tokio_util::sync::CancellationToken;

use crate::environment::Environment;
use crate::exit::{Failure, Outcome};
use crate::printable::size;
use crate::session::{self, Ended};
use crate::status::Status;
use crate::store::{Finish, Tape};
use crate::talk;

/// What the header of a cassette says wrote it.
pub(crate) const WRITER: &str = concat!("retape ", env!("CARGO_PKG_VERSION"));

/// How often one that waits for the writer looks whether it has caught up.
const PAUSE: Duration = Duration::from_millis(1);

/// The header of a cassette that is recorded now.
pub(crate) fn header(rewrite: Rewrite) -> Header {
    Header { created_unix_nanos: recorder::unix_nanos(), writer: WRITER.to_owned(), rewrite }
}

/// A journal, and the thread that carries it into the file.
pub(crate) struct Recording {
    /// To record with.
    pub(crate) journal: Journal,
    writer: Writer,
    finish: Finish,
}

impl Recording {
    /// Starts the writing thread.
    pub(crate) fn start(tape: Tape) -> Outcome<Self> {
        let (journal, file, finish) = tape.into_parts();
        let writer = recorder::spawn_writer(journal.clone(), file)
            .map_err(|error| Failure::output(format!("cannot start the writer: {error}")))?;
        Ok(Self { journal, writer, finish })
    }

    /// Records until the session ends. A full disk is told of at once, and does not stop the traffic.
    pub(crate) async fn serve(
        &self,
        listener: Listener,
        plan: RecordPlan,
        command: &[OsString],
        environment: &Environment,
    ) -> Outcome<Ended<Summary>> {
        let stop = CancellationToken::new();
        let done = if plan.faults.is_some() { "passed" } else { "recorded" };
        let serve =
            recorder::record(listener, plan, self.journal.clone(), Clock::start(), stop.clone());
        let _status = Status::start(command.is_empty(), {
            let journal = self.journal.clone();
            move || format!("{done} {}", progress(&journal))
        });
        self.watched(session::run(command, environment, stop, serve)).await
    }

    /// Does something that records, and tells of a writing failure when it happens.
    pub(crate) async fn watched<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = self.writer.failed() => {}
        }
        let cause = self.writer.error().map(ToString::to_string).unwrap_or_default();
        talk::warn(&format!("recording stopped, traffic goes on: cannot write: {cause}"));
        work.await
    }

    /// Waits until the writer is not far behind. Fails once it cannot write.
    pub(crate) fn keep_up(&self, path: &Path) -> Outcome<()> {
        loop {
            if let Some(error) = self.writer.error() {
                return Err(Failure::output(format!("cannot write {}: {error}", path.display())));
            }
            if self.journal.pending_bytes() <= recorder::MAX_PENDING_BYTES {
                return Ok(());
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Writes the rest, and completes the file.
    pub(crate) fn finish(self, path: &Path) -> Outcome<()> {
        let name = path.display();
        self.writer.finish().map_err(|error| {
            Failure::output(format!("cannot write {name}: {error}"))
                .hint("what was written before is readable; make room, or choose another disk")
        })?;
        self.finish.run()
    }
}

/// Says what was recorded.
pub(crate) fn sum_up(journal: &Journal, path: &Path) {
    let name = path.display();
    let incomplete = journal.counts().incomplete;
    talk::note(&format!("recorded {} into {name}", progress(journal)));
    if incomplete > 0 {
        talk::note(&format!("{} came to no proper end", talk::count(incomplete, "exchange")));
    }
}

/// How much has been recorded.
pub(crate) fn progress(journal: &Journal) -> String {
    let counts = journal.counts();
    let exchanges = talk::count(counts.exchanges, "exchange");
    let connections = talk::count(counts.connections, "connection");
    let (sent, got) = (size(counts.to_server), size(counts.to_client));
    format!("{exchanges} on {connections} ({sent} sent, {got} received)")
}
