//! Sockets and time for players: accepts connections and carries out what their players say.
//!
//! Connections are dealt in turn to one single-threaded runtime a core, and stay there.
//!
//! - [`serve`]: accepts, and deals; [`serve_here`]: for one short-lived client, without threads
//! - [`Certificates`]: who it is in TLS
//! - [`listener`]: TCP, and Unix-domain sockets
//! - [`doors`]: from a socket to a client of a known server
//! - [`handshake`]: TLS with a client; [`reception`]: how one is met, where that is said
//! - [`tunnel`]: `CONNECT` and SOCKS5
//! - [`stream`]: what bytes travel on
//! - [`connection`], [`ending`]: plays to one client; [`alert`]: ends its TLS by an alert
//! - [`transcript`]: writes down what it did

mod alert;
mod certificates;
mod connection;
mod doors;
mod ending;
mod handshake;
mod here;
mod listener;
mod reception;
mod stream;
#[cfg(test)]
mod tests;
mod transcript;
mod tunnel;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cassettes::model::Timestamp;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::stage::Stage;
pub use certificates::Certificates;
pub use here::serve_here;
use listener::Accepted;
pub use listener::Listener;

/// How long a replay that is told to stop waits for its connections: a client that has ended may
/// have sent a last request that is still on its way.
const STOP_GRACE: Duration = Duration::from_millis(200);

/// After a failed accept. It fails when file descriptors have run out, which only time mends.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Plays to all clients that connect, until `stop`. Connections still open some 200 ms after that are dropped.
///
/// Without `certificates` TLS is not spoken: its bytes are like any others.
pub async fn serve(
    listener: impl Into<Listener>,
    stage: Arc<Stage>,
    certificates: Option<Arc<dyn Certificates>>,
    stop: CancellationToken,
) -> io::Result<()> {
    let server = Server { stage, certificates, started: Instant::now() };
    let listener = listener.into();
    let workers = start_workers(std::thread::available_parallelism().map_or(1, Into::into))?;
    let first = workers.handles.first().cloned().unwrap_or_else(Handle::current);
    let accepting = first.spawn(accept(listener, server, workers.handles.clone(), stop));
    let accepted = accepting.await.map_err(io::Error::other)?;
    tokio::task::spawn_blocking(move || workers.end()).await.map_err(io::Error::other)?;
    accepted
}

/// What every connection needs.
#[derive(Debug, Clone)]
struct Server {
    stage: Arc<Stage>,
    certificates: Option<Arc<dyn Certificates>>,
    started: Instant,
}

impl Server {
    /// Time since the replay's start.
    fn now(&self) -> Timestamp {
        Timestamp::from_duration(self.started.elapsed())
    }

    /// The moment at which [`Server::now`] will say `at`.
    fn instant(&self, at: Timestamp) -> Instant {
        self.started + at.since(Timestamp::ZERO)
    }
}

/// Threads, each with a runtime of its own.
struct Workers {
    handles: Vec<Handle>,
    threads: Vec<JoinHandle<()>>,
    end: CancellationToken,
}

fn start_workers(count: usize) -> io::Result<Workers> {
    let mut workers =
        Workers { handles: Vec::new(), threads: Vec::new(), end: CancellationToken::new() };
    for number in 0..count.max(1) {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let end = workers.end.clone();
        workers.handles.push(runtime.handle().clone());
        let thread = std::thread::Builder::new().name(format!("replay-{number}"));
        workers.threads.push(thread.spawn(move || runtime.block_on(end.cancelled()))?);
    }
    Ok(workers)
}

impl Workers {
    /// Drops all connections, and waits until they are dropped.
    fn end(self) {
        self.end.cancel();
        for thread in self.threads {
            // A worker that panicked has dropped its connections, too.
            drop(thread.join());
        }
    }
}

async fn accept(
    listener: Listener,
    server: Server,
    workers: Vec<Handle>,
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = listener.start()?;
    let limit = server.stage.options().limits.connections;
    let places = Arc::new(Semaphore::new(limit));
    let serving = async {
        for worker in workers.iter().cycle() {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            deal(worker, next_client(&listener).await, &server, place);
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = serving => {}
    }
    drain(&listener, &server, &workers, &places).await;
    Ok(())
}

/// Serves those who had connected before the stop, and waits a little for all to end.
async fn drain(listener: &Listener, server: &Server, workers: &[Handle], places: &Arc<Semaphore>) {
    let limit = server.stage.options().limits.connections;
    let last = async {
        for worker in workers.iter().cycle() {
            let Ok(place) = Arc::clone(places).try_acquire_owned() else { break };
            let next = tokio::time::timeout(Duration::ZERO, next_client(listener)).await;
            let Ok(accepted) = next else { break };
            deal(worker, accepted, server, place);
        }
        let all = u32::try_from(limit).unwrap_or(u32::MAX);
        drop(places.acquire_many(all).await);
    };
    // Clients that are still there after that are not waited for.
    drop(tokio::time::timeout(STOP_GRACE, last).await);
}

async fn next_client(listener: &Listener) -> Accepted {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Gives a connection to a worker. Sockets are bound to the runtime that made them, so it is made anew there.
fn deal(worker: &Handle, accepted: Accepted, server: &Server, place: OwnedSemaphorePermit) {
    let server = server.clone();
    let Ok(loose) = accepted.loosen() else { return };
    worker.spawn(async move {
        if let Ok(accepted) = loose.bind() {
            connection::attend(accepted, &server).await;
        }
        drop(place);
    });
}
