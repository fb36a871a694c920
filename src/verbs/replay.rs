//! `retape replay`: cassettes × client → server bytes, and a verdict.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use cassettes::format::Options;
use cassettes::model::Rewrite;
use clap::{Args, ValueEnum};
use replayer::report::{Verdict, text};
use replayer::verify::Rules;
use replayer::{
    Certificates, Deck, HttpMatch, Limits, NamedReader, Order, Pace, ReplayOptions, Stage,
};
use tokio_util::sync::CancellationToken;

use crate::certificates::LocalCertificates;
use crate::child::{self, exit_code};
use crate::environment::Environment;
use crate::exit::{Exit, Failure, Outcome};
use crate::faults::{FaultArgs, UNUSED_HINT, tell_unused};
use crate::listen::{Bound, ListenAddress, Listening};
use crate::recording::{self, Recording};
use crate::reports::{self, Report};
use crate::rules::RulesArgs;
use crate::session::{self, Ended};
use crate::status::Status;
use crate::store::{self, Existing, Tape};
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape replay api.cassette -- sh -c 'curl $RETAPE_URL/users'
      play the server for one command, and tell whether it asked as recorded

  retape replay api.cassette --listen 127.0.0.1:8080
      play until Ctrl-C; clients connect to http://127.0.0.1:8080

  retape replay web.cassette -- python crawl.py
      recorded by proxy: the command comes by proxy again, and trusts the certificates that it sees

  retape replay users.cassette orders.yaml --report junit=retape.xml -- npm test
      in CI: several cassettes, one test case an exchange

  retape replay api.cassette --fault 'close at body 50% on GET /users/* once' -- npm test
      break the first answer in its middle: does the client ask again?

Without a command, one line goes to standard output once clients can connect:
  retape: listening on http://127.0.0.1:43210";

/// Play recorded servers to a client, byte by byte, and tell how the client differs
///
/// Clients may come straight, by HTTP proxy or SOCKS5, and in TLS, all on one port: whatever host was recorded
/// answers. Needs no network: only recorded answers are given. A request that was not recorded gets status
/// 470 and fails the replay.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReplayArgs {
    /// The cassettes to play, as one
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Where clients connect: host:port (port 0 takes any free one), or `unix:///path`
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: ListenAddress,

    /// How fast answers come: instant, recorded, or xN (N times as fast as recorded)
    #[arg(long, value_name = "PACE", default_value = "instant")]
    pace: Pace,

    /// Once all that fit a request were played, play the last of them again
    #[arg(long, value_enum, value_name = "WHICH")]
    repeat: Option<Repeat>,

    /// Whether requests must come in the recorded order
    #[arg(long, value_enum, default_value_t = OrderArg::Any)]
    order: OrderArg,

    /// Whether an exchange recorded in one version of HTTP may answer a client of another
    #[arg(long, value_enum, default_value_t = HttpArg::Exact)]
    http: HttpArg,

    /// Seconds of silence after which a client that has more to say is given up
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    step_timeout: Duration,

    /// Where the certificate authority is kept, for clients in TLS [default: retape/ca in the user's data directory]
    #[arg(long, value_name = "DIR")]
    ca: Option<PathBuf>,

    /// What a request gets that was not recorded
    #[arg(long, value_enum, default_value_t = OnMiss::Fail)]
    on_miss: OnMiss,

    /// Report as text, json, junit or github; to a file with FORMAT=PATH. May be repeated
    #[arg(long, value_name = "FORMAT[=PATH]")]
    report: Vec<Report>,

    /// Write what this client did, and was sent, as a cassette
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,

    /// Replace the transcript's file if there is one
    #[arg(long, requires = "transcript")]
    overwrite: bool,

    #[command(flatten)]
    rules: RulesArgs,

    #[command(flatten)]
    faults: FaultArgs,

    /// Run this, with `RETAPE_URL` set, and stop when it ends; with the variables for proxy and trust as well, if the
    /// recorded clients came by proxy, or in TLS
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Repeat {
    /// The last one
    Last,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OrderArg {
    /// In any order
    Any,
    /// An exchange is served once all that had ended before it began were asked for
    Recorded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HttpArg {
    /// No: that is a miss
    Exact,
    /// Yes, translated
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnMiss {
    /// Status 470, and the replay fails
    Fail,
}

/// Up to so many exchanges, the line on the terminal counts what became of them: more would take a
/// processor that others need.
const MAX_COUNTED: usize = 1000;

/// What is meant by it.
struct Plan {
    deck: Deck,
    rules: Rules,
    listen: ListenAddress,
    options: ReplayOptions,
    reports: Vec<Report>,
    transcript: Option<(PathBuf, Existing)>,
    certificates: LocalCertificates,
    allow_unused: bool,
    command: Vec<OsString>,
}

impl TryFrom<ReplayArgs> for Plan {
    type Error = Failure;

    fn try_from(args: ReplayArgs) -> Outcome<Self> {
        child::check_exists(&args.command)?;
        if reports::mix(&args.report) {
            return Err(Failure::usage("two reports would mix on standard output")
                .hint("give all but one a file: --report FORMAT=PATH"));
        }
        // The only thing to do with a miss, so far.
        let OnMiss::Fail = args.on_miss;
        let existing = if args.overwrite { Existing::Overwrite } else { Existing::Keep };
        Ok(Self {
            rules: args.rules.load()?,
            deck: load(&args.files)?,
            listen: args.listen,
            options: ReplayOptions {
                pace: args.pace,
                repeat_last: args.repeat == Some(Repeat::Last),
                order: match args.order {
                    OrderArg::Any => Order::Any,
                    OrderArg::Recorded => Order::Recorded,
                },
                http: match args.http {
                    HttpArg::Exact => HttpMatch::Exact,
                    HttpArg::Any => HttpMatch::Any,
                },
                limits: Limits { step: args.step_timeout, ..Limits::default() },
                faults: args.faults.load()?,
                transcript: None,
            },
            certificates: LocalCertificates::find(args.ca.as_deref())?,
            allow_unused: args.faults.allow_unused,
            reports: args.report,
            transcript: args.transcript.map(|path| (path, existing)),
            command: args.command,
        })
    }
}

pub(crate) fn run(args: ReplayArgs) -> Outcome<ExitCode> {
    let plan = Plan::try_from(args)?;
    session::block_on(replay(plan))
}

fn load(files: &[PathBuf]) -> Outcome<Deck> {
    let named = |path: &PathBuf| {
        let name = path
            .file_name()
            .map_or_else(|| path.display().to_string(), |name| name.display().to_string());
        store::open(path).map(|reader| NamedReader { name, reader })
    };
    let readers = files.iter().map(named).collect::<Outcome<Vec<_>>>()?;
    let deck = Deck::load(readers).map_err(|error| Failure::input(error.to_string()))?;
    if deck.is_empty() {
        talk::warn(
            "no exchange is recorded: every request will be extra, but connections that failed fail again",
        );
    }
    if deck.gapped_connections() > 0 {
        talk::warn(&format!(
            "bytes are missing on {}: what breaks off there is played so far, then reset",
            talk::count(deck.gapped_connections(), "recorded connection")
        ));
    }
    Ok(deck)
}

async fn replay(mut plan: Plan) -> Outcome<ExitCode> {
    let bound = plan.listen.bind()?;
    let environment = environment(&plan, bound.url())?;
    let transcript = transcript(&mut plan)?;
    let stage = Arc::new(Stage::new(plan.deck, plan.rules, plan.options));
    let door = Door::of(bound, &stage)?;
    let stop = CancellationToken::new();
    let certificates = Arc::new(plan.certificates) as Arc<dyn Certificates>;
    let serve = door.serve(Arc::clone(&stage), certificates, stop.clone());
    let beside = !plan.command.is_empty();
    let status = Status::start(!beside, {
        let stage = Arc::clone(&stage);
        move || match stage.deck().len() {
            0..=MAX_COUNTED => text::summary(&stage.verdict()),
            more => format!("replaying {more} exchanges"),
        }
    });
    let ended = session::run(&plan.command, &environment, stop, serve).await;
    drop(status);
    if let Some((path, recording)) = transcript {
        recording.finish(&path)?;
    }
    let verdict = stage.verdict();
    let ended = ended?;
    reports::write_all(&plan.reports, beside, &verdict)?;
    let code = conclude(ended, &verdict)?;
    if !plan.allow_unused {
        check_used(&stage)?;
    }
    Ok(code)
}

/// How clients find the server.
enum Door {
    Open(Listening),
    /// They are refused, for ever or for so long.
    Closed(Bound, Option<Duration>),
}

impl Door {
    fn of(bound: Bound, stage: &Stage) -> Outcome<Self> {
        match stage.refuses() {
            Some(refusal) => Ok(Self::Closed(bound, refusal.lasts)),
            None => bound.listen().map(Self::Open),
        }
    }

    async fn serve(
        self,
        stage: Arc<Stage>,
        certificates: Arc<dyn Certificates>,
        stop: CancellationToken,
    ) -> io::Result<()> {
        let listening = match self {
            Self::Open(listening) => listening,
            Self::Closed(bound, lasts) => match stop.run_until_cancelled(closed(lasts)).await {
                None => return Ok(()),
                Some(()) => bound.listen().map_err(|error| io::Error::other(error.to_string()))?,
            },
        };
        let (socket, _file) = listening.into_parts();
        replayer::serve(socket, stage, Some(certificates), stop).await
    }
}

async fn closed(lasts: Option<Duration>) {
    match lasts {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

/// A test that broke nothing has shown nothing.
fn check_used(stage: &Stage) -> Outcome<()> {
    let unused: Vec<_> = stage
        .unused_faults()
        .into_iter()
        .map(|fault| {
            (fault.id, fault.misfit.map(|(number, why)| format!("exchange {number}: {why}")))
        })
        .collect();
    match tell_unused(&unused) {
        Some(text) => Err(Failure::with_code(Exit::Differs as u8, text).hint(UNUSED_HINT)),
        None => Ok(()),
    }
}

/// What the command is started with: as the recorded clients were led, so is it.
fn environment(plan: &Plan, url: &str) -> Outcome<Environment> {
    // No client takes a Unix-domain socket for its proxy.
    let may_lead = !plan.command.is_empty() && !plan.listen.is_unix();
    let by_proxy = may_lead && plan.deck.has_led_clients();
    if !by_proxy && (plan.command.is_empty() || !plan.deck.has_tls_clients()) {
        return Environment::prepare(url, None, None);
    }
    let authority = plan.certificates.authority()?;
    Environment::prepare(url, Some(&authority), by_proxy.then_some(url))
}

/// Opens the file that the transcript goes to, and gives its journal to the replay.
fn transcript(plan: &mut Plan) -> Outcome<Option<(PathBuf, Recording)>> {
    let Some((path, existing)) = plan.transcript.take() else { return Ok(None) };
    let header = recording::header(Rewrite::default());
    let tape = Tape::open(&path, existing, &header, Options::default())?;
    let recording = Recording::start(tape)?;
    plan.options.transcript = Some(recording.journal.clone());
    Ok(Some((path, recording)))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "write a number of seconds above 0".to_owned())
}

/// The exit code. A command's own failure comes first.
fn conclude(ended: Ended<io::Result<()>>, verdict: &Verdict) -> Outcome<ExitCode> {
    if let Some(Err(error)) = ended.served {
        return Err(Failure::output(format!("the replay broke off: {error}")));
    }
    if let Some(status) = ended.command.filter(|status| !ExitStatus::success(status)) {
        return Ok(exit_code(status));
    }
    Ok(if verdict.is_same() { Exit::Same } else { Exit::Differs }.into())
}
