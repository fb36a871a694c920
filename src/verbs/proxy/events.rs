//! Events as lines of JSON.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use recorder::{FaultEvent, FaultTally, Outcome as Done};
use serde_json::{Value, json};

use crate::exit::{Failure, Outcome};

/// Where they go, if anywhere.
pub(super) struct Events {
    out: Option<Mutex<Out>>,
}

struct Out {
    file: File,
    /// Told at the end: what passes must not wait for a full disk.
    failed: Option<io::Error>,
}

impl Events {
    /// A file to write them to; one that is there is replaced.
    pub(super) fn open(path: Option<&Path>) -> Outcome<Self> {
        let Some(path) = path else { return Ok(Self { out: None }) };
        let file = File::create(path).map_err(|error| {
            Failure::output(format!("cannot write {}: {error}", path.display()))
        })?;
        Ok(Self { out: Some(Mutex::new(Out { file, failed: None })) })
    }

    /// One of them.
    pub(super) fn write(&self, event: &FaultEvent) {
        let FaultEvent { fault, breaks, connection, exchange, request, attempt, outcome } = event;
        let (applied, after, why) = match outcome {
            Done::Applied { after } => (true, *after, None),
            Done::Passed { why } => (false, None, Some(why)),
        };
        self.line(&json!({
            "event": "fault", "fault": fault, "breaks": breaks, "connection": connection, "exchange": exchange, "request": request,
            "attempt": attempt, "applied": applied, "after_bytes": after, "why": why,
        }));
    }

    /// The last line: what came of each fault.
    pub(super) fn end(&self, tallies: &[FaultTally]) -> Outcome<()> {
        let tally = |tally: &FaultTally| {
            let FaultTally { fault, applied, passed, why } = tally;
            json!({ "fault": fault, "applied": applied, "passed": passed, "why": why })
        };
        let all: Vec<Value> = tallies.iter().map(tally).collect();
        self.line(&json!({ "event": "end", "faults": all }));
        match self.out.as_ref().and_then(|out| lock(out).failed.take()) {
            Some(error) => Err(Failure::output(format!("cannot write events: {error}"))),
            None => Ok(()),
        }
    }

    fn line(&self, value: &Value) {
        let Some(out) = &self.out else { return };
        let mut out = lock(out);
        if let Err(error) = writeln!(out.file, "{value}") {
            out.failed.get_or_insert(error);
        }
    }
}

fn lock(out: &Mutex<Out>) -> std::sync::MutexGuard<'_, Out> {
    out.lock().unwrap_or_else(PoisonError::into_inner)
}
