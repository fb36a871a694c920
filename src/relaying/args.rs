//! What may be typed for any verb that stands between clients and servers.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use recorder::Upstream;

use crate::listen::ListenAddress;

/// How clients come, and how servers are reached.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub(crate) struct RelayArgs {
    /// The server: http://host:port or `https://…`; `tcp://…`, `tls://…` or `unix:///path` for any protocol
    #[arg(long, value_name = "URL", required_unless_present_any = ["proxy", "transparent"])]
    pub(super) to: Option<Upstream>,

    /// Serve whatever clients reach by this proxy: HTTP with absolute URLs, CONNECT, SOCKS5, all on one port
    #[arg(long, conflicts_with_all = ["to", "rewrite_origin"])]
    pub(super) proxy: bool,

    /// Serve connections that the system leads here: iptables … -j REDIRECT --to-ports PORT (Linux)
    #[arg(long, conflicts_with_all = ["to", "proxy", "rewrite_origin"])]
    pub(super) transparent: bool,

    /// Leave the TLS of these hosts alone: it passes, unread and unrecorded; `*` stands for anything
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    pub(super) no_intercept: Vec<String>,

    /// Where clients connect: host:port (port 0 takes any free one), or `unix:///path`
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(super) listen: ListenAddress,

    /// Replace the server's `http://host:port` by retape's, also in answers
    ///
    /// In Location, Content-Location, Link, Refresh and Access-Control-Allow-Origin, and wherever
    /// it stands in a body of text (HTML, JSON also as `http:\/\/`, XML, JavaScript and the like); the
    /// other way round in the requests' Origin, Referer and Destination. Bodies that come in
    /// HTTP/2, or compressed, partial, signed by a digest, or over 1 MiB with a Content-Length pass as
    /// they are, and a warning counts them. A cassette holds what the server said; replay replaces again.
    #[arg(long)]
    pub(super) rewrite_origin: bool,

    /// Take servers' certificates as they are; a cassette says so
    #[arg(long, conflicts_with = "upstream_ca")]
    pub(super) insecure: bool,

    /// Also trust servers with certificates of these authorities (PEM)
    #[arg(long, value_name = "FILE")]
    pub(super) upstream_ca: Option<PathBuf>,

    /// Show servers that ask for one this certificate (PEM; the key may stand in the same file)
    #[arg(long, value_name = "FILE")]
    pub(super) client_cert: Option<PathBuf>,

    /// Its key (PEM), if it stands in a file of its own
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub(super) client_key: Option<PathBuf>,

    /// Where the certificate authority is kept [default: retape/ca in the user's data directory]
    #[arg(long, value_name = "DIR")]
    pub(super) ca: Option<PathBuf>,

    /// Give up connecting to the server after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(super) connect_timeout: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.filter(|s| !s.is_zero()).ok_or_else(|| "write a number above 0".to_owned())
}
