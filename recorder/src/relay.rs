//! Both directions of a connection, driven by one task: no locks, no channels, no second wake-up.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use cassettes::model::Direction;

use crate::lane::{Broken, Lane, Stop};
use crate::stream::Stream;
use crate::tap::Tap;

/// Relays until both sides have ended (and been told so), one broke, a fault ends it, or the client has turned to another server.
pub(crate) async fn relay(
    client: &mut Stream,
    server: &mut Stream,
    tap: &mut Tap,
) -> Result<(), Stop> {
    let mut lanes = Lanes {
        to_server: Lane::new(Direction::ToServer),
        to_client: Lane::new(Direction::ToClient),
    };
    let ended = poll_fn(|cx| lanes.poll(cx, client, server, tap)).await;
    if matches!(ended, Err(Stop::Fault(..))) && tap.is_cut() {
        lanes.to_server.deliver(server, DELIVERY).await;
    }
    ended
}

/// Longest wait for a server to take what precedes the point at which its client is cut off. It reads uploads as they come, or does not read
/// them.
const DELIVERY: Duration = Duration::from_secs(1);

struct Lanes {
    to_server: Lane,
    to_client: Lane,
}

impl Lanes {
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Stream,
        server: &mut Stream,
        tap: &mut Tap,
    ) -> Poll<Result<(), Stop>> {
        loop {
            let up = self.to_server.poll(cx, client, server, tap);
            if let Some(broken) = receiver_broke(up, &self.to_server) {
                self.to_server.stop();
                self.to_client.doom(broken);
                continue;
            }
            let owed = tap.has_more_for(Direction::ToServer);
            let down = self.to_client.poll(cx, server, client, tap);
            if let Some(broken) = receiver_broke(down, &self.to_client) {
                self.to_client.stop();
                self.to_server.doom(broken);
                continue;
            }
            let (up, down) = (up?, down?);
            if up.is_pending() && !owed && tap.has_more_for(Direction::ToServer) {
                continue;
            }
            return match (up, down) {
                _ if tap.is_done_with() => Poll::Ready(Ok(())),
                (Poll::Ready(()), Poll::Ready(())) => Poll::Ready(Ok(())),
                _ => Poll::Pending,
            };
        }
    }
}

/// A side that takes no more may have said something before: that is still passed on, by the other
/// lane. (A server that answers early and closes over an unread request is one; its answer must arrive.)
fn receiver_broke(polled: Poll<Result<(), Stop>>, lane: &Lane) -> Option<Broken> {
    match polled {
        Poll::Ready(Err(Stop::Broken(broken))) if broken.by != lane.sender() => Some(broken),
        _ => None,
    }
}
