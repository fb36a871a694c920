//! `retape convert`.

use std::path::PathBuf;

use cassettes::format;
use clap::Args;

use crate::exit::{Exit, Failure, Outcome};
use crate::store::{self, Encoding};
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape convert api.cassette api.yaml       make it readable, for git and by hand
  retape convert api.yaml api.cassette       make it fast to open
  retape convert torn.cassette whole.cassette   keep what a killed recorder left";

/// Convert a cassette between its two encodings, without loss
///
/// The files' endings say which: .yaml or .yml is text, everything else is binary.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ConvertArgs {
    /// What to read
    from: PathBuf,

    /// What to write
    to: PathBuf,

    /// Replace the file to write if there is one
    #[arg(long)]
    overwrite: bool,
}

pub(crate) fn run(args: &ConvertArgs) -> Outcome {
    let cassette = store::open_whole(&args.from)?;
    match Encoding::of(&args.to) {
        Encoding::Text => {
            store::save(&args.to, args.overwrite, cassettes::text::write(&cassette).as_bytes())?;
        }
        Encoding::Binary => {
            let encoded = format::encode(&cassette)
                .map_err(|error| Failure::input(format!("cannot encode it: {error}")))?;
            store::save(&args.to, args.overwrite, &encoded)?;
        }
    }
    let exchanges =
        cassette.exchanges().iter().filter(|each| each.protocol.is_conversation()).count();
    talk::note(&format!("{}: {}", args.to.display(), talk::count(exchanges, "exchange")));
    Ok(Exit::Same)
}
