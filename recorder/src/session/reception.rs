//! How faults meet a client, before anything is exchanged with its server.

use std::io;

use cassettes::model::{Flight, Reception, Stop};
use cassettes::wire::tls_alert;
use tokio::io::AsyncWriteExt as _;

use super::Shared;
use crate::faults::Met;
use crate::stream::Stream;

/// Has faults meet a client that has connected, as the one of this number. Gives it back if it may go on, with what is to be done to its TLS.
pub(super) async fn meet(
    client: Stream,
    number: u32,
    shared: &Shared,
) -> Option<(Stream, Option<Met>)> {
    let met =
        shared.plan.faults.as_ref().and_then(|faults| faults.meet(number, shared.clock.now()));
    let Some(met) = met else { return Some((client, None)) };
    match &met.reception {
        Reception { stop: Some((Flight::Accept, stop)), .. } => {
            met.tell();
            end(client, *stop).await;
            None
        }
        Reception { delay, certificate, stop, .. } => {
            tokio::time::sleep(delay.unwrap_or_default()).await;
            let goes_on = certificate.is_some() || stop.is_some();
            if !goes_on {
                met.tell();
            }
            Some((client, goes_on.then_some(met)))
        }
    }
}

/// Ends a client's connection so, in place of what it waits for.
pub(super) async fn end(mut client: Stream, stop: Stop) {
    match stop {
        Stop::Close => client.close_cut().await,
        // The system has accepted for us: the nearest to a port at which nobody listens is a connection broken off at once.
        Stop::Refuse | Stop::Reset => client.reset().await,
        Stop::Silent => drop(client.exhaust().await),
        Stop::Alert(number) if client.is_tls() => client.alert(number).await,
        Stop::Alert(number) => {
            let sent: io::Result<()> = client.write_all(&tls_alert::plain(number)).await;
            // One that is gone needs no telling.
            drop(sent);
            client.close_cut().await;
        }
    }
}
