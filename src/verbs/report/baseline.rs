//! `retape report baseline`.

use std::path::{Path, PathBuf};

use clap::Args;
use replayer::sweep::baseline::{Accepted, Encoding};

use crate::exit::{Exit, Failure, Outcome};
use crate::sweeps::{self, FailArgs};
use crate::{store, talk};

/// Accept the findings of a report
///
/// Writes them to a file for `--baseline`. What is in that file already, with its comments and reasons, stays as it is: new
/// findings are put at its end, and what is no longer found is told.
#[derive(Debug, Args)]
pub(super) struct BaselineArgs {
    /// A sweep's report in JSON
    file: PathBuf,

    /// The file to write, or to add to; a name ending in .json gives JSON
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    fail: FailArgs,
}

pub(super) fn run(args: &BaselineArgs) -> Outcome {
    let mut report = sweeps::read(&args.file)?;
    let found = Accepted::of(&report, args.fail.outcomes());
    let path = args.output.as_path();
    if !path.exists() {
        let content = found.to_file(sweeps::encoding_of(path));
        store::save(path, false, content.as_bytes())?;
        told(found.accepted.len(), path);
        return Ok(Exit::Same);
    }
    let there = sweeps::read_accepted(path)?;
    sweeps::tell(&there.apply(&mut report), path);
    let new = found.without(&there);
    told(new.accepted.len(), path);
    if !new.accepted.is_empty() {
        store::save(path, true, extended(path, there, &new)?.as_bytes())?;
    }
    Ok(Exit::Same)
}

/// The file's content with more findings.
fn extended(path: &Path, mut there: Accepted, new: &Accepted) -> Outcome<String> {
    match sweeps::encoding_of(path) {
        Encoding::Json => {
            there.accepted.extend_from_slice(&new.accepted);
            Ok(there.to_file(Encoding::Json))
        }
        Encoding::Toml => {
            let content = store::content(path)?;
            let old = str::from_utf8(&content).map_err(|e| Failure::input(e.to_string()))?;
            let line_end = if old.is_empty() || old.ends_with('\n') { "" } else { "\n" };
            Ok(format!("{old}{line_end}{}", new.to_tables()))
        }
    }
}

fn told(accepted: usize, path: &Path) {
    let findings = talk::count(accepted, "finding");
    talk::note(&format!("{findings} newly accepted in {}", path.display()));
}
