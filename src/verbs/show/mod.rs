//! `retape show`: what a cassette holds, for people and for programs.

mod facts;
mod failures;
mod frames;
mod hex;
mod json;
mod list;
mod messages;
mod one;
mod staging;
mod timeline;
mod tls;

use std::path::PathBuf;

use cassettes::format::Reader;
use cassettes::model::{Connection, Exchange, Gap, Staging};
use cassettes::wire::protobuf::Descriptors;
use clap::{Args, ValueEnum};

use crate::exit::{Exit, Failure, Outcome};
use crate::{rules, store, talk};

const EXAMPLES: &str = "\
Examples:
  retape show api.cassette                   list its exchanges
  retape show api.cassette 3                 show the third one
  retape show api.cassette 3 --timeline      when which bytes came, and how it ended
  retape show api.cassette 3 --hex           every byte, chunk by chunk
  retape show api.cassette --format json     for programs";

/// Show what a cassette holds: its list, or one exchange
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ShowArgs {
    /// The cassette
    file: PathBuf,

    /// Which exchange, counted from 1; without it they are listed
    number: Option<usize>,

    /// Show every byte, chunk by chunk
    #[arg(long, requires = "number", conflicts_with = "format")]
    hex: bool,

    /// Show when each chunk came, the waits between, and how the connection ended
    #[arg(long, requires = "number", conflicts_with = "format")]
    timeline: bool,

    /// For whom
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Name the fields of gRPC messages by this compiled descriptor set (`protoc --descriptor_set_out`)
    #[arg(long, value_name = "FILE", requires = "number")]
    proto_descriptors: Option<PathBuf>,
}

/// For whom a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

pub(crate) fn run(args: &ShowArgs) -> Outcome {
    let reader = store::open(&args.file)?;
    match args.number {
        None => show_list(args, &reader)?,
        Some(number) => show_one(args, &One::read(args, &reader, number)?)?,
    }
    Ok(Exit::Same)
}

fn show_list(args: &ShowArgs, reader: &Reader) -> Outcome<()> {
    // Read first, so that damage is not found in the middle of the output.
    let unreadable = |error| store::unreadable(&args.file, &error);
    let rows = list::rows(reader).map_err(unreadable)?;
    let failed = failures::find(reader).map_err(unreadable)?;
    match args.format {
        Format::Text => talk::result(|out| {
            list::write(reader, &rows, out)?;
            failures::write(&failed, out)
        }),
        Format::Json => talk::data(|out| json::write_list(reader, &rows, out)),
    }
}

fn show_one(args: &ShowArgs, one: &One) -> Outcome<()> {
    if args.format == Format::Json {
        return talk::data(|out| json::write_one(one, out));
    }
    talk::result(|out| {
        one::write_title(one, out)?;
        one::write_connection(one, out)?;
        match (args.timeline, args.hex) {
            (false, false) => one::write(one, out),
            (_, hex) => timeline::write(one, hex, out),
        }
    })
}

/// One exchange, with what is around it.
struct One {
    number: usize,
    exchange: Exchange,
    connection: Connection,
    /// Nothing came after it on its connection: the connection's ends are its ends.
    is_last: bool,
    /// What is missing right after it, if it breaks off there.
    gap: Option<Gap>,
    /// How it is played, if its bytes and times do not say it.
    staging: Option<Staging>,
    /// What gRPC messages hold, if the user said.
    descriptors: Option<Descriptors>,
}

impl One {
    fn read(args: &ShowArgs, reader: &Reader, number: usize) -> Outcome<Self> {
        let unreadable = |error| store::unreadable(&args.file, &error);
        let n = number.checked_sub(1).filter(|n| *n < reader.len());
        let n = n.ok_or_else(|| none_such(args, reader, number))?;
        let exchange = reader.exchange(n).map_err(unreadable)?;
        let connection = reader.connection(exchange.connection).map_err(unreadable)?;
        let staging = reader.staging(n).map_err(unreadable)?;
        let entry = reader.entry(n);
        let is_last = entry.last_on_connection;
        let gap = connection.gap_after(&exchange).filter(|_| !entry.complete()).copied();
        let descriptors = args.proto_descriptors.as_deref().map(rules::descriptors).transpose()?;
        Ok(Self { number, exchange, connection, is_last, gap, staging, descriptors })
    }
}

fn none_such(args: &ShowArgs, reader: &Reader, number: usize) -> Failure {
    let (file, count) = (args.file.display(), talk::count(reader.len(), "exchange"));
    Failure::usage(format!("there is no exchange {number}: {file} holds {count}"))
        .hint(format!("they count from 1; list them: retape show {file}"))
}
