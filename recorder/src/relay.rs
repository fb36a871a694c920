//! Both directions of a connection, driven by one task: no locks, no channels, no second wake-up.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use cassettes::model::Direction;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::lane::{Broken, Lane};
use crate::tap::Tap;

/// Relays until both sides have ended (and been told so), or one broke.
pub(crate) async fn relay(
    client: &mut TcpStream,
    server: &mut TcpStream,
    tap: &mut Tap,
) -> Result<(), Broken> {
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let mut lanes = Lanes {
        to_server: Lane::new(Direction::ToServer),
        to_client: Lane::new(Direction::ToClient),
    };
    poll_fn(|cx| {
        let client = (&mut from_client, &mut to_client);
        let server = (&mut from_server, &mut to_server);
        lanes.poll(cx, client, server, tap)
    })
    .await
}

struct Lanes {
    to_server: Lane,
    to_client: Lane,
}

impl Lanes {
    fn poll<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        (from_client, to_client): (&mut R, &mut W),
        (from_server, to_server): (&mut R, &mut W),
        tap: &mut Tap,
    ) -> Poll<Result<(), Broken>> {
        loop {
            let up = self.to_server.poll(cx, Pin::new(from_client), Pin::new(to_server), tap);
            if let Some(broken) = receiver_broke(up, &self.to_server) {
                self.to_server.stop();
                self.to_client.doom(broken);
                continue;
            }
            let down = self.to_client.poll(cx, Pin::new(from_server), Pin::new(to_client), tap);
            if let Some(broken) = receiver_broke(down, &self.to_client) {
                self.to_client.stop();
                self.to_server.doom(broken);
                continue;
            }
            return match (up?, down?) {
                (Poll::Ready(()), Poll::Ready(())) => Poll::Ready(Ok(())),
                _ => Poll::Pending,
            };
        }
    }
}

/// A side that takes no more may have said something before: that is still passed on, by the other
/// lane. (A server that answers early and closes over an unread request is one; its answer must arrive.)
fn receiver_broke(polled: Poll<Result<(), Broken>>, lane: &Lane) -> Option<Broken> {
    match polled {
        Poll::Ready(Err(broken)) if broken.by != lane.sender() => Some(broken),
        _ => None,
    }
}

/// Longest wait for a receiver to take what was sent before a reset. A reset overtakes bytes that
/// the kernel still holds; one that reads slower than this loses them, as it well might without us.
const DRAIN_BEFORE_RESET: Duration = Duration::from_secs(1);

/// Ends a connection with RST, after the bytes that were written to it.
pub(crate) async fn reset(stream: TcpStream) {
    drop(tokio::time::timeout(DRAIN_BEFORE_RESET, sent(&stream)).await);
    // A socket that cannot be set so is dead already.
    drop(stream.set_zero_linger());
}

/// Waits until the kernel has sent all that was written. Best effort: a kernel that cannot tell is
/// not waited for.
async fn sent(stream: &TcpStream) -> std::io::Result<()> {
    let socket = socket2::SockRef::from(stream);
    // From now on "writable" means "nothing unsent".
    socket.set_tcp_notsent_lowat(1)?;
    // A fresh registration asks for the state as it is now, not for the next change.
    TcpStream::from_std(socket.try_clone()?.into())?.writable().await
}
