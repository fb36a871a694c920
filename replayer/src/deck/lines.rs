//! The recorded connections: to whom they led, and what was spoken there.

use std::collections::HashMap;
use std::sync::OnceLock;

use cassettes::format::Reader;
use cassettes::model::{Close, Connection, ConnectionId, How, Protocol, Timestamp, Way};

use super::failures::failure_of;
use super::{Deck, Failures, Loaded, Named, Slot, Stop};
use crate::verify::Own;

/// All of a deck's connections, read when a client first needs them: one that speaks plain HTTP, and takes the
/// replayer for the server, never does.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    read: OnceLock<Read>,
    server_first: OnceLock<Vec<Slot>>,
}

/// How many raw connections are looked at for which side spoke first. Each is read from its cassette.
const MAX_FIRST_SEEN: usize = 1024;

#[derive(Debug)]
struct Read {
    /// Of each cassette, by connection.
    of_cassettes: Vec<Vec<Line>>,
    /// By host, in lower case, and port.
    by_server: HashMap<(Vec<u8>, u16), Spoken>,
    /// With clients who took the recorder for the server.
    direct: Spoken,
    all: Spoken,
    failures: Failures,
    /// A server ended a connection by a TLS alert.
    alerts: bool,
}

/// A recorded connection.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// The address that its client connected to.
    pub(crate) own: Own,
    /// Its client took the recorder for the server, or there was none.
    pub(crate) direct: bool,
    /// The client spoke TLS.
    pub(crate) secure: bool,
    /// The server, as an origin; empty where unknown.
    upstream: Box<str>,
    /// What the server chose by ALPN; empty if nothing.
    alpn: Box<str>,
    opened: Timestamp,
    /// How it came to nothing, if nothing was said on it.
    failure: Option<(Stop, How)>,
    /// The server ended it by a TLS alert.
    alerted: bool,
}

/// What was spoken on some of the recorded connections.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spoken {
    /// Each once.
    protocols: Vec<Protocol>,
    /// TLS, and what was chosen by ALPN; each once.
    tls: bool,
    alpn: Vec<Box<str>>,
}

impl Line {
    fn of(connection: Connection) -> Self {
        let alpn = connection.tls.as_ref().map(|tls| tls.alpn.as_str()).unwrap_or_default().into();
        Self {
            own: Own::of(&connection.server),
            direct: matches!(connection.way, Way::Direct),
            secure: connection.tls.is_some(),
            opened: connection.opened,
            failure: failure_of(&connection),
            alerted: matches!(connection.server_close(), Some(Close { how: How::Alert(_), .. })),
            upstream: connection.upstream.into(),
            alpn,
        }
    }

    /// The server that it led to, as an origin; empty where unknown.
    pub(crate) fn origin(&self) -> &str {
        &self.upstream
    }

    /// The server that it led to, if that is known.
    pub(crate) fn server(&self) -> Option<Named<'_>> {
        Named::of_origin(&self.upstream)
    }
}

impl Spoken {
    /// Nothing but what no parser knows.
    pub(crate) fn only_raw(&self) -> bool {
        self.protocols == [Protocol::Raw]
    }

    /// Something that no parser knows.
    pub(crate) fn has_raw(&self) -> bool {
        self.protocols.contains(&Protocol::Raw)
    }

    /// The protocols that a server offers by ALPN, the preferred first: those that it chose; where none was recorded in TLS, those
    /// that it spoke.
    pub(crate) fn alpn(&self) -> Vec<Vec<u8>> {
        let named = |name: &str| name.as_bytes().to_vec();
        if self.tls {
            return self.alpn.iter().map(|name| named(name)).collect();
        }
        let both = [(Protocol::Http2, "h2"), (Protocol::Http1, "http/1.1")];
        let spoken = both.iter().filter(|(protocol, _)| self.protocols.contains(protocol));
        spoken.map(|(_, name)| named(name)).collect()
    }

    fn is_anything(&self) -> bool {
        self.tls || !self.protocols.is_empty()
    }

    fn hear(&mut self, protocol: Protocol) {
        if !self.protocols.contains(&protocol) {
            self.protocols.push(protocol);
        }
    }

    fn note_tls(&mut self, line: &Line) {
        self.tls |= line.secure;
        if line.secure && !line.alpn.is_empty() && !self.alpn.contains(&line.alpn) {
            self.alpn.push(line.alpn.clone());
            // A client that can choose prefers the newer; so does a server.
            self.alpn.sort_by_key(|name| &**name != "h2");
        }
    }
}

impl Deck {
    /// The connection of an exchange.
    pub(crate) fn line(&self, slot: Slot) -> Option<&Line> {
        let (cassette, number) = self.locate(slot)?;
        let id = cassette.reader.entry(number).connection;
        self.lines().of_cassettes.get(self.cassette_of(slot))?.get(id.index())
    }

    /// What was spoken with this server, in TLS or without; with none, by clients who came directly. Where nothing
    /// was, what was spoken at all: recordings by hand do not say where they come from.
    pub(crate) fn spoken(&self, server: Option<Named<'_>>) -> &Spoken {
        let lines = self.lines();
        let found = match server {
            Some(server) => lines.by_server.get(&(server.host.to_ascii_lowercase(), server.port)),
            None => Some(&lines.direct).filter(|direct| direct.is_anything()),
        };
        found.unwrap_or(&lines.all)
    }

    /// The raw connections on which the server spoke first, in recorded order.
    pub(crate) fn server_first(&self) -> &[Slot] {
        let is_it = |slot: &Slot| self.exchange(*slot).is_ok_and(|it| self.acts_first(*slot, &it));
        let seen = || self.raw_lines().iter().copied().take(MAX_FIRST_SEEN);
        self.lines.server_first.get_or_init(|| seen().filter(is_it).collect())
    }

    /// Recorded connections that came to nothing.
    pub(crate) fn failures(&self) -> &Failures {
        &self.lines().failures
    }

    /// Whether any recorded server ended a connection by a TLS alert.
    pub(crate) fn has_alerts(&self) -> bool {
        self.lines().alerts
    }

    /// Whether any recorded client came by proxy, or was led to its server in another way.
    pub fn has_led_clients(&self) -> bool {
        self.all_lines().any(|line| !line.direct)
    }

    /// Whether any recorded client spoke TLS.
    pub fn has_tls_clients(&self) -> bool {
        self.all_lines().any(|line| line.secure)
    }

    fn all_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines().of_cassettes.iter().flatten()
    }

    fn lines(&self) -> &Read {
        self.lines.read.get_or_init(|| {
            let mut read = Read {
                of_cassettes: self
                    .cassettes
                    .iter()
                    .map(|loaded| lines_of(&loaded.reader))
                    .collect(),
                by_server: HashMap::new(),
                direct: Spoken::default(),
                all: Spoken::default(),
                failures: Failures::default(),
                alerts: false,
            };
            for (cassette, loaded) in self.cassettes.iter().enumerate() {
                read.listen(cassette, loaded);
            }
            read
        })
    }
}

impl Read {
    /// Notes what was spoken on each line of the cassette.
    fn listen(&mut self, cassette: usize, loaded: &Loaded) {
        let mut lines = self.of_cassettes.get(cassette).cloned().unwrap_or_default();
        for line in &lines {
            self.note(line, |spoken| spoken.note_tls(line));
            self.alerts |= line.alerted;
        }
        for entry in loaded.reader.entries() {
            if let Some(line) = lines.get_mut(entry.connection.index()) {
                line.failure = None;
                self.note(line, |spoken| spoken.hear(entry.protocol));
            }
        }
        self.note_failures(&lines, loaded);
    }

    /// Notes which lines came to nothing, and what had come before.
    fn note_failures(&mut self, lines: &[Line], loaded: &Loaded) {
        for line in lines {
            if let Some(failure) = line.failure {
                self.failures.push(line.server(), line.direct, failure, line.opened);
            }
        }
        if self.failures.is_empty() {
            return;
        }
        for (slot, entry) in (loaded.first..).map(Slot).zip(loaded.reader.entries()) {
            if let Some(line) = lines.get(entry.connection.index()) {
                self.failures.note(line.server(), slot, entry.last_at);
            }
        }
    }

    fn note(&mut self, line: &Line, mut note: impl FnMut(&mut Spoken)) {
        note(&mut self.all);
        if line.direct {
            note(&mut self.direct);
        }
        if let Some(server) = line.server() {
            let key = (server.host.to_ascii_lowercase(), server.port);
            note(self.by_server.entry(key).or_default());
        }
    }
}

fn lines_of(reader: &Reader) -> Vec<Line> {
    let unreadable = |_| Connection::opened_at(Timestamp::ZERO);
    let ids = (0..).map(ConnectionId).take(reader.connections());
    ids.map(|id| Line::of(reader.connection(id).unwrap_or_else(unreadable))).collect()
}
