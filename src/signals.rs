//! Ctrl-C, SIGTERM and SIGHUP, as events.

use rustix::process::Signal;
use tokio::signal::unix::{self, SignalKind};

use crate::exit::{Failure, Outcome};

/// From its making on, these signals no longer end the process: whoever holds this decides.
pub(crate) struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
    seen: u32,
    /// Never waited for: listening alone makes a write beyond the file size limit an error like any
    /// other, instead of a deadly signal.
    _file_size: unix::Signal,
}

impl Signals {
    /// Starts listening. Needs a tokio runtime.
    pub(crate) fn listen() -> Outcome<Self> {
        let listen = |kind| {
            unix::signal(kind)
                .map_err(|error| Failure::usage(format!("cannot listen to signals: {error}")))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
            seen: 0,
            _file_size: listen(SignalKind::from_raw(Signal::XFSZ.as_raw()))?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> Signal {
        let signal = tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.hang_up.recv() => Signal::HUP,
        };
        self.seen += 1;
        signal
    }

    /// Waits until two have come in all: the user has lost patience.
    pub(crate) async fn second(&mut self) {
        while self.seen < 2 {
            self.next().await;
        }
    }
}
