//! What was read at once, on its way through.

use bytes::Bytes;
use cassettes::model::{Step, Timestamp};

/// One read, and what becomes of it.
#[derive(Debug)]
pub(super) struct Burst {
    pub(super) now: Timestamp,
    /// What the client gets for it.
    pub(super) steps: Vec<Step>,
    /// What it was to get for what was read before at once, it does not get.
    pub(super) drops: bool,
}

impl Burst {
    /// At this time.
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { now, steps: Vec::new(), drops: false }
    }

    /// What was to be sent is not.
    pub(super) fn drop_sends(&mut self) {
        self.steps.retain(|step| !matches!(step, Step::Send(_)));
        self.drops = true;
    }

    /// Whether what is sent after so many steps agrees to another protocol.
    pub(super) fn switches(&self, before: usize) -> bool {
        let sends = self.steps.iter().skip(before).filter_map(|step| match step {
            Step::Send(bytes) => Some(&bytes[..]),
            _ => None,
        });
        let start: Vec<u8> = sends.flatten().copied().take(b"HTTP/1.1 101".len()).collect();
        start.starts_with(b"HTTP/1.") && (start.ends_with(b" 101") || start.ends_with(b" 200"))
    }

    /// Passes bytes as they are.
    pub(super) fn send(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.steps.push(Step::Send(bytes));
        }
    }
}
