//! The command under test.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{Client, Origin};

/// The command, run in a directory of its own.
pub(crate) struct Retape {
    directory: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// None if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A run that serves.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: Arc<Mutex<String>>,
    reading: Option<thread::JoinHandle<()>>,
    /// Where it listens.
    pub(crate) url: String,
}

impl Retape {
    pub(crate) fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    /// The command with these arguments. Relative paths are inside its directory.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        self.program(assert_cmd::cargo::cargo_bin!("retape"), args)
    }

    /// Another program, run in the same way.
    fn program<S: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        args: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.directory.path()).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ended {
        Self::end(self.command(args))
    }

    /// Runs a script that runs it.
    pub(crate) fn run_script(&self, script: &str) -> Ended {
        Self::end(self.program("sh", ["-c", script]))
    }

    fn end(mut command: Command) -> Ended {
        let output = command.output().unwrap();
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts a verb that serves, and waits until clients can connect.
    pub(crate) fn serve<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Running {
        Self::start(self.command(args))
    }

    /// Starts a script that ends by executing it.
    pub(crate) fn serve_script(&self, script: &str) -> Running {
        Self::start(self.program("sh", ["-c", script]))
    }

    fn start(mut command: Command) -> Running {
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = Arc::new(Mutex::new(String::new()));
        let errors = BufReader::new(child.stderr.take().unwrap());
        let said = Arc::clone(&stderr);
        let reading = Some(thread::spawn(move || {
            for line in errors.lines() {
                *said.lock().unwrap() += &(line.unwrap() + "\n");
            }
        }));
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("retape: listening on ").map(str::to_owned);
        let mut running = Running { child, stdout, stderr, reading, url: String::new() };
        let Some(url) = url else { panic!("not ready: {line:?} {:?}", running.wait()) };
        running.url = url;
        running
    }
}

impl Running {
    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.url)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// What it has said on standard error so far.
    pub(crate) fn said(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// Asks it to end, as Ctrl-C does.
    pub(crate) fn stop(mut self) -> Ended {
        self.signal(Signal::INT);
        self.wait()
    }

    pub(crate) fn wait(&mut self) -> Ended {
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code();
        self.reading.take().unwrap().join().unwrap();
        Ended { code, stdout, stderr: self.said() }
    }
}

impl Drop for Running {
    /// A failed test leaves nothing behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Records what `client` does with `origin` into `name`.
pub(crate) fn record(retape: &Retape, origin: &Origin, name: &str, client: impl FnOnce(&str)) {
    let running = retape.serve(["record", "--to", &origin.url(), "-o", name]);
    client(&running.url);
    let ended = running.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// Records these paths, each on a connection of its own, from a server that is gone afterwards.
pub(crate) fn record_all(retape: &Retape, name: &str, paths: &[&str]) -> Vec<Vec<u8>> {
    let origin = Origin::echo();
    let mut answers = Vec::new();
    record(retape, &origin, name, |url| {
        answers.extend(paths.iter().map(|path| Client::connect(url).get(path)));
    });
    answers
}

/// Replays `name` to what `client` does.
pub(crate) fn replay_of(retape: &Retape, args: &[&str], client: impl FnOnce(&str)) -> Ended {
    let running = retape.serve([&["replay"], args].concat());
    client(&running.url);
    running.stop()
}

/// The content of a file as text.
pub(crate) fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
