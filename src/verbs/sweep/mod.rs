//! `retape sweep`: cassette × every fault × command → outcomes.
//!
//! Start here:
//! - [`SweepArgs`]: what is typed; [`options`]: what is meant
//! - [`whole`]: all of it: [`unbroken`] runs, then one for each fault of the plan; [`harvest`]: their results
//! - [`runner`]: one run; [`process`]: its command; [`watched`]: what of it is compared
//! - [`judge`]: from a fault to its result; [`pool`]: many side by side
//! - [`state`]: the file that a sweep is taken up from; [`progress`]: how far it is
//! - [`only`]: one fault, told in full; [`shrink`]: findings made smaller

mod harvest;
mod judge;
mod only;
mod options;
mod pool;
mod process;
mod progress;
mod runner;
mod shrink;
mod state;
mod time;
mod unbroken;
mod watched;
mod whole;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::exit::Outcome;
use crate::rules::RulesArgs;
use crate::sweeps::{FailArgs, Sheet};
use options::{PlanArg, ShardArg};
use watched::Watch;

const EXAMPLES: &str = "\
Examples:
  retape sweep api.cassette -- ./client
      run ./client once for each way in which a recorded answer can break, and say what came of it;
      it finds its server in RETAPE_URL

  retape sweep api.cassette --plan quick --compare out.json -- ./client -o {out}/out.json
      fewer faults; the file that it writes is compared, not its output

  retape sweep api.cassette --only 'close at byte 812 on 3' -- ./client
      one fault again, told in full

  retape sweep api.cassette --shard 2/8 --report json=shard-2.json -- ./client
      a part for each machine; `retape report merge` joins the reports

A run is tolerated (as the unbroken one), reported (the client failed, and said so), hung, crashed, fooled (it
claims success, but its output or its requests are others), or unreached (it never came to the fault).";

/// Run a command against every way in which the recorded answers can break
///
/// The command is run twice unbroken, to learn what it does, and what of that is not the same each time. Then it is run
/// once for each fault, each time with a server of its own.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SweepArgs {
    /// The cassette to break
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Which faults: quick, standard, every-byte, or a file of faults
    #[arg(long, value_name = "PLAN", default_value = "standard")]
    plan: PlanArg,

    /// What is compared with the unbroken run: stdout, stderr, or a file or directory in the run's own directory, which is
    /// {out} in the command and `RETAPE_RUN_DIR` in its environment. May be repeated [default: stdout]
    #[arg(long, value_name = "WHAT")]
    compare: Vec<Watch>,

    /// Take what this matches out of what is compared. May be repeated
    #[arg(long, value_name = "REGEX")]
    normalize: Vec<String>,

    /// When a run hangs, as 30s [default: ten times the unbroken run, at least 5s]
    #[arg(long, value_name = "TIME", value_parser = time::read)]
    timeout: Option<Duration>,

    /// Runs at once [default: one for each processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,

    /// Only this part of the plan, as 2/8
    #[arg(long, value_name = "I/N")]
    shard: Option<ShardArg>,

    /// At most so many results, drawn from the plan
    #[arg(long, value_name = "N")]
    max_points: Option<u64>,

    /// For what is drawn: points, and bytes of faults [default: 0, or what a file of faults says]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Begin no run after this, as 10m
    #[arg(long, value_name = "TIME", value_parser = time::read)]
    max_time: Option<Duration>,

    /// Only this fault, told in full. May be repeated
    #[arg(long, value_name = "ID", conflicts_with_all = ["plan", "shard", "max_points", "list", "resume"])]
    only: Vec<String>,

    /// Keep results in this file as they come, and go on from those that it holds
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,

    /// Print the ids of the plan, and run nothing
    #[arg(long, conflicts_with = "resume")]
    list: bool,

    /// Let faults of a file, or of --only, fit no exchange
    #[arg(long)]
    allow_unused: bool,

    /// Make findings smaller, and save each with its fault in this directory
    #[arg(long, value_name = "DIR")]
    shrink: Option<PathBuf>,

    /// Report as text, json, junit or html; to a file with FORMAT=PATH. May be repeated
    #[arg(long, value_name = "FORMAT[=PATH]")]
    report: Vec<Sheet>,

    #[command(flatten)]
    fail: FailArgs,

    #[command(flatten)]
    rules: RulesArgs,

    /// Where the certificate authority is kept, for clients in TLS [default: retape/ca in the user's data directory]
    #[arg(long, value_name = "DIR")]
    ca: Option<PathBuf>,

    /// What is run, with the same variables as by `retape replay`
    #[arg(last = true, required_unless_present = "list", value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(crate) fn run(args: SweepArgs) -> Outcome<ExitCode> {
    let (options, client) = options::understand(args)?;
    if options.list {
        return options.print_plan().map(ExitCode::from);
    }
    whole::run(options, client)
}
