//! One run: a replay with a fault, on a port of its own, for one command in a directory of its own.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use bytes::BytesMut;
use cassettes::fault::FaultSet;
use cassettes::format::{Journal, Reader};
use cassettes::model::{Cassette, Header};
use replayer::sweep::{Names, Observed, Run};
use replayer::verify::Rules;
use replayer::{Certificates, Deck, NamedReader, ReplayOptions, Stage, serve_here};
use tokio::net::{TcpListener, TcpSocket};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::process::{self, Ended};
use super::watched::Watched;
use crate::certificates::LocalCertificates;
use crate::environment::Grounds;
use crate::exit::{Failure, Outcome};
use crate::store::Scratch;

/// How long connections have to end once the command has: its last words are in the socket's buffer by then.
const STOP_GRACE: Duration = Duration::from_millis(200);

/// Clients that connect faster than they are accepted wait here.
const BACKLOG: u32 = 1024;

/// Longer than any run.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Of answers longer than this in all nothing is kept for timelines: each run at once would hold them.
const MAX_TAPED_BYTES: u64 = 16 * 1024 * 1024;

/// Stands for the run's directory in the command's arguments.
const DIRECTORY: &str = "{out}";

/// What is run, and what it is run with.
pub(super) struct Client {
    /// The program, and its arguments.
    pub(super) command: Vec<OsString>,
    pub(super) reader: Reader,
    pub(super) rules: Rules,
    pub(super) certificates: LocalCertificates,
    pub(super) watched: Watched,
}

/// Runs the command, each time with another fault.
pub(super) struct Runner {
    command: Vec<OsString>,
    deck: Arc<Deck>,
    rules: Rules,
    options: ReplayOptions,
    certificates: Arc<dyn Certificates>,
    grounds: Grounds,
    watched: Watched,
    /// What is said is kept for the timeline.
    taped: bool,
    /// For the runs' directories.
    scratch: Scratch,
    /// How many runs there were: the name of the next one's directory.
    runs: AtomicU64,
}

/// What came of a run.
pub(super) struct Ran {
    /// What is judged.
    pub(super) run: Run,
    pub(super) ended: Ended,
    /// What was said.
    tape: Option<Journal>,
}

/// Where the command connects.
enum Door {
    Open(TcpListener),
    /// Nobody listens yet; for how long not: none: not at all.
    Closed(TcpSocket, Option<Duration>),
}

/// The run's directory, while it goes on.
struct Directory(PathBuf);

impl Runner {
    /// Ready to run it.
    pub(super) fn prepare(client: Client) -> Outcome<Self> {
        let Client { command, reader, rules, certificates, watched } = client;
        let said: u64 = reader.entries().map(|entry| entry.to_client).sum();
        let named = NamedReader { name: String::new(), reader };
        let deck = Deck::load(vec![named]).map_err(|error| Failure::input(error.to_string()))?;
        let by_proxy = deck.has_led_clients();
        let trusts = by_proxy || deck.has_tls_clients();
        let authority = trusts.then(|| certificates.authority()).transpose()?;
        Ok(Self {
            command,
            deck: Arc::new(deck),
            rules,
            // A client that starts from the beginning again gets the same answers again.
            options: ReplayOptions { repeat_last: true, ..ReplayOptions::default() },
            certificates: Arc::new(certificates),
            grounds: Grounds::prepare(authority, by_proxy)?,
            watched,
            taped: said <= MAX_TAPED_BYTES,
            scratch: Scratch::unique("retape-sweep")?,
            runs: AtomicU64::new(0),
        })
    }

    /// Runs the command with these faults.
    pub(super) async fn run(&self, faults: FaultSet, deadline: Duration) -> io::Result<Ran> {
        self.run_with(&self.deck, faults, deadline).await
    }

    /// Runs the command with these faults, and other answers.
    pub(super) async fn run_with(
        &self,
        deck: &Arc<Deck>,
        faults: FaultSet,
        deadline: Duration,
    ) -> io::Result<Ran> {
        let directory = self.directory()?;
        let tape = self.taped.then(|| Journal::create(&Header::default()));
        let options = ReplayOptions { transcript: tape.clone(), faults, ..self.options.clone() };
        let stage = Arc::new(Stage::new(Arc::clone(deck), self.rules.clone(), options));
        let (port, door) = open(&stage)?;
        let stop = CancellationToken::new();
        let serving = self.serve(door, &stage, stop.clone());
        let running = async {
            let _stop = stop.clone().drop_guard();
            let command = self.command(&format!("http://127.0.0.1:{port}"), &directory.0);
            process::run(command, deadline).await
        };
        let (ended, served) = tokio::join!(running, serving);
        served?;
        let ended = ended?;
        let names = Names::of(port, &directory.0.display().to_string());
        let Observed { asked, applied } = Observed::of(&stage);
        let run = Run {
            exit: ended.exit,
            contents: self.watched.contents(&ended, &directory.0, &names),
            stderr: ended.stderr.shown(),
            asked,
            applied,
        };
        Ok(Ran { run, ended, tape })
    }

    /// Plays to who comes. Where nobody is to listen, nobody does, for as long as that lasts.
    async fn serve(
        &self,
        door: Door,
        stage: &Arc<Stage>,
        stop: CancellationToken,
    ) -> io::Result<()> {
        let listener = match door {
            Door::Open(listener) => listener,
            Door::Closed(socket, lasts) => {
                let opens = tokio::time::sleep(lasts.unwrap_or(FOR_EVER));
                if stop.run_until_cancelled(opens).await.is_none() {
                    return Ok(());
                }
                socket.listen(BACKLOG)?
            }
        };
        let certificates = Some(Arc::clone(&self.certificates));
        serve_here(listener, Arc::clone(stage), certificates, stop, STOP_GRACE).await
    }

    fn directory(&self) -> io::Result<Directory> {
        let number = self.runs.fetch_add(1, Relaxed);
        // Always of the same length: an output that is cut to a width is cut in the same place.
        let path = self.scratch.path().join(format!("run-{number:010}"));
        fs::create_dir(&path)?;
        Ok(Directory(path))
    }

    fn command(&self, url: &str, directory: &Path) -> Command {
        let mut words = self.command.iter().map(|word| placed(word, directory));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).env("RETAPE_RUN_DIR", directory);
        self.grounds.apply(url, &mut command);
        command
    }
}

impl Ran {
    /// What was said, if that was kept.
    pub(super) fn transcript(&self) -> Option<Cassette> {
        let tape = self.tape.as_ref()?;
        tape.finish();
        let mut pieces = Vec::new();
        tape.take_pending(&mut pieces);
        let file: BytesMut = pieces.iter().flat_map(|piece| piece.iter().copied()).collect();
        Reader::open(file.freeze()).ok()?.to_cassette().ok()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What cannot be removed now goes with all of them.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A port of its own. The command is not started before somebody listens there, unless nobody is to.
fn open(stage: &Stage) -> io::Result<(u16, Door)> {
    let socket = TcpSocket::new_v4()?;
    // A port whose last connections linger in TIME_WAIT is free.
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let port = socket.local_addr()?.port();
    let door = match stage.refuses() {
        Some(refusal) => Door::Closed(socket, refusal.lasts),
        None => Door::Open(socket.listen(BACKLOG)?),
    };
    Ok((port, door))
}

/// The word, with the directory in its place.
fn placed(word: &OsString, directory: &Path) -> OsString {
    match word.to_str().filter(|word| word.contains(DIRECTORY)) {
        Some(word) => word.replace(DIRECTORY, &directory.display().to_string()).into(),
        None => word.clone(),
    }
}
