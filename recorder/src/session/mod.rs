//! One client connection, from its accept to its last close.
//!
//! - `reverse`: the client takes us for a server that we know
//! - `proxy`: the client says which server it wants: `forward` in each request, `tunnel` once
//! - `meet`: both are connected; their first words decide on TLS
//! - `hear`: what those first words are
//! - `reception`: faults may meet it before; `faulted`: one ends it
//! - `unsettled`: the recording may stop before a server has answered

mod faulted;
mod forward;
mod hear;
mod meet;
mod proxy;
mod reception;
mod reverse;
mod tunnel;
mod unsettled;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cassettes::format::Journal;
use cassettes::model::{Connection, Direction, How, Side, Timestamp, Transport, Way};
use cassettes::wire::tls_alert;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::connect::Connector;
use crate::faults::{ConnectionFaults, Link, Met};
use crate::handshake::Failed;
use crate::lane::{Broken, Stop};
use crate::relay::relay;
use crate::stream::Stream;
use crate::tap::{Counters, Speech, Tap};
use crate::translator::Translator;
use crate::{Clock, Entry, Notice, RecordPlan, Upstream};

/// What all connections of a recording share.
pub(crate) struct Shared {
    pub(crate) plan: RecordPlan,
    pub(crate) connector: Connector,
    pub(crate) journal: Journal,
    pub(crate) clock: Clock,
    pub(crate) counters: Arc<Counters>,
}

/// Serves one client, which came as the one of this number, from 1. An error is why the upstream could not be reached.
pub(crate) async fn serve(client: Stream, number: u32, shared: Arc<Shared>) -> io::Result<()> {
    let mut visit = Visit::of(&client, number, shared.clone());
    let Some((client, met)) = reception::meet(client, visit.number, &shared).await else {
        return Ok(());
    };
    visit.met = met;
    match &shared.plan.entry {
        Entry::Reverse(to) => reverse::serve(visit, client, to).await,
        Entry::Proxy => proxy::serve(visit, client).await,
        Entry::Transparent => tunnel::transparent(visit, client).await,
    }
}

/// A client, and what is known of it.
pub(crate) struct Visit {
    shared: Arc<Shared>,
    opened: Timestamp,
    client: String,
    own: Option<SocketAddr>,
    way: Way,
    /// From 1, in the order of accepting.
    number: u32,
    /// What faults have in store for its TLS.
    met: Option<Met>,
}

impl Visit {
    fn of(client: &Stream, number: u32, shared: Arc<Shared>) -> Self {
        let (tcp, named) = (client.tcp(), |found: SocketAddr| found.to_string());
        Self {
            opened: shared.clock.now(),
            client: tcp.and_then(|tcp| tcp.peer_addr().ok()).map_or_else(String::new, named),
            own: tcp.and_then(|tcp| tcp.local_addr().ok()),
            way: Way::Direct,
            number,
            met: None,
            shared,
        }
    }

    /// The same client, come in this way.
    fn by(self, way: Way) -> Self {
        Self { way, ..self }
    }

    fn plan(&self) -> &RecordPlan {
        &self.shared.plan
    }

    /// Where the client connected to, as `host:port`.
    fn own_address(&self) -> String {
        self.own.map_or_else(String::new, |own| own.to_string())
    }

    /// A connection of this client to that server.
    fn facts(&self, to: &Upstream) -> Connection {
        let unix = to.socket().is_some();
        Connection {
            transport: if unix { Transport::Unix } else { Transport::Tcp },
            way: self.way,
            client: self.client.clone(),
            server: self.own_address(),
            upstream: to.origin(),
            ..Connection::opened_at(self.opened)
        }
    }

    /// Records such a connection.
    fn tap(&self, facts: Connection, speech: Speech, translator: Translator) -> Tap {
        let faults = self.plan().faults.clone().map(|faults| {
            let (tls, peer) = (facts.tls.is_some(), facts.upstream.clone());
            let authority = translator.authority().map(str::to_owned);
            let link = Link { faults, connection: self.number, tls, peer, authority };
            ConnectionFaults::new(link, speech)
        });
        Tap::new(facts, speech, translator, faults, &self.shared)
    }

    async fn connect(&self, to: &Upstream) -> io::Result<Stream> {
        self.shared.connector.connect(to).await
    }

    fn tell_unreached(&self, to: &Upstream, why: &dyn std::fmt::Display) {
        let (origin, why) = (to.origin(), why.to_string());
        self.plan().notices.tell(&Notice::Unreached { origin, why });
    }
}

/// What a server is taken to speak.
fn speech_of(to: &Upstream) -> Speech {
    if to.scheme().is_http() { Speech::Http } else { Speech::Raw }
}

/// Relays until the end, and passes a break of one side on to the other. Gives both back if the client has turned
/// to another server.
async fn converse(
    mut client: Stream,
    mut server: Stream,
    tap: &mut Tap,
) -> Option<(Stream, Stream)> {
    match relay(&mut client, &mut server, tap).await {
        Ok(()) => return tap.has_turned().then_some((client, server)),
        Err(Stop::Broken(broken)) => {
            tap.close(broken.by, broken.how);
            let (_dead, alive) = match broken.by {
                Side::Client => (client, server),
                Side::Server => (server, client),
            };
            break_off(alive, broken.how).await;
        }
        Err(Stop::Fault(Direction::ToClient, ending)) => {
            faulted::cut_client_off(client, server, ending, tap).await;
        }
        Err(Stop::Fault(Direction::ToServer, ending)) => {
            tap.close(Side::Client, How::Fin);
            tokio::join!(faulted::end(server, ending), client.reset());
        }
    }
    None
}

/// Ends a connection in the nearest way to how the other side's ended.
async fn break_off(alive: Stream, how: How) {
    match how {
        How::Alert(number) if alive.is_tls() => alive.alert(number).await,
        _ => alive.reset().await,
    }
}

/// A client that broke before it said anything.
async fn lost(server: Stream, error: &io::Error, tap: &mut Tap) {
    let broken = Broken::new(Side::Client, error);
    tap.close(broken.by, broken.how);
    server.reset().await;
}

/// Longest wait for the first bytes of a client whose upstream cannot be reached: they say what it
/// wanted. Clients of HTTP send within a millisecond of connecting; one that does not has no request to lose.
const FIRST_BYTES_WAIT: Duration = Duration::from_millis(100);

/// Most of them recorded: a head, and a body of usual size.
const MAX_FIRST_BYTES: usize = 64 * 1024;

/// Records what the client asked and why nobody answered. The client sees a reset, the nearest that
/// a connection which was already accepted can come to being refused.
async fn give_up(mut client: Stream, how: How, tap: &mut Tap) {
    let first = tokio::time::timeout(FIRST_BYTES_WAIT, first_bytes(&mut client));
    if let Ok(Ok(bytes)) = first.await {
        tap.heard(Direction::ToServer, tap.now(), bytes);
    }
    tap.close(Side::Server, how);
    client.reset().await;
}

/// Tells a client that awaits a server's part in a TLS handshake that there will be none.
async fn turn_away(mut client: Stream, failed: &Failed, tap: &mut Tap) {
    tap.close(Side::Server, failed.how);
    let alert = match failed.how {
        How::Alert(number) => number,
        How::Untrusted => INTERNAL_ERROR,
        How::Fin | How::CloseNotify => return client.cut().await,
        _ => return client.reset().await,
    };
    // A client that is gone needs no telling.
    drop(client.write_all(&tls_alert::plain(alert)).await);
    client.cut().await;
}

/// "An internal error unrelated to the peer" (RFC 8446 §6.2): the client did nothing wrong.
const INTERNAL_ERROR: u8 = 80;

async fn first_bytes(client: &mut Stream) -> io::Result<Bytes> {
    let mut bytes = BytesMut::with_capacity(MAX_FIRST_BYTES);
    client.read_buf(&mut bytes).await?;
    Ok(bytes.freeze())
}

/// How a failed connection attempt shows in the recording.
fn failure(error: &io::Error) -> How {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => How::Refused,
        io::ErrorKind::TimedOut => How::Timeout,
        _ => How::Unreachable,
    }
}
