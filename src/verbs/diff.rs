//! `retape diff`: cassette × cassette → differences.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use replayer::{Sides, diff_sides};

use crate::exit::{Exit, Failure, Outcome};
use crate::reports::Format;
use crate::rules::RulesArgs;
use crate::store;

const EXAMPLES: &str = "\
Examples:
  retape diff old.cassette new.cassette                  what changed, for people
  retape diff old.cassette new.cassette --side client    only in the requests
  retape diff api.yaml run.cassette --format json        for programs";

/// Compare two cassettes: what the client asked, and what the server answered
///
/// Pairs the exchanges as a replay would, and tells what is changed, missing, extra or reordered
/// in the second.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DiffArgs {
    /// The recording
    a: PathBuf,

    /// What is compared with it
    b: PathBuf,

    /// For whom
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Whose bytes are compared
    #[arg(long, value_enum, default_value_t = Side::Both)]
    side: Side,

    #[command(flatten)]
    rules: RulesArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Side {
    /// The requests
    Client,
    /// The answers
    Server,
    /// Requests and answers
    Both,
}

impl From<Side> for Sides {
    fn from(side: Side) -> Self {
        match side {
            Side::Client => Self::Client,
            Side::Server => Self::Server,
            Side::Both => Self::Both,
        }
    }
}

pub(crate) fn run(args: &DiffArgs) -> Outcome {
    let rules = args.rules.load()?;
    let (a, b) = (store::open(&args.a)?, store::open(&args.b)?);
    let verdict = diff_sides(&a, &b, &rules, args.side.into())
        .map_err(|error| Failure::input(store::chain(&error)))?;
    args.format.print(&verdict)?;
    Ok(if verdict.is_same() { Exit::Same } else { Exit::Differs })
}
