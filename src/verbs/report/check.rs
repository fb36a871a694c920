//! `retape report check`.

use std::path::PathBuf;

use clap::Args;

use crate::exit::{Failure, Outcome};
use crate::sweeps::{self, FailArgs, Format, Sheet};
use crate::talk;

/// Exit with 1 if a report has findings that are not in the baseline
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// A sweep's report in JSON
    file: PathBuf,

    /// Report as text, json, junit or html; to a file with FORMAT=PATH. May be repeated
    #[arg(long, value_name = "FORMAT[=PATH]")]
    report: Vec<Sheet>,

    #[command(flatten)]
    fail: FailArgs,
}

pub(super) fn run(args: &CheckArgs) -> Outcome {
    let on_stdout = args.report.iter().filter(|sheet| sheet.on_stdout()).count();
    if on_stdout > 1 {
        return Err(Failure::usage("two reports would mix on standard output")
            .hint("give all but one a file: --report FORMAT=PATH"));
    }
    let mut report = sweeps::read(&args.file)?;
    args.fail.mark_known(&mut report)?;
    if on_stdout == 0 && !talk::is_quiet() {
        Format::Text.write_to(None, &report, args.fail.outcomes())?;
    }
    args.report.iter().try_for_each(|sheet| sheet.write(&report, args.fail.outcomes()))?;
    Ok(args.fail.conclude(&report))
}
