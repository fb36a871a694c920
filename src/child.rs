//! The command after `--`: it inherits the terminal, gets an environment, and leaves nothing behind.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};
use tokio::process::{self, Command};
use tokio::time::{Instant, sleep};

use crate::environment::Environment;
use crate::exit::{Failure, Outcome};

/// How long processes that outlive the command have to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(2);

/// How often they are looked at meanwhile.
const LOOK: Duration = Duration::from_millis(10);

/// A running command.
pub(crate) struct Child {
    inner: process::Child,
    pid: Option<Pid>,
    /// The command and what it starts form a process group of their own. Not so on a terminal: only
    /// the foreground group may read from it, and Ctrl-C reaches that whole group anyway.
    own_group: bool,
}

impl Child {
    /// Starts it, with this added to its environment.
    pub(crate) fn start(command: &[OsString], environment: &Environment) -> Outcome<Self> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(Failure::usage("there is no command after --"));
        };
        let own_group = !io::stdin().is_terminal();
        let mut command = Command::new(program);
        command.args(arguments).kill_on_drop(true);
        environment.apply(&mut command);
        if own_group {
            command.process_group(0);
        }
        let inner = command.spawn().map_err(|error| not_started(program, &error))?;
        let pid = inner.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self { inner, pid, own_group })
    }

    /// Waits for its end, and then ends what it left running in its group.
    pub(crate) async fn end(&mut self) -> io::Result<ExitStatus> {
        let status = self.inner.wait().await?;
        self.clean_up().await;
        Ok(status)
    }

    /// Passes a signal on. One that the terminal sent has reached the command already.
    pub(crate) fn signal(&self, signal: Signal) {
        let from_terminal = signal == Signal::INT && !self.own_group;
        if let Some(pid) = self.pid.filter(|_| !from_terminal) {
            // It may have ended meanwhile; then there is nothing to do.
            let _ = if self.own_group {
                kill_process_group(pid, signal)
            } else {
                kill_process(pid, signal)
            };
        }
    }

    /// Ends whatever the command left in its process group: asks first.
    async fn clean_up(&mut self) {
        let Some(group) = self.pid.filter(|_| self.own_group) else { return };
        let _ = kill_process_group(group, Signal::TERM);
        let deadline = Instant::now() + GRACE;
        while test_kill_process_group(group).is_ok() {
            if Instant::now() > deadline {
                let _ = kill_process_group(group, Signal::KILL);
                break;
            }
            sleep(LOOK).await;
        }
        // From now on the number may be another's.
        self.pid = None;
    }
}

impl Drop for Child {
    /// Left without waiting: everything it started goes with it.
    fn drop(&mut self) {
        if let Some(group) = self.pid.take().filter(|_| self.own_group) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// As shells say it: 128 + the signal's number when one ended the command.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

/// Fails if there is a command, but no such program: known before anything is opened or replaced.
pub(crate) fn check_exists(command: &[OsString]) -> Outcome<()> {
    let Some(program) = command.first() else { return Ok(()) };
    let named = Path::new(program);
    let found = if named.components().count() > 1 {
        named.exists()
    } else {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).any(|directory| directory.join(named).exists())
    };
    if found { Ok(()) } else { Err(not_started(program, &io::ErrorKind::NotFound.into())) }
}

fn not_started(program: &OsString, error: &io::Error) -> Failure {
    let message = format!("cannot run {}: {error}", program.display());
    match error.kind() {
        io::ErrorKind::NotFound => Failure::with_code(127, message)
            .hint("what follows -- is a program and its arguments; for shell syntax: sh -c '…'"),
        _ => Failure::with_code(126, message),
    }
}
