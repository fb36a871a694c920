//! `retape report merge`.

use std::path::PathBuf;

use clap::Args;
use replayer::sweep::merge::{Completeness, Named, merge};
use replayer::sweep::report::text;

use crate::exit::{Exit, Failure, Outcome};
use crate::sweeps::{self, Format};
use crate::talk;

/// Join the reports of shards into one
///
/// All must come from the same sweep: same cassette, command, plan, seed and options. A shard that is missing, comes twice, or was
/// stopped is an error.
#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// The reports, in JSON
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Where to; without it, to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Join what is there; the report says that it is not the whole
    #[arg(long)]
    partial: bool,
}

pub(super) fn run(args: &MergeArgs) -> Outcome {
    let completeness = if args.partial { Completeness::Partial } else { Completeness::Whole };
    let named = |path: &PathBuf| {
        sweeps::read(path).map(|report| Named { file: path.display().to_string(), report })
    };
    let shards = args.files.iter().map(named).collect::<Outcome<Vec<_>>>()?;
    let report = merge(shards, completeness).map_err(|error| Failure::input(error.to_string()))?;
    Format::Json.write_to(args.output.as_deref(), &report, &[])?;
    talk::note(&format!(
        "{} joined: {}",
        talk::count(args.files.len(), "shard"),
        text::summary(&report)
    ));
    Ok(Exit::Same)
}
