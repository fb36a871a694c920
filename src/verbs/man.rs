//! `retape man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory};

use crate::exit::{Exit, Failure, Outcome};
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape man ~/.local/share/man/man1";

/// Write the manual pages, one a verb, into a directory
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManArgs {
    /// Where to; it must exist
    dir: PathBuf,
}

pub(crate) fn run(args: &ManArgs) -> Outcome {
    let command = crate::args::Args::command().disable_help_subcommand(true);
    clap_mangen::generate_to(command, &args.dir).map_err(|error| {
        let dir = args.dir.display();
        Failure::output(format!("cannot write manual pages into {dir}: {error}"))
            .hint("create the directory first, and check that you may write to it")
    })?;
    talk::note(&format!("manual pages are in {}", args.dir.display()));
    Ok(Exit::Same)
}
