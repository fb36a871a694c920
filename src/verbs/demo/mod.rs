//! `retape demo`: the main job end to end, on real sockets, in a second.

mod client;
mod origin;
mod story;

use std::io;
use std::path::PathBuf;

use clap::Args;

use crate::exit::{Exit, Failure, Outcome};
use crate::session;
use crate::signals::Signals;
use crate::store::Scratch;
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape demo                  offline, leaves nothing behind
  retape demo --keep ./demo    keeps the cassettes, to look at with show and diff";

/// Show what retape does: record a real exchange, replay it without the server, change the client
///
/// Needs no network, and checks all it claims: if a replayed byte differed, it would fail.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DemoArgs {
    /// Keep the cassettes in this directory
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

pub(crate) fn run(args: &DemoArgs) -> Outcome {
    let scratch = match &args.keep {
        Some(directory) => Scratch::keep(directory)?,
        None => Scratch::new("retape-demo")?,
    };
    session::block_on(async {
        let mut signals = Signals::listen()?;
        tokio::select! {
            told = story::tell(&scratch, args.keep.is_some()) => told.map(|()| Exit::Same),
            signal = signals.next() => Err(interrupted(signal)),
        }
    })
}

/// One step of the story, and what it showed.
fn step(number: u32, what: &str) -> Outcome<()> {
    let bold = anstyle::Style::new().bold();
    talk::result(|out| writeln!(out, "\n{bold}{number}. {what}{bold:#}"))
}

fn line(text: &str) -> Outcome<()> {
    talk::result(|out| writeln!(out, "{}", format!("   {text}").trim_end()))
}

/// Something that the story says, and that must be so.
fn claim(holds: bool, what: &str) -> Outcome<()> {
    if holds {
        return line(&format!("✓ {what}"));
    }
    Err(Failure::with_code(Exit::Differs as u8, format!("this does not hold: {what}"))
        .hint("this is a bug in retape: please report it, with `retape --version`"))
}

fn broken(error: &io::Error) -> Failure {
    Failure::output(format!("the demonstration broke off: {error}"))
        .hint("it needs loopback sockets and a writable directory for temporary files")
}

fn interrupted(signal: rustix::process::Signal) -> Failure {
    let code = u8::try_from(128 + signal.as_raw()).unwrap_or(u8::MAX);
    Failure::with_code(code, "interrupted")
}
