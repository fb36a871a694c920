//! What to record, and what came of it.

use std::time::Duration;

use cassettes::model::Rewrite;

use crate::Upstream;

/// What a reverse-proxy recording does.
#[derive(Debug, Clone)]
pub struct RecordPlan {
    /// Where requests are passed on to.
    pub to: Upstream,
    /// Replace the upstream's origin by the proxy's own in answers: in header fields that hold URLs and in
    /// bodies of text ([which](cassettes::wire::http1::rewrite::Rewriter::origin)); and the other way
    /// round in requests' fields. Without it only `Host` is changed.
    pub rewrite_origin: bool,
    /// How long a connection attempt to the upstream may take, name lookup included.
    pub connect_timeout: Duration,
    /// Most connections served at once; further clients wait in the listener's backlog.
    pub max_connections: usize,
}

impl RecordPlan {
    /// Long enough for a lost SYN to be sent three times (after 1 s, 3 s and 7 s).
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// Each connection takes two sockets; a recording of more at once than this is a load test
    /// that should not go through a recorder.
    pub const MAX_CONNECTIONS: usize = 16 * 1024;

    /// The plan with every choice left at its default.
    pub const fn new(to: Upstream) -> Self {
        Self {
            to,
            rewrite_origin: false,
            connect_timeout: Self::CONNECT_TIMEOUT,
            max_connections: Self::MAX_CONNECTIONS,
        }
    }

    /// What this plan changes between client and server, for the cassette's header.
    pub fn rewrite(&self) -> Rewrite {
        let origin = if self.rewrite_origin { self.to.origin() } else { String::new() };
        Rewrite { host: self.to.authority(), origin }
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
    /// Connections whose upstream could not be reached.
    pub unreached: u64,
    /// Why the first of those could not, for people.
    pub first_failure: Option<String>,
}
