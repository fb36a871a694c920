//! `retape mutate`: cassette × faults → cassette.

use std::path::PathBuf;

use cassettes::fault::{FaultSet, Mutated, mutate};
use cassettes::format;
use cassettes::model::Cassette;
use clap::Args;

use crate::exit::{Exit, Failure, Outcome};
use crate::faults::{FaultArgs, UNUSED_HINT, Unused, tell_unused};
use crate::store::{self, Encoding};
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape mutate api.cassette --fault 'close at byte 812 on 3' -o broken.cassette
      the third answer stops after 812 bytes, each time that it is asked for

  retape mutate api.yaml --fault 'status 503 retry-after 1 on GET /users/* once' -o retry.yaml
      the first asking fails, the next gets the recorded answer

  retape mutate api.cassette --faults faults.toml -o broken.yaml";

/// Write faults into a cassette
///
/// What comes out is an ordinary cassette: replaying it is replaying the first one with these faults.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct MutateArgs {
    /// The cassette to read
    file: PathBuf,

    #[command(flatten)]
    faults: FaultArgs,

    /// What to write: .yaml is text, everything else is binary
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// Replace the file to write if there is one
    #[arg(long)]
    overwrite: bool,
}

pub(crate) fn run(args: &MutateArgs) -> Outcome {
    let faults = args.faults.load()?;
    if faults.is_empty() {
        return Err(Failure::usage("no fault is given").hint("--fault FAULT or --faults FILE"));
    }
    let cassette = store::open_whole(&args.file)?;
    let mutated = mutate(&cassette, &faults).map_err(|error| Failure::usage(error.to_string()))?;
    let unused = tell_unused(&unused(&faults, &mutated)).filter(|_| !args.faults.allow_unused);
    if let Some(text) = unused {
        return Err(Failure::usage(text).hint(UNUSED_HINT));
    }
    write(args, &mutated.cassette)?;
    let hits = mutated.hits.iter().sum::<u64>();
    talk::note(&format!("{}: {}", args.output.display(), talk::count(hits, "fault")));
    Ok(Exit::Same)
}

/// Those that hit nothing, and why.
fn unused(faults: &FaultSet, mutated: &Mutated) -> Vec<Unused> {
    let all = faults.faults().iter().zip(&mutated.hits).zip(&mutated.misfits);
    all.filter(|((_, hits), _)| **hits == 0)
        .map(|((fault, _), misfit)| {
            let why = misfit.as_ref().map(|(number, why)| format!("exchange {number}: {why}"));
            (fault.to_string(), why)
        })
        .collect()
}

fn write(args: &MutateArgs, cassette: &Cassette) -> Outcome<()> {
    match Encoding::of(&args.output) {
        Encoding::Text => {
            let text = cassettes::text::write(cassette);
            store::save(&args.output, args.overwrite, text.as_bytes())
        }
        Encoding::Binary => {
            let encoded = format::encode(cassette)
                .map_err(|error| Failure::input(format!("cannot encode it: {error}")))?;
            store::save(&args.output, args.overwrite, &encoded)
        }
    }
}
