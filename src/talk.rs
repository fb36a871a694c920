//! What the command says: results on standard output, talk on standard error.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::{Failure, Outcome};

/// Set once by `--quiet`, before any verb runs.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Leaves only results, warnings and errors.
pub(crate) fn be_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Whether `--quiet` was given.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// One line of talk; silent under `--quiet`.
pub(crate) fn note(line: &str) {
    if !is_quiet() {
        say("retape", line);
    }
}

/// One line that a person should not miss.
pub(crate) fn warn(line: &str) {
    say("retape: warning", line);
}

/// The reason why the command stops.
pub(crate) fn error(failure: &Failure) {
    say("retape: error", &failure.to_string());
}

/// Talk must never stop the work: a closed standard error is not a failure.
fn say(who: &str, line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{who}: {line}");
}

/// Several lines of talk, as they are.
pub(crate) fn aside(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut out = io::BufWriter::new(anstream::stderr().lock());
    let _ = write(&mut out).and_then(|()| out.flush());
}

/// Writes a result for people to standard output: its colours are left out where they are not
/// wanted.
pub(crate) fn result(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome<()> {
    written(write, anstream::stdout().lock())
}

/// Writes a result for programs to standard output, as it is. What takes colours out of a text
/// takes each DEL (0x7F) with them, and a recorded byte may be one.
pub(crate) fn data(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome<()> {
    written(write, io::stdout().lock())
}

/// A reader that left early (`| head`) has what it wanted.
fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>, out: impl Write) -> Outcome<()> {
    let mut out = io::BufWriter::new(out);
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::output(format!("cannot write to standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// `1 exchange`, `2 exchanges`.
pub(crate) fn count(n: impl TryInto<u64>, what: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
