//! `retape record`: traffic → cassette.

mod credentials;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use cassettes::format::Options;
use clap::Args;
use recorder::{RecordPlan, Upstream};

use crate::child::{self, exit_code};
use crate::environment::Environment;
use crate::exit::{Exit, Failure, Outcome};
use crate::listen::{self, ListenAddress};
use crate::recording::{self, Recording};
use crate::session::{self, Ended};
use crate::store::{Existing, Tape};
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape record --to http://localhost:3000 -o api.cassette -- sh -c 'curl $RETAPE_URL/users'
      record what one command does; it finds the recorder's address in RETAPE_URL

  retape record --to http://api.example.com --listen 127.0.0.1:8080 -o api.cassette
      record until Ctrl-C; clients connect to http://127.0.0.1:8080

  retape record --to http://localhost:3000 --append -o api.cassette -- npm test
      add to a recording

Without a command, one line goes to standard output once clients can connect:
  retape: listening on http://127.0.0.1:43210";

/// Record what clients and a server say to each other, through a reverse proxy
///
/// Bytes are passed on first and recorded after. Only `Host` is changed on the way; what the
/// client sent and the server said is recorded verbatim. The file is readable at any moment, also
/// if the recorder is killed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub(crate) struct RecordArgs {
    /// The server: http://host:port
    #[arg(long, value_name = "URL")]
    to: Upstream,

    /// Where clients connect; port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: ListenAddress,

    /// The cassette to record to; a name ending in .yaml gives a text cassette
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// Replace the file if there is one
    #[arg(long, conflicts_with = "append")]
    overwrite: bool,

    /// Add to the file if there is one
    #[arg(long)]
    append: bool,

    /// Replace the server's `http://host:port` by the recorder's, also in answers
    ///
    /// In Location, Content-Location, Link, Refresh and Access-Control-Allow-Origin, and wherever
    /// it stands in a body of text (HTML, JSON also as `http:\/\/`, XML, JavaScript and the like); the
    /// other way round in the requests' Origin, Referer and Destination. Bodies that are
    /// compressed, partial, signed by a digest, or over 1 MiB with a Content-Length pass as they
    /// are, and a warning counts them. The file holds what the server said; replay replaces again.
    #[arg(long)]
    rewrite_origin: bool,

    /// Compress bodies with zstd
    #[arg(long)]
    compress: bool,

    /// Give up connecting to the server after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    connect_timeout: Duration,

    /// Run this, with `RETAPE_URL` set, and stop when it ends
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// What is meant by it.
struct Plan {
    recorder: RecordPlan,
    listen: ListenAddress,
    output: PathBuf,
    existing: Existing,
    options: Options,
    command: Vec<OsString>,
}

impl TryFrom<RecordArgs> for Plan {
    type Error = Failure;

    fn try_from(args: RecordArgs) -> Outcome<Self> {
        child::check_exists(&args.command)?;
        let existing = match (args.overwrite, args.append) {
            (true, _) => Existing::Overwrite,
            (_, true) => Existing::Append,
            _ => Existing::Keep,
        };
        let mut recorder = RecordPlan::new(args.to);
        recorder.rewrite_origin = args.rewrite_origin;
        recorder.connect_timeout = args.connect_timeout;
        Ok(Self {
            recorder,
            listen: args.listen,
            output: args.output,
            existing,
            options: Options { compress: args.compress },
            command: args.command,
        })
    }
}

pub(crate) fn run(args: RecordArgs) -> Outcome<ExitCode> {
    let plan = Plan::try_from(args)?;
    session::block_on(record(plan))
}

async fn record(plan: Plan) -> Outcome<ExitCode> {
    let listener = plan.listen.listen()?;
    let environment = Environment::prepare(&listen::url(&listener)?, None, None)?;
    let header = recording::header(plan.recorder.rewrite());
    let tape = Tape::open(&plan.output, plan.existing, &header, plan.options)?;
    let recording = Recording::start(tape)?;
    let to = plan.recorder.to.clone();
    let ended = recording.serve(listener, plan.recorder, &plan.command, &environment).await;
    let journal = recording.journal.clone();
    let saved = recording.finish(&plan.output);
    let ended = ended?;
    saved?;
    recording::sum_up(&journal, &plan.output);
    credentials::warn_of(&plan.output);
    warn_of_left_origins(&ended, &to);
    conclude(&ended, &to)
}

/// The exit code. A command's own failure comes first: it may well be what was to be recorded.
fn conclude(ended: &Ended<recorder::Summary>, to: &Upstream) -> Outcome<ExitCode> {
    let failed = ended.command.filter(|status| !status.success());
    let unreached =
        ended.served.as_ref().filter(|s| s.unreached > 0 && s.unreached == s.connections);
    match (failed, unreached) {
        (None, None) => Ok(Exit::Same.into()),
        (Some(status), None) => Ok(exit_code(status)),
        (failed, Some(summary)) => {
            let failure = unreachable(summary, to);
            let Some(status) = failed else { return Err(failure) };
            talk::error(&failure);
            Ok(exit_code(status))
        }
    }
}

/// Tells where `--rewrite-origin` could do nothing.
fn warn_of_left_origins(ended: &Ended<recorder::Summary>, to: &Upstream) {
    let left = ended.served.as_ref().map_or(0, |served| served.left);
    if left > 0 {
        let (answers, origin) = (talk::count(left, "answer"), to.origin());
        talk::warn(&format!(
            "{answers} may still name {origin}: compressed, partial, with a digest, or over 1 MiB"
        ));
    }
}

fn unreachable(summary: &recorder::Summary, to: &Upstream) -> Failure {
    let tries = talk::count(summary.connections, "connection");
    let cause = summary.first_failure.as_deref().unwrap_or("no reason is known");
    Failure::upstream(format!("{to} could not be reached: {cause} ({tries} tried)"))
        .hint("check that the server runs, and --to; the failures themselves are recorded")
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.filter(|s| !s.is_zero()).ok_or_else(|| "write a number above 0".to_owned())
}
