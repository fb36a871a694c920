//! `retape record`: traffic → cassette.

mod credentials;
mod ending;
mod plan;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use recorder::Upstream;

use crate::environment::Environment;
use crate::exit::Outcome;
use crate::listen::ListenAddress;
use crate::recording::{self, Recording};
use crate::session;
use crate::store::Tape;

use plan::Plan;

const EXAMPLES: &str = "\
Examples:
  retape record --to http://localhost:3000 -o api.cassette -- sh -c 'curl $RETAPE_URL/users'
      record what one command does; it finds the recorder's address in RETAPE_URL

  retape record --to http://api.example.com --listen 127.0.0.1:8080 -o api.cassette
      record until Ctrl-C; clients connect to http://127.0.0.1:8080

  retape record --proxy -o all.cassette -- python crawl.py
      record whatever the command talks to, in TLS too: it finds the proxy, and a certificate
      authority to trust, in the variables of its ecosystem

  retape record --to tcp://localhost:6379 --append -o redis.cassette -- npm test
      record any protocol over TCP, and add to a recording

Without a command, one line goes to standard output once clients can connect:
  retape: listening on http://127.0.0.1:43210";

/// Record what clients and servers say to each other, through a proxy
///
/// Bytes are passed on first and recorded after. With --to, only `Host` is changed on the way; what the
/// client sent and the server said is recorded verbatim, TLS taken off. The file is readable at any moment, also
/// if the recorder is killed.
///
/// Clients that speak TLS are shown certificates of a local authority (`retape ca`), and offered the
/// protocol that the server chose. Where `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say so, servers are reached by another
/// proxy.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub(crate) struct RecordArgs {
    /// The server: http://host:port or `https://…`; `tcp://…`, `tls://…` or `unix:///path` for any protocol
    #[arg(long, value_name = "URL", required_unless_present_any = ["proxy", "transparent"])]
    to: Option<Upstream>,

    /// Record whatever clients reach by this proxy: HTTP with absolute URLs, CONNECT, SOCKS5, all on one port
    #[arg(long, conflicts_with_all = ["to", "rewrite_origin"])]
    proxy: bool,

    /// Record connections that the system leads here: iptables … -j REDIRECT --to-ports PORT (Linux)
    #[arg(long, conflicts_with_all = ["to", "proxy", "rewrite_origin"])]
    transparent: bool,

    /// Leave the TLS of these hosts alone: it passes, and is not recorded; `*` stands for anything
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    no_intercept: Vec<String>,

    /// Where clients connect: host:port (port 0 takes any free one), or `unix:///path`
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: ListenAddress,

    /// The cassette to record to; a name ending in .yaml gives a text cassette
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// Replace the file if there is one
    #[arg(long, conflicts_with = "append")]
    overwrite: bool,

    /// Add to the file if there is one
    #[arg(long)]
    append: bool,

    /// Replace the server's `http://host:port` by the recorder's, also in answers
    ///
    /// In Location, Content-Location, Link, Refresh and Access-Control-Allow-Origin, and wherever
    /// it stands in a body of text (HTML, JSON also as `http:\/\/`, XML, JavaScript and the like); the
    /// other way round in the requests' Origin, Referer and Destination. Bodies that come in
    /// HTTP/2, or compressed, partial, signed by a digest, or over 1 MiB with a Content-Length pass as
    /// they are, and a warning counts them. The file holds what the server said; replay replaces again.
    #[arg(long)]
    rewrite_origin: bool,

    /// Take servers' certificates as they are; the cassette says so
    #[arg(long, conflicts_with = "upstream_ca")]
    insecure: bool,

    /// Also trust servers with certificates of these authorities (PEM)
    #[arg(long, value_name = "FILE")]
    upstream_ca: Option<PathBuf>,

    /// Show servers that ask for one this certificate (PEM; the key may stand in the same file)
    #[arg(long, value_name = "FILE")]
    client_cert: Option<PathBuf>,

    /// Its key (PEM), if it stands in a file of its own
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    client_key: Option<PathBuf>,

    /// Where the certificate authority is kept [default: retape/ca in the user's data directory]
    #[arg(long, value_name = "DIR")]
    ca: Option<PathBuf>,

    /// Compress bodies with zstd
    #[arg(long)]
    compress: bool,

    /// Give up connecting to the server after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    connect_timeout: Duration,

    /// Run this, with `RETAPE_URL` set (with --proxy also the proxy and whom to trust), and stop when it ends
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

pub(crate) fn run(args: RecordArgs) -> Outcome<ExitCode> {
    let plan = Plan::try_from(args)?;
    session::block_on(record(plan))
}

async fn record(plan: Plan) -> Outcome<ExitCode> {
    let listening = plan.listen.listen()?;
    let environment = environment(&plan, listening.url())?;
    let header = recording::header(plan.recorder.rewrite());
    let tape = Tape::open(&plan.output, plan.existing, &header, plan.options)?;
    let recording = Recording::start(tape)?;
    let entry = plan.recorder.entry.clone();
    let (socket, _file) = listening.into_parts();
    let ended = recording.serve(socket.into(), plan.recorder, &plan.command, &environment).await;
    let journal = recording.journal.clone();
    let saved = recording.finish(&plan.output);
    let ended = ended?;
    saved?;
    recording::sum_up(&journal, &plan.output);
    credentials::warn_of(&plan.output);
    ending::tell(&ended, &entry);
    ending::conclude(&ended, &entry)
}

fn environment(plan: &Plan, url: &str) -> Outcome<Environment> {
    match &plan.authority {
        Some(authority) if !plan.command.is_empty() => {
            let by_proxy = matches!(plan.recorder.entry, recorder::Entry::Proxy);
            Environment::prepare(url, Some(authority), by_proxy.then_some(url))
        }
        _ => Environment::prepare(url, None, None),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.filter(|s| !s.is_zero()).ok_or_else(|| "write a number above 0".to_owned())
}
