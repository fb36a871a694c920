//! `retape proxy`: traffic × faults → what a client makes of it.

mod ending;
mod events;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use cassettes::format::Options;
use clap::Args;
use recorder::{FaultEvent, Faults, Outcome as Done};

use crate::child;
use crate::exit::{Failure, Outcome};
use crate::faults::FaultArgs;
use crate::recording::{self, Recording};
use crate::relaying::{self, Relay, RelayArgs};
use crate::session;
use crate::store::{Existing, Tape};
use crate::talk;

use events::Events;

const EXAMPLES: &str = "\
Examples:
  retape proxy --to http://localhost:3000 --fault 'close at body 50%' -- sh -c 'curl $RETAPE_URL/users'
      what does this command do if every answer stops in its middle?

  retape proxy --to http://localhost:3000 --fault 'status 503 retry-after 1 on GET /users/* once' -- npm test
      the first asking of each user fails, the next does not

  retape proxy --to http://localhost:3000 --fault 'reset at body 50% of request on PUT /files/* once' -- ./upload.sh
      is an upload that breaks in its middle tried again, and not half of it kept?

  retape proxy --to tcp://localhost:6379 --fault 'latency 250ms' --fault 'reset at byte 4096 on connection 2'
      any protocol over TCP, until Ctrl-C

  retape proxy --proxy --faults bad-day.toml -- python crawl.py
      whatever the command talks to, in TLS too

Without a command, one line goes to standard output once clients can connect:
  retape: listening on http://127.0.0.1:43210";

/// Break live traffic on purpose, between clients and their servers
///
/// The same faults as for recorded traffic (`retape faults` lists them), without a cassette: servers are asked as always,
/// and what they answer is broken on its way to the client. Exchanges are numbered as their requests come, over all connections;
/// asking for the same again (method, target, body) is its next attempt. Without faults nothing changes.
///
/// A fault that breaks an answer at a place, or changes its timing, acts while the answer comes. One that edits it needs all of it: the
/// answer is held back until it is whole, and passes as it is, with a warning, if it is longer than 16 MiB or takes longer than 30 seconds.
/// Interim answers (`100 Continue`) are not held back.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ProxyArgs {
    #[command(flatten)]
    relay: RelayArgs,

    #[command(flatten)]
    faults: FaultArgs,

    /// Also record what the servers said, unbroken; a name ending in .yaml gives a text cassette
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace that file if there is one
    #[arg(long, requires = "output", conflicts_with = "append")]
    overwrite: bool,

    /// Add to that file if there is one
    #[arg(long, requires = "output")]
    append: bool,

    /// Write a line of JSON whenever a fault is applied or must let something pass, and a last one with the count of each
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,

    /// Run this, with `RETAPE_URL` set (with --proxy also the proxy and whom to trust), and stop when it ends
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// What is meant by what was typed.
struct Plan {
    relay: Relay,
    faults: Option<Faults>,
    events: Arc<Events>,
    output: Option<PathBuf>,
    existing: Existing,
    allow_unused: bool,
    command: Vec<OsString>,
}

impl TryFrom<ProxyArgs> for Plan {
    type Error = Failure;

    fn try_from(args: ProxyArgs) -> Outcome<Self> {
        child::check_exists(&args.command)?;
        let set = args.faults.load()?;
        let events = Arc::new(Events::open(args.events.as_deref())?);
        let faults = (!set.is_empty()).then(|| {
            let events = events.clone();
            Faults::new(set, move |event| tell(event, &events))
        });
        Ok(Self {
            relay: args.relay.try_into()?,
            faults: if args.output.is_some() { faults.map(Faults::hearing_out) } else { faults },
            events,
            existing: Existing::chosen(args.overwrite, args.append),
            output: args.output,
            allow_unused: args.faults.allow_unused,
            command: args.command,
        })
    }
}

pub(crate) fn run(args: ProxyArgs) -> Outcome<ExitCode> {
    let plan = Plan::try_from(args)?;
    session::block_on(proxy(plan))
}

async fn proxy(plan: Plan) -> Outcome<ExitCode> {
    let Plan { relay, faults, output, .. } = plan;
    let listening = relay.listen.listen()?;
    let environment = relay.environment(listening.url(), &plan.command)?;
    let header = recording::header(relay.recorder.rewrite());
    let tape = match &output {
        Some(path) => Tape::open(path, plan.existing, &header, Options::default())?,
        None => Tape::nowhere(&header)?,
    };
    let recording = Recording::start(tape)?;
    let entry = relay.recorder.entry.clone();
    let recorder = recorder::RecordPlan { faults: faults.clone(), ..relay.recorder };
    let (socket, _file) = listening.into_parts();
    let ended = recording.serve(socket.into(), recorder, &plan.command, &environment).await;
    let journal = recording.journal.clone();
    let saved = recording.finish(output.as_deref().unwrap_or_else(|| "/dev/null".as_ref()));
    let ended = ended?;
    saved?;
    match &output {
        Some(path) => recording::sum_up(&journal, path),
        None => talk::note(&format!("passed {}", recording::progress(&journal))),
    }
    let tallies = faults.as_ref().map(Faults::tallies).unwrap_or_default();
    ending::tell(&tallies);
    plan.events.end(&tallies)?;
    relaying::tell(&ended, &entry);
    let code = relaying::conclude(&ended, &entry)?;
    let strict = !plan.allow_unused && ended.command.is_some_and(|status| status.success());
    ending::check_used(&tallies, strict)?;
    Ok(code)
}

/// At once: a test that fails is to say what hit it.
fn tell(event: &FaultEvent, events: &Events) {
    match event.outcome {
        Done::Applied { .. } => talk::note(&event.to_string()),
        Done::Passed { .. } => talk::warn(&event.to_string()),
    }
    events.write(event);
}
