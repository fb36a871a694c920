//! `retape export`: a cassette as something that another tool reads.

mod summary;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use cassettes::format::{ReadError, Reader};
use clap::{Args, ValueEnum};
use recorder::{har, pcapng};

use crate::exit::{Exit, Failure, Outcome};
use crate::recording::WRITER;
use crate::store::{self, Sink};
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape export api.cassette --as pcapng -o api.pcapng   open it in Wireshark
  retape export api.cassette --as pcapng | tshark -r -   or look at it at once
  retape export api.cassette --as har -o api.har         open it in a browser's developer tools

What was in TLS is exported in the clear.";

/// Export a cassette for other tools
///
/// pcapng: packets with the recorded bytes and times; handshakes and acknowledgements, and addresses that are not
/// known, are made up, TLS is off. har: HTTP as browsers save it, which knows no bytes of the wire, no times of chunks and no other
/// protocols.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExportArgs {
    /// The cassette
    file: PathBuf,

    /// What to make of it
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    format: Format,

    /// Where to; without it, to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace the file to write if there is one
    #[arg(long, requires = "output")]
    overwrite: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A capture
    Pcapng,
    /// An HTTP archive
    Har,
}

/// How much is collected before it is written.
const PIECE_BYTES: usize = 256 * 1024;

pub(crate) fn run(args: &ExportArgs) -> Outcome {
    let reader = store::open(&args.file)?;
    let mut out = Output::open(args)?;
    let lines = match args.format {
        Format::Pcapng => export_packets(&args.file, &reader, &mut out)?,
        Format::Har => export_har(&args.file, &reader, &mut out)?,
    };
    if out.finish()? {
        for line in &lines {
            talk::note(line);
        }
    }
    Ok(Exit::Same)
}

fn export_packets(file: &Path, reader: &Reader, out: &mut Output) -> Outcome<Vec<String>> {
    let unreadable = |error| store::unreadable(file, &error);
    let mut export = pcapng::Export::new(reader, WRITER).map_err(unreadable)?;
    out.pump(|piece| export.write(piece), unreadable)?;
    Ok(summary::of_packets(&export.summary()))
}

fn export_har(file: &Path, reader: &Reader, out: &mut Output) -> Outcome<Vec<String>> {
    let mut export = har::Export::new(reader, WRITER);
    out.pump(|piece| export.write(piece), |error| store::unreadable(file, &error))?;
    Ok(summary::of_har(&export.summary()))
}

/// Where it goes.
enum Output {
    File(Sink),
    Standard {
        /// Whoever reads it still does.
        open: bool,
    },
}

impl Output {
    fn open(args: &ExportArgs) -> Outcome<Self> {
        if let Some(path) = &args.output {
            return Ok(Self::File(Sink::create(path, args.overwrite)?));
        }
        if args.format == Format::Pcapng && io::stdout().is_terminal() {
            return Err(Failure::usage("a capture is no text for a terminal")
                .hint("give it a file: -o FILE, or a reader: | tshark -r -"));
        }
        Ok(Self::Standard { open: true })
    }

    /// Writes what `next` appends, until it says that there is no more.
    fn pump(
        &mut self,
        mut next: impl FnMut(&mut Vec<u8>) -> Result<bool, ReadError>,
        unreadable: impl Fn(ReadError) -> Failure,
    ) -> Outcome<()> {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        let mut more = true;
        while more && !matches!(self, Self::Standard { open: false }) {
            while more && piece.len() < PIECE_BYTES {
                more = next(&mut piece).map_err(&unreadable)?;
            }
            self.write(&piece)?;
            piece.clear();
        }
        Ok(())
    }

    fn write(&mut self, piece: &[u8]) -> Outcome<()> {
        match self {
            Self::File(sink) => sink.write(piece),
            Self::Standard { open } => match io::stdout().lock().write_all(piece) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    *open = false;
                    Ok(())
                }
                written => written.map_err(unwritten),
            },
        }
    }

    /// Whether all was taken.
    fn finish(self) -> Outcome<bool> {
        match self {
            Self::File(sink) => sink.finish().map(|()| true),
            Self::Standard { open } => {
                io::stdout().flush().map_err(unwritten)?;
                Ok(open)
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
fn unwritten(error: io::Error) -> Failure {
    Failure::output(format!("cannot write to standard output: {error}"))
}
