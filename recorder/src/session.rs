//! One client connection, from its accept to its last close.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use cassettes::format::Journal;
use cassettes::model::{Connection, Direction, How, Side};
use cassettes::wire::http1::rewrite::Rewriter;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::connect::Connector;
use crate::relay::{relay, reset};
use crate::tap::{Counters, Tap};
use crate::{Clock, RecordPlan};

/// What all connections of a recording share.
pub(crate) struct Shared {
    pub(crate) plan: RecordPlan,
    pub(crate) connector: Connector,
    pub(crate) journal: Journal,
    pub(crate) clock: Clock,
    pub(crate) counters: Arc<Counters>,
}

/// Serves one client. An error is why the upstream could not be reached.
pub(crate) async fn serve(client: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let mut tap = open_tap(&client, &shared);
    // A socket that refuses the option still relays.
    drop(client.set_nodelay(true));
    match shared.connector.connect().await {
        Ok(server) => {
            converse(client, server, &mut tap).await;
            Ok(())
        }
        Err(error) => {
            give_up(client, &error, &mut tap).await;
            Err(error)
        }
    }
}

fn open_tap(client: &TcpStream, shared: &Shared) -> Tap {
    let address = |found: io::Result<std::net::SocketAddr>| {
        found.map_or_else(|_| String::new(), |found| found.to_string())
    };
    let own = address(client.local_addr());
    let rewriter = rewriter(&shared.plan, &own);
    let facts = Connection {
        client: address(client.peer_addr()),
        server: own,
        upstream: shared.plan.to.origin(),
        ..Connection::opened_at(shared.clock.now())
    };
    Tap::new(facts, shared.clock, shared.counters.clone(), rewriter, shared.journal.clone())
}

fn rewriter(plan: &RecordPlan, own: &str) -> Rewriter {
    let upstream = plan.to.authority();
    if plan.rewrite_origin { Rewriter::origin(&upstream, own) } else { Rewriter::host(&upstream) }
}

/// Relays until the end, and passes a break of one side on to the other.
async fn converse(mut client: TcpStream, mut server: TcpStream, tap: &mut Tap) {
    let Err(broken) = relay(&mut client, &mut server, tap).await else { return };
    tap.close(broken.by, broken.how);
    let (_dead, alive) = match broken.by {
        Side::Client => (client, server),
        Side::Server => (server, client),
    };
    reset(alive).await;
}

/// Longest wait for the first bytes of a client whose upstream cannot be reached: they say what it
/// wanted. Clients of HTTP send within a millisecond of connecting; one that does not has no request to lose.
const FIRST_BYTES_WAIT: Duration = Duration::from_millis(100);

/// Most of them recorded: a head, and a body of usual size.
const MAX_FIRST_BYTES: usize = 64 * 1024;

/// Records what the client asked and why nobody answered. The client sees a reset, the nearest that
/// a connection which was already accepted can come to being refused.
async fn give_up(mut client: TcpStream, error: &io::Error, tap: &mut Tap) {
    let first = tokio::time::timeout(FIRST_BYTES_WAIT, first_bytes(&mut client));
    if let Ok(Ok(bytes)) = first.await
        && !bytes.is_empty()
    {
        tap.heard(Direction::ToServer, tap.now(), bytes.freeze());
    }
    tap.close(Side::Server, failure(error));
    drop(client.set_zero_linger());
}

async fn first_bytes(client: &mut TcpStream) -> io::Result<BytesMut> {
    let mut bytes = BytesMut::with_capacity(MAX_FIRST_BYTES);
    client.read_buf(&mut bytes).await?;
    Ok(bytes)
}

fn failure(error: &io::Error) -> How {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => How::Refused,
        io::ErrorKind::TimedOut => How::Timeout,
        _ => How::Unreachable,
    }
}
