//! `retape verify`.

mod roundtrip;

use std::io::{self, Write};
use std::path::PathBuf;

use cassettes::format::{Entry, Reader};
use cassettes::model::ConnectionId;
use clap::{Args, ValueEnum};
use serde_json::json;

use roundtrip::Roundtrip;

use crate::exit::{Exit, Outcome};
use crate::printable::Printable;
use crate::{store, talk};

const EXAMPLES: &str = "\
Examples:
  retape verify api.cassette                 is the file sound?
  retape verify api.cassette --roundtrip     … and does replay give back every server byte?
  retape verify api.cassette --strict        … and has nothing been lost or left unparsed?
  retape verify api.cassette --format json   for programs";

/// Check every checksum and invariant of a cassette
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// The cassette
    file: PathBuf,

    /// Replay every exchange to its own recorded client, in memory, and compare every server byte
    #[arg(long)]
    roundtrip: bool,

    /// Fail as well if bytes were lost (a killed recorder), or kept raw because no parser understood them
    #[arg(long)]
    strict: bool,

    /// For whom
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// For whom a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

pub(crate) fn run(args: &VerifyArgs) -> Outcome {
    let reader = store::open(&args.file)?;
    let mut findings = Findings::of(&reader);
    if args.roundtrip {
        let Roundtrip { bytes, problems } = roundtrip::check(&reader)?;
        findings.played_back = Some(bytes);
        findings.problems.extend(problems);
    }
    match args.format {
        Format::Text => talk::result(|out| findings.write(args, out)),
        Format::Json => talk::data(|out| findings.write_json(args, out)),
    }?;
    Ok(if findings.is_sound(args.strict) { Exit::Same } else { Exit::Differs })
}

/// What is to say about a cassette.
struct Findings {
    exchanges: usize,
    connections: usize,
    /// Damage: the file is not what was written.
    problems: Vec<String>,
    /// Losses at the time of recording: the file is sound, but does not tell everything.
    losses: Vec<String>,
    /// Server bytes that a replay gave back as recorded, if that was tried.
    played_back: Option<u64>,
}

impl Findings {
    fn of(reader: &Reader) -> Self {
        let mut problems = Vec::new();
        reader.verify(&mut |problem| problems.push(problem.to_string()));
        let exchanges = reader.entries().filter(|entry| entry.protocol.is_conversation()).count();
        let connections = reader.connections();
        Self { exchanges, connections, problems, losses: losses(reader), played_back: None }
    }

    fn is_sound(&self, strict: bool) -> bool {
        self.problems.is_empty() && (!strict || self.losses.is_empty())
    }

    fn write(&self, args: &VerifyArgs, out: &mut dyn Write) -> io::Result<()> {
        let file = args.file.display();
        for problem in &self.problems {
            writeln!(out, "{file}: {}", Printable(problem.as_bytes()))?;
        }
        for loss in &self.losses {
            writeln!(out, "{file}: {loss}")?;
        }
        let (exchanges, connections) =
            (talk::count(self.exchanges, "exchange"), talk::count(self.connections, "connection"));
        let verdict = if self.is_sound(args.strict) { "sound" } else { "not sound" };
        write!(out, "{file}: {verdict}: {exchanges} on {connections}")?;
        match self.played_back {
            Some(bytes) => writeln!(out, "; {bytes} server bytes played back as recorded"),
            None => writeln!(out),
        }
    }

    fn write_json(&self, args: &VerifyArgs, out: &mut dyn Write) -> io::Result<()> {
        let value = json!({
            "sound": self.is_sound(args.strict),
            "exchanges": self.exchanges,
            "connections": self.connections,
            "problems": self.problems,
            "losses": self.losses,
            "server_bytes_played_back": self.played_back,
        });
        serde_json::to_writer_pretty(&mut *out, &value)?;
        writeln!(out)
    }
}

fn losses(reader: &Reader) -> Vec<String> {
    let count = |condition: fn(&Entry) -> bool| reader.entries().filter(condition).count();
    let degraded = count(Entry::degraded);
    let mut losses = Vec::new();
    losses.extend(reader.recovery().map(ToString::to_string));
    losses.extend(gaps(reader));
    if degraded > 0 {
        losses.push(format!(
            "{} kept raw in part: bytes are missing, or no parser understood them",
            talk::count(degraded, "exchange")
        ));
    }
    losses
}

/// What a capture lacks, in all.
fn gaps(reader: &Reader) -> Option<String> {
    let ids = (0..).map(ConnectionId).take(reader.connections());
    let gaps = ids.filter_map(|id| reader.connection(id).ok()).flat_map(|it| it.gaps);
    let (count, bytes) = gaps.fold((0_usize, 0_u64), |(count, bytes), gap| {
        (count + 1, bytes.saturating_add(gap.length))
    });
    let told = format!("{bytes} bytes are missing, in {}", talk::count(count, "gap"));
    (count > 0).then_some(told)
}
