//! The thread that carries recorded bytes from the journal to the file.

use std::io::{self, IoSlice, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use cassettes::format::Journal;
use tokio_util::sync::CancellationToken;

use crate::outbox::Outbox;

/// Recorded bytes reach the sink at the latest this long after they were recorded.
pub const FLUSH_INTERVAL: Duration = Duration::from_millis(100);

/// Starts the thread that writes what `journal` holds into `sink`.
///
/// The first error is kept; from then on recorded bytes are thrown away, so that traffic goes on.
/// [`Writer::failed`] tells of it at once, [`Writer::finish`] at the end.
pub fn spawn_writer(journal: Journal, sink: impl Write + Send + 'static) -> io::Result<Writer> {
    let state = Arc::new(State::default());
    let pump = Pump { journal: journal.clone(), sink, state: state.clone(), written: 0 };
    let thread = thread::Builder::new().name("cassette-writer".into()).spawn(|| pump.run())?;
    Ok(Writer { journal, state, thread: Some(thread) })
}

/// A handle on the writing thread. Dropping it without [`finish`](Self::finish) writes what is
/// there and leaves the journal without its index, as a kill would; readers recover it by a scan.
#[derive(Debug)]
pub struct Writer {
    journal: Journal,
    state: Arc<State>,
    /// There until finished.
    thread: Option<JoinHandle<u64>>,
}

impl Writer {
    /// Why writing failed, if it did.
    pub fn error(&self) -> Option<&io::Error> {
        self.state.error.get()
    }

    /// Waits until writing fails; for ever if it does not.
    pub async fn failed(&self) {
        self.state.failed.cancelled().await;
    }

    /// Finishes the journal, writes the rest and ends the thread. Blocks while it writes.
    /// Returns how many bytes were written, or the first error there was.
    pub fn finish(mut self) -> io::Result<u64> {
        self.journal.finish();
        let written = self.stop();
        match self.state.error.get() {
            None => Ok(written),
            Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
        }
    }

    fn stop(&mut self) -> u64 {
        self.state.stopped.store(true, Ordering::Release);
        let Some(thread) = self.thread.take() else { return 0 };
        let handle: &Thread = thread.thread();
        handle.unpark();
        // A panic in the sink is that thread's to report.
        thread.join().unwrap_or_default()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

#[derive(Debug, Default)]
struct State {
    stopped: AtomicBool,
    error: OnceLock<io::Error>,
    failed: CancellationToken,
}

/// How long the thread sleeps when it finds little to do, and more than that much.
const IDLE: Duration = Duration::from_millis(10);
const BUSY: Duration = Duration::from_millis(1);

/// From here on bytes are written at once, not when the interval is over.
const MUCH: u64 = 1024 * 1024;

struct Pump<W> {
    journal: Journal,
    sink: W,
    state: Arc<State>,
    written: u64,
}

impl<W: Write> Pump<W> {
    fn run(mut self) -> u64 {
        let mut flushed = Instant::now();
        loop {
            // Read before the journal is emptied: what was recorded before the stop is written.
            let stopped = self.state.stopped.load(Ordering::Acquire);
            let pending = self.journal.pending_bytes();
            let much = pending >= MUCH;
            if stopped || much || (pending > 0 && flushed.elapsed() + IDLE >= FLUSH_INTERVAL) {
                self.empty();
                flushed = Instant::now();
            }
            if stopped {
                return self.written;
            }
            thread::park_timeout(if much { BUSY } else { IDLE });
        }
    }

    fn empty(&mut self) {
        let mut pending = Vec::new();
        self.journal.take_pending(&mut pending);
        if self.state.error.get().is_some() {
            return;
        }
        if let Err(error) = self.write(pending) {
            // Set once: nothing is written after the first.
            drop(self.state.error.set(error));
            self.state.failed.cancel();
        }
    }

    fn write(&mut self, pending: Vec<Bytes>) -> io::Result<()> {
        let mut outbox = Outbox::default();
        outbox.extend(pending);
        while outbox.has_remaining() {
            let count = self.write_some(&outbox)?;
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.written += count as u64;
            outbox.advance(count);
        }
        self.sink.flush()
    }

    fn write_some(&mut self, outbox: &Outbox) -> io::Result<usize> {
        let mut slots = [IoSlice::new(&[]); SLICES];
        let filled = outbox.chunks_vectored(&mut slots);
        loop {
            match self.sink.write_vectored(slots.get(..filled).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

/// Pieces handed to one system call. More bring nothing: at this many, its fixed cost is a small part.
const SLICES: usize = 64;
