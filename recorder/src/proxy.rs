//! The proxy: accepts clients until it is told to stop.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cassettes::format::Journal;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::connect::Connector;
use crate::session::{self, Shared};
use crate::stream::Stream;
use crate::tap::Counters;
use crate::{Clock, Listener, RecordPlan, Summary};

/// Records what passes between the clients of `listener` and the plan's servers, until `stop`.
///
/// Bytes are passed on first and recorded after. Exchanges still open at `stop` get
/// [`STOP_GRACE`] to finish; then connections are closed, and the journal has their end. Finishing
/// the journal itself is left to the caller ([`Writer::finish`](crate::Writer::finish)): several
/// recordings may share one.
///
/// Somebody must take the journal's bytes ([`spawn_writer`](crate::spawn_writer)): connections
/// wait while more than [`MAX_PENDING_BYTES`](crate::MAX_PENDING_BYTES) are pending.
pub async fn record(
    listener: impl Into<Listener>,
    plan: RecordPlan,
    journal: Journal,
    clock: Clock,
    stop: CancellationToken,
) -> Summary {
    let listener = listener.into();
    let connector = Connector::new(plan.connect_timeout, plan.chain.clone());
    let counters = Arc::new(Counters::default());
    let shared = Shared { plan, connector, journal, clock, counters };
    let mut proxy =
        Proxy { shared: Arc::new(shared), sessions: JoinSet::new(), summary: Summary::default() };
    stop.run_until_cancelled(proxy.accept_from(&listener)).await;
    drop(listener);
    proxy.wind_down().await;
    proxy.summary()
}

/// How long exchanges that are open when a recording stops may take to finish.
pub const STOP_GRACE: Duration = Duration::from_secs(1);

/// How long closes may take to arrive after the last exchange: they are on their way already when a client has ended.
const CLOSE_GRACE: Duration = Duration::from_millis(100);

/// How often open exchanges are looked at while winding down.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Pause after a failed accept: the machine is out of file descriptors or memory, and a loop
/// without a pause would take the processor that is to free them.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

struct Proxy {
    shared: Arc<Shared>,
    /// One for each open connection.
    sessions: JoinSet<io::Result<()>>,
    summary: Summary,
}

impl Proxy {
    async fn accept_from(&mut self, listener: &Listener) {
        loop {
            let room = self.sessions.len() < self.shared.plan.max_connections;
            tokio::select! {
                accepted = listener.accept(), if room => self.admit(accepted).await,
                Some(ended) = self.sessions.join_next() => self.note(ended),
            }
        }
    }

    async fn admit(&mut self, accepted: io::Result<Stream>) {
        match accepted {
            Ok(client) => {
                self.summary.connections += 1;
                let number = u32::try_from(self.summary.connections).unwrap_or(u32::MAX);
                self.sessions.spawn(session::serve(client, number, self.shared.clone()));
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }

    fn note(&mut self, ended: Result<io::Result<()>, JoinError>) {
        if let Ok(Err(error)) = ended {
            self.summary.unreached += 1;
            self.summary.first_failure.get_or_insert_with(|| error.to_string());
        }
    }

    async fn wind_down(&mut self) {
        // Both run out when a client stays; what is left is cut.
        drop(timeout(STOP_GRACE, self.exchanges_end()).await);
        drop(timeout(CLOSE_GRACE, self.sessions_end()).await);
        self.sessions.abort_all();
        self.sessions_end().await;
    }

    async fn exchanges_end(&mut self) {
        while self.shared.counters.open.load(Ordering::Relaxed) > 0 {
            sleep(LOOK_AGAIN).await;
        }
    }

    async fn sessions_end(&mut self) {
        while let Some(ended) = self.sessions.join_next().await {
            self.note(ended);
        }
    }

    fn summary(self) -> Summary {
        let counters = &self.shared.counters;
        Summary {
            exchanges: counters.exchanges.load(Ordering::Relaxed),
            degraded: counters.degraded.load(Ordering::Relaxed),
            left: counters.left.load(Ordering::Relaxed),
            spared: counters.spared.load(Ordering::Relaxed),
            ..self.summary
        }
    }
}
