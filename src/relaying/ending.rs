//! What is said when clients and servers have no more to do with us.

use std::process::ExitCode;

use recorder::{Entry, Summary};

use crate::child::exit_code;
use crate::exit::{Exit, Failure, Outcome};
use crate::session::Ended;
use crate::talk;

/// Tells what a person should know of what has passed.
pub(crate) fn tell(ended: &Ended<Summary>, entry: &Entry) {
    let Some(served) = &ended.served else { return };
    if let Entry::Reverse(to) = entry
        && served.left > 0
    {
        let (answers, origin) = (talk::count(served.left, "answer"), to.origin());
        talk::warn(&format!(
            "{answers} may still name {origin}: compressed, partial, with a digest, over 1 MiB, or of HTTP/2"
        ));
    }
    if served.spared > 0 {
        let connections = talk::count(served.spared, "connection");
        talk::note(&format!("{connections} passed unrecorded (--no-intercept)"));
    }
}

/// The exit code. A command's own failure comes first: it may well be what was to be recorded.
pub(crate) fn conclude(ended: &Ended<Summary>, entry: &Entry) -> Outcome<ExitCode> {
    let failed = ended.command.filter(|status| !status.success());
    let unreached =
        ended.served.as_ref().filter(|s| s.unreached > 0 && s.unreached >= s.connections);
    match (failed, unreached) {
        (None, None) => Ok(Exit::Same.into()),
        (Some(status), None) => Ok(exit_code(status)),
        (failed, Some(summary)) => {
            let failure = unreachable(summary, entry);
            let Some(status) = failed else { return Err(failure) };
            talk::error(&failure);
            Ok(exit_code(status))
        }
    }
}

fn unreachable(summary: &Summary, entry: &Entry) -> Failure {
    let tries = talk::count(summary.connections, "connection");
    let cause = summary.first_failure.as_deref().unwrap_or("no reason is known");
    let (what, check) = match entry {
        Entry::Reverse(to) => (format!("{to} could not be reached"), "--to"),
        Entry::Proxy | Entry::Transparent => {
            ("no server could be reached".to_owned(), "what the client asked for")
        }
    };
    Failure::upstream(format!("{what}: {cause} ({tries} tried)"))
        .hint(format!("check that the server runs, and {check}"))
}
