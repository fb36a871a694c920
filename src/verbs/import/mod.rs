//! `retape import`: captures → cassette.

mod har;
mod json;
mod list;
mod plan;
mod progress;
mod run;
mod source;
mod tell;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::exit::Outcome;
use plan::Plan;

const EXAMPLES: &str = "\
Examples:
  retape import capture.pcapng -o app.cassette
      every TCP connection of a capture; pcap, pcapng and snoop files, also in gzip or zstd

  retape import capture.pcap --keylog keys.log -o app.cassette
      with TLS taken off: keys.log is what the client wrote to SSLKEYLOGFILE

  retape import capture.pcap --list
      what is in it: connections, what they speak, what is missing of them

  tcpdump -w - port 8080 | retape import - -o app.cassette
      from standard input, until it ends

  retape import capture.pcap -o app.cassette --filter 'server port 443 and host *.example.com'
      only these; terms: host, port, stream, protocol, after, before, each as in
      client host 10.0.0.0/8, port 80,8000-8999, stream 0-9, protocol http, before +90

  retape import site.har -o site.cassette
      what a browser's developer tools saved

Replay serves what was imported to clients that come directly, and by proxy for the captured hosts.";

/// Import captured traffic: a pcap file into a cassette
///
/// TCP is put together, TLS taken off where the secrets are given or in the file, and HTTP found in it; what cannot be understood
/// is kept raw. Times are those of the packets. What is missing in the capture is recorded as missing, and every loss is told at the end.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub(crate) struct ImportArgs {
    /// The capture, or HTTP archive (HAR); `-` for standard input
    file: PathBuf,

    /// The cassette to write; a name ending in .yaml gives a text cassette
    #[arg(long, short, value_name = "FILE", required_unless_present = "list")]
    output: Option<PathBuf>,

    /// List the connections, and write nothing
    #[arg(long, conflicts_with = "output")]
    list: bool,

    /// With the SHA-256 of what each side sent, as it was sent and as decrypted
    #[arg(long, requires = "list")]
    digest: bool,

    /// Secrets of TLS connections, as SSLKEYLOGFILE has them written; may be given several times
    #[arg(long, value_name = "FILE")]
    keylog: Vec<PathBuf>,

    /// A server's RSA private key, PEM or DER, for TLS 1.2 and before without forward secrecy; may be given several times
    #[arg(long, value_name = "FILE")]
    private_key: Vec<PathBuf>,

    /// Only these connections: terms joined by `and`, `or`, `not` and parentheses
    #[arg(long, value_name = "EXPR")]
    filter: Option<String>,

    /// This address is a server's, where the capture does not show who connected; may be given several times
    #[arg(long, value_name = "ADDR:PORT")]
    server: Vec<SocketAddr>,

    /// Leave GRE, VXLAN and other tunnels as they are
    #[arg(long)]
    outer: bool,

    /// Exit with 1 if anything is missing, encrypted, or not understood
    #[arg(long)]
    strict: bool,

    /// Replace the cassette if there is one
    #[arg(long, requires = "output")]
    overwrite: bool,

    /// Compress bodies of a kilobyte and more
    #[arg(long, requires = "output")]
    compress: bool,

    /// For whom the list and the summary are
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

pub(crate) fn run(args: ImportArgs) -> Outcome {
    run::run(&Plan::try_from(args)?)
}
