//! A fault ends a connection.

use std::time::Duration;

use bytes::BytesMut;
use cassettes::model::{Direction, How, Side};
use tokio::io::AsyncReadExt as _;

use crate::faults::Ending;
use crate::stream::Stream;
use crate::tap::Tap;

/// Longest time for which a server is heard out whose client has been cut off. An answer that takes longer is recorded as far as it came.
const HEAR_OUT: Duration = Duration::from_secs(1);

/// Most read of it at once.
const READ: usize = 16 * 1024;

/// Ends the client's side so. The server is heard out where that is wanted, and then finds its client gone.
pub(super) async fn cut_client_off(
    client: Stream,
    mut server: Stream,
    ending: Ending,
    tap: &mut Tap,
) {
    let leave = async {
        drop(tokio::time::timeout(HEAR_OUT, hear_out(&mut server, tap)).await);
        tap.close(Side::Client, How::Fin);
        server.end().await;
    };
    tokio::join!(end(client, ending), leave);
}

/// Ends one side so, after the bytes that were written to it.
pub(super) async fn end(side: Stream, ending: Ending) {
    match ending {
        Ending::Close => side.close().await,
        Ending::Alert(number) if side.is_tls() => side.alert(number).await,
        Ending::Cut | Ending::Alert(_) => side.close_cut().await,
        Ending::Reset => side.reset().await,
    }
}

/// Until the server has answered all that it was asked, or ends.
async fn hear_out(server: &mut Stream, tap: &mut Tap) {
    let mut bytes = BytesMut::new();
    while tap.hears_out() {
        bytes.reserve(READ);
        match server.read_buf(&mut bytes).await {
            Ok(0) => return tap.close(Side::Server, How::Fin),
            Ok(_) => tap.heard(Direction::ToClient, tap.now(), bytes.split().freeze()),
            Err(_) => return,
        }
    }
}
