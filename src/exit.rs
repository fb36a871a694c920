//! How the command ends: its exit codes, and failures that say the cause and the remedy.

use std::fmt;
use std::process::ExitCode;

/// Every code that retape itself exits with; documented in `--help` and in the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done; the client did the same.
    Same = 0,
    /// The client differs from the recording.
    Differs = 1,
    /// The command cannot start as asked.
    Usage = 2,
    /// A cassette, capture or rules file cannot be read.
    Input = 3,
    /// The server to record could not be reached at all.
    Upstream = 4,
    /// What should be written could not be.
    Output = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What `--help` says about exit codes.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done; for replay and diff: everything is the same
  1  the client differs from the recording (verify: the cassette has a problem; import --strict:
     something of the capture is missing or not understood; sweep: a client was fooled, hung or
     crashed, or whatever else --fail-on names; replay and proxy: a fault hit nothing)
  2  usage: a bad argument, a file that exists already, a port in use
  3  a cassette, capture or rules file cannot be read
  4  the server to record could not be reached
  5  a file or standard output cannot be written
After `-- COMMAND`, a failing command's own code is passed on: 128 + the signal's number if a
signal ended it, 127 if it was not found, 126 if it could not be run. A sweep that is stopped by a
signal reports what it has, and exits with 128 + the signal's number: 130 after Ctrl-C.";

/// Why a verb stopped: what went wrong, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The code to exit with: one of [`Exit`], or one that stands for the command's.
    code: u8,
    /// Lower-case, without a full stop.
    message: String,
    /// The remedy.
    hint: Option<String>,
}

/// What a verb gives back.
pub(crate) type Outcome<T = Exit> = Result<T, Failure>;

impl Failure {
    /// The command cannot start as asked.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::with_code(Exit::Usage as u8, message)
    }

    /// A file to read is not what it should be.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::with_code(Exit::Input as u8, message)
    }

    /// The server cannot be reached.
    pub(crate) fn upstream(message: impl Into<String>) -> Self {
        Self::with_code(Exit::Upstream as u8, message)
    }

    /// A file or stream to write cannot be written.
    pub(crate) fn output(message: impl Into<String>) -> Self {
        Self::with_code(Exit::Output as u8, message)
    }

    /// A failure with a code of its own.
    pub(crate) fn with_code(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    /// The code to exit with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }

    /// Adds the remedy.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(out, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}
