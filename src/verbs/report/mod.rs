//! `retape report`: what to do with the reports of sweeps.

mod baseline;
mod check;
mod merge;
mod show;

use clap::{Args, Subcommand};

use crate::exit::Outcome;

const EXAMPLES: &str = "\
Examples:
  retape report show sweep.json                              for people
  retape report show sweep.json --format html -o sweep.html  for browsers
  retape report merge shard-*.json -o sweep.json             join what `sweep --shard` made
  retape report baseline sweep.json -o retape-baseline.toml  accept what was found
  retape report check sweep.json --baseline retape-baseline.toml
      exits with 1 if there is anything else";

/// Show, join and judge the reports of sweeps
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    Show(show::ShowArgs),
    Merge(merge::MergeArgs),
    Check(check::CheckArgs),
    Baseline(baseline::BaselineArgs),
}

pub(crate) fn run(args: &ReportArgs) -> Outcome {
    match &args.task {
        Task::Show(args) => show::run(args),
        Task::Merge(args) => merge::run(args),
        Task::Check(args) => check::run(args),
        Task::Baseline(args) => baseline::run(args),
    }
}
