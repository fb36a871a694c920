//! `retape faults`: what can be broken, and where.
//!
//! - [`kinds`]: the catalogue
//! - [`points`]: the points that a cassette offers

mod kinds;
mod points;

use std::path::Path;

use cassettes::fault::{Kind, catalogue, manual};
use clap::{Args, ValueEnum};

use crate::exit::{Exit, Failure, Outcome};
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape faults                      every kind of fault, a line each
  retape faults stall                how one is written, and what exactly it does
  retape faults api.cassette         the points that each recorded answer offers
  retape faults api.cassette 3       those of the third exchange
  retape faults --format markdown    the whole catalogue as a page";

/// List the kinds of faults, or the points that a cassette offers for them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct FaultsArgs {
    /// A kind, or a cassette's file
    #[arg(value_name = "KIND|FILE")]
    what: Option<String>,

    /// Only this exchange of the cassette, counted from 1
    #[arg(requires = "what")]
    number: Option<usize>,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// The catalogue as a page
    Markdown,
}

pub(crate) fn run(args: &FaultsArgs) -> Outcome {
    match (&args.what, args.format) {
        (Some(what), format) => match catalogue().iter().find(|kind| kind.name == what) {
            Some(kind) if !Path::new(what).exists() => show_kind(kind, format)?,
            _ => show_points(args, what)?,
        },
        (None, Format::Text) => talk::result(kinds::write_list)?,
        (None, Format::Json) => talk::data(|out| kinds::write_json(catalogue(), out))?,
        (None, Format::Markdown) => talk::data(|out| out.write_all(manual().as_bytes()))?,
    }
    Ok(Exit::Same)
}

fn show_kind(kind: &'static Kind, format: Format) -> Outcome<()> {
    match format {
        Format::Json => talk::data(|out| kinds::write_json(&[kind], out)),
        Format::Text | Format::Markdown => talk::result(|out| kinds::write_one(kind, out)),
    }
}

fn show_points(args: &FaultsArgs, file: &str) -> Outcome<()> {
    if !Path::new(file).exists() {
        return Err(Failure::usage(format!("{file:?} is neither a kind of fault nor a file"))
            .hint("`retape faults` lists all kinds"));
    }
    let cassette = crate::store::open_whole(Path::new(file))?;
    let offers = points::of(&cassette, args.number)?;
    match args.format {
        Format::Json => talk::data(|out| points::write_json(&offers, out)),
        Format::Text | Format::Markdown => talk::result(|out| points::write(&offers, out)),
    }
}
