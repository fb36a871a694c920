//! `retape record`: traffic → cassette.

mod credentials;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use cassettes::format::Options;
use clap::Args;

use crate::child;
use crate::exit::{Failure, Outcome};
use crate::recording::{self, Recording};
use crate::relaying::{self, Relay, RelayArgs};
use crate::session;
use crate::store::{Existing, Tape};

const EXAMPLES: &str = "\
Examples:
  retape record --to http://localhost:3000 -o api.cassette -- sh -c 'curl $RETAPE_URL/users'
      record what one command does; it finds the recorder's address in RETAPE_URL

  retape record --to http://api.example.com --listen 127.0.0.1:8080 -o api.cassette
      record until Ctrl-C; clients connect to http://127.0.0.1:8080

  retape record --proxy -o all.cassette -- python crawl.py
      record whatever the command talks to, in TLS too: it finds the proxy, and a certificate
      authority to trust, in the variables of its ecosystem

  retape record --to tcp://localhost:6379 --append -o redis.cassette -- npm test
      record any protocol over TCP, and add to a recording

Without a command, one line goes to standard output once clients can connect:
  retape: listening on http://127.0.0.1:43210";

/// Record what clients and servers say to each other, through a proxy
///
/// Bytes are passed on first and recorded after. With --to, only `Host` is changed on the way; what the
/// client sent and the server said is recorded verbatim, TLS taken off. The file is readable at any moment, also
/// if the recorder is killed.
///
/// Clients that speak TLS are shown certificates of a local authority (`retape ca`), and offered the
/// protocol that the server chose. Where `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say so, servers are reached by another
/// proxy.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct RecordArgs {
    #[command(flatten)]
    relay: RelayArgs,

    /// The cassette to record to; a name ending in .yaml gives a text cassette
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// Replace the file if there is one
    #[arg(long, conflicts_with = "append")]
    overwrite: bool,

    /// Add to the file if there is one
    #[arg(long)]
    append: bool,

    /// Compress bodies with zstd
    #[arg(long)]
    compress: bool,

    /// Run this, with `RETAPE_URL` set (with --proxy also the proxy and whom to trust), and stop when it ends
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// What is meant by what was typed.
struct Plan {
    relay: Relay,
    output: PathBuf,
    existing: Existing,
    options: Options,
    command: Vec<OsString>,
}

impl TryFrom<RecordArgs> for Plan {
    type Error = Failure;

    fn try_from(args: RecordArgs) -> Outcome<Self> {
        child::check_exists(&args.command)?;
        Ok(Self {
            relay: args.relay.try_into()?,
            output: args.output,
            existing: Existing::chosen(args.overwrite, args.append),
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
    let Plan { relay, output, .. } = plan;
    let listening = relay.listen.listen()?;
    let environment = relay.environment(listening.url(), &plan.command)?;
    let header = recording::header(relay.recorder.rewrite());
    let tape = Tape::open(&output, plan.existing, &header, plan.options)?;
    let recording = Recording::start(tape)?;
    let entry = relay.recorder.entry.clone();
    let (socket, _file) = listening.into_parts();
    let ended = recording.serve(socket.into(), relay.recorder, &plan.command, &environment).await;
    let journal = recording.journal.clone();
    let saved = recording.finish(&output);
    let ended = ended?;
    saved?;
    recording::sum_up(&journal, &output);
    credentials::warn_of(&output);
    relaying::tell(&ended, &entry);
    relaying::conclude(&ended, &entry)
}
