//! One run of the command: started, listened to, and ended whole, whatever becomes of it.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use replayer::sweep::{Exit, Written};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

/// How long the command, or what it left running, has to end after SIGTERM.
const GRACE: Duration = Duration::from_millis(300);

/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(5);

/// How long its outputs are read on once its group is gone: for those who left the group, and hold them open.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// Read at once of an output.
const READ_BYTES: usize = 16 * 1024;

/// How a run of the command went.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) exit: Exit,
    pub(super) duration: Duration,
    pub(super) stdout: Written,
    pub(super) stderr: Written,
}

/// A command, and all that it has started: a process group of their own, which ends with this.
struct Group {
    leader: Child,
    /// None: it is gone.
    id: Option<Pid>,
}

/// Runs a command to its end, or its deadline's. It reads nothing, and its outputs are kept.
pub(super) async fn run(mut command: Command, deadline: Duration) -> io::Result<Ended> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let started = Instant::now();
    let mut group = Group::start(&mut command)?;
    let (out, err) = (group.leader.stdout.take(), group.leader.stderr.take());
    let (mut stdout, mut stderr) = (Written::default(), Written::default());
    let (exit, duration) = {
        let mut reading =
            pin!(async { tokio::join!(read(out, &mut stdout), read(err, &mut stderr)) });
        let ended = async {
            let status = timeout(deadline, group.leader.wait()).await;
            let duration = started.elapsed();
            group.end().await;
            (status, duration)
        };
        let mut done = false;
        let (status, duration) = {
            let mut ended = pin!(ended);
            loop {
                tokio::select! {
                    ended = &mut ended => break ended,
                    _ = &mut reading, if !done => done = true,
                }
            }
        };
        if !done {
            drop(timeout(LAST_WORDS, reading).await);
        }
        (status.map_or(Ok(Exit::Deadline), |status| status.map(exit_of))?, duration)
    };
    Ok(Ended { exit, duration, stdout, stderr })
}

/// The program of this name that would be run, found once for all runs.
pub(super) fn locate(program: &OsString) -> OsString {
    let named = std::path::Path::new(program);
    if named.components().count() > 1 {
        return program.clone();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|directory| directory.join(named));
    found.into_iter().find(|path| path.is_file()).map_or_else(|| program.clone(), Into::into)
}

async fn read(output: Option<impl AsyncRead + Unpin>, written: &mut Written) {
    let Some(mut output) = output else { return };
    let mut buffer = Vec::with_capacity(READ_BYTES);
    // A pipe does not fail.
    while output.read_buf(&mut buffer).await.is_ok_and(|read| read > 0) {
        written.push(&buffer);
        buffer.clear();
    }
}

fn exit_of(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, signal) => Exit::Signal(signal.unwrap_or_default()),
    }
}

impl Group {
    fn start(command: &mut Command) -> io::Result<Self> {
        let leader = command.spawn()?;
        let id = leader.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self { leader, id })
    }

    /// Ends all of it: asks first.
    async fn end(&mut self) {
        let Some(id) = self.id else { return };
        if kill_process_group(id, Signal::TERM).is_ok() {
            self.end_by(id, Instant::now() + GRACE).await;
        }
        // From now on the number may be another's.
        self.id = None;
    }

    async fn end_by(&mut self, id: Pid, deadline: Instant) {
        loop {
            // Who has ended is in its group until it is waited for.
            let _ = self.leader.try_wait();
            if test_kill_process_group(id).is_err() {
                return;
            }
            if Instant::now() > deadline {
                let _ = kill_process_group(id, Signal::KILL);
                let _ = self.leader.wait().await;
                return;
            }
            sleep(LOOK).await;
        }
    }
}

impl Drop for Group {
    /// Left without waiting: everything it started goes with it.
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            let _ = kill_process_group(id, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_script(script: &str, deadline: Duration) -> Ended {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        runtime.block_on(run(command, deadline)).unwrap()
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn outputs_and_the_way_it_ended_are_told() {
        let ended = run_script("echo out; echo err >&2; exit 3", LONG);
        assert_eq!(ended.exit, Exit::Code(3));
        assert_eq!(ended.stdout.shown(), b"out\n");
        assert_eq!(ended.stderr.shown(), b"err\n");
        assert_eq!(run_script("kill -11 $$", LONG).exit, Exit::Signal(11));
    }

    #[test]
    fn at_its_deadline_it_ends_with_all_that_it_started_and_what_it_wrote_is_kept() {
        let script = "trap '' TERM; echo said; (trap '' TERM; sleep 600) & sleep 600";
        let started = std::time::Instant::now();
        let ended = run_script(script, Duration::from_millis(400));
        assert_eq!(ended.exit, Exit::Deadline);
        assert_eq!(ended.stdout.shown(), b"said\n");
        assert!(ended.duration >= Duration::from_millis(400));
        assert!(started.elapsed() < LONG);
    }

    #[test]
    fn what_it_leaves_running_ends_with_it() {
        let ended = run_script("sleep 600 & echo $!", LONG);
        let pid = String::from_utf8(ended.stdout.shown()).unwrap();
        let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        let ended_too = || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        };
        let deadline = std::time::Instant::now() + LONG;
        while !ended_too() {
            assert!(std::time::Instant::now() < deadline, "{pid} is still there");
            std::thread::yield_now();
        }
        assert_eq!(ended.exit, Exit::Code(0));
    }

    #[test]
    fn a_program_is_found_where_a_shell_would_find_it() {
        assert!(locate(&"sh".into()).display().to_string().ends_with("/sh"));
        assert_eq!(locate(&"./sh".into()), "./sh");
        assert_eq!(locate(&"no-such-program".into()), "no-such-program");
    }
}
