//! What to record, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use cassettes::model::Rewrite;

use crate::tls::UpstreamTls;
use crate::{Certifier, Chain, Faults, Hosts, Notices, Upstream};

/// What a recording does.
#[derive(Debug, Clone)]
pub struct RecordPlan {
    /// How clients come, and where they are passed on to.
    pub entry: Entry,
    /// In reverse mode, replace the upstream's origin by the proxy's own in answers: in header fields that hold URLs and in
    /// bodies of text ([which](cassettes::wire::http1::rewrite::Rewriter::origin)); and the other way
    /// round in requests' fields. Without it only `Host` is changed.
    pub rewrite_origin: bool,
    /// How long a connection attempt to the upstream may take, name lookup and TLS handshake each.
    pub connect_timeout: Duration,
    /// Most connections served at once; further clients wait in the listener's backlog.
    pub max_connections: usize,
    /// Who answers clients that want TLS.
    pub certifier: Certifier,
    /// Servers whose TLS passes as it is, unread and unrecorded.
    pub spared: Hosts,
    /// How servers that want TLS are spoken to; `None`: they cannot be.
    pub upstream_tls: Option<Arc<UpstreamTls>>,
    /// The proxy that servers are reached by, if any.
    pub chain: Chain,
    /// Who is told what a person should know at once.
    pub notices: Notices,
    /// What is broken on the way to the client. The recording is of what the server said.
    pub faults: Option<Faults>,
}

/// How clients come to a recording, and where what they say is passed on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Clients take the recorder for this server.
    Reverse(Upstream),
    /// Clients name their servers: by absolute-form requests, `CONNECT`, or SOCKS5.
    Proxy,
    /// The system leads connections here that were meant for others (Linux, `REDIRECT`).
    Transparent,
}

impl RecordPlan {
    /// Long enough for a lost SYN to be sent three times (after 1 s, 3 s and 7 s).
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// Each connection takes two sockets; a recording of more at once than this is a load test
    /// that should not go through a recorder.
    pub const MAX_CONNECTIONS: usize = 16 * 1024;

    /// A reverse proxy, with every choice left at its default.
    pub fn new(to: Upstream) -> Self {
        Self::entered_by(Entry::Reverse(to))
    }

    /// The plan with every other choice left at its default.
    pub fn entered_by(entry: Entry) -> Self {
        Self {
            entry,
            rewrite_origin: false,
            connect_timeout: Self::CONNECT_TIMEOUT,
            max_connections: Self::MAX_CONNECTIONS,
            certifier: Certifier::none(),
            spared: Hosts::default(),
            upstream_tls: None,
            chain: Chain::default(),
            notices: Notices::default(),
            faults: None,
        }
    }

    /// What this plan changes between client and server, for the cassette's header.
    pub fn rewrite(&self) -> Rewrite {
        let Entry::Reverse(to) = &self.entry else { return Rewrite::default() };
        if !to.scheme().is_http() {
            return Rewrite::default();
        }
        let origin = if self.rewrite_origin { to.origin() } else { String::new() };
        Rewrite { host: to.authority(), origin }
    }
}

/// What came of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Client connections accepted.
    pub connections: u64,
    /// Exchanges recorded, incomplete ones included.
    pub exchanges: u64,
    /// Those of which a parser understood only a part; all their bytes are recorded nevertheless.
    pub degraded: u64,
    /// Answers of text that may still name the upstream's origin, although it was to be replaced: they are
    /// compressed, longer than 1 MiB, a part, or carry a digest.
    pub left: u64,
    /// Connections that passed as they are, unread and unrecorded, because their host is spared.
    pub spared: u64,
    /// Connections whose upstream could not be reached.
    pub unreached: u64,
    /// Why the first of those could not, for people.
    pub first_failure: Option<String>,
}
