//! `retape report show`.

use std::path::PathBuf;

use clap::Args;

use crate::exit::{Exit, Outcome};
use crate::sweeps::{self, FailArgs, Format};

/// Write a report in another format
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// A sweep's report in JSON
    file: PathBuf,

    /// For whom
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Where to; without it, to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    fail: FailArgs,
}

pub(super) fn run(args: &ShowArgs) -> Outcome {
    let mut report = sweeps::read(&args.file)?;
    args.fail.mark_known(&mut report)?;
    args.format.write_to(args.output.as_deref(), &report, args.fail.outcomes())?;
    Ok(Exit::Same)
}
