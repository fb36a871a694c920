//! A replay for one short-lived client, where it is started: no threads, and over as soon as its client is.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Certificates, Listener, Server, connection, next_client};
use crate::stage::Stage;

/// Plays to all clients that connect, on the runtime that this is called in, until `stop`. Then those who had connected are
/// heard to their end, for as long as `grace` at most: whose process has ended has ended its connections.
///
/// [`serve`](super::serve) is for many clients at once; this starts and ends in microseconds.
pub async fn serve_here(
    listener: impl Into<Listener>,
    stage: Arc<Stage>,
    certificates: Option<Arc<dyn Certificates>>,
    stop: CancellationToken,
    grace: Duration,
) -> io::Result<()> {
    let listener = listener.into();
    let server = Server { stage, certificates, started: Instant::now() };
    let limit = server.stage.options().limits.connections;
    let mut lines = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = lines.join_next(), if !lines.is_empty() => {}
            accepted = next_client(&listener), if lines.len() < limit => {
                let server = server.clone();
                lines.spawn(async move { connection::attend(accepted, &server).await });
            }
            () = stop.cancelled() => break,
        }
    }
    let last = async { while lines.join_next().await.is_some() {} };
    // Who is still there after that is dropped.
    drop(tokio::time::timeout(grace, last).await);
    Ok(())
}
