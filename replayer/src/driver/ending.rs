//! The ways in which a server ends a connection, so that nothing sent before is lost.

use std::io;
use std::time::Duration;

use cassettes::model::{How, Side};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::alert;
use super::connection::Line;
use super::handshake::how_ended;
use super::stream::{Rewound, Socket, Stream};

/// How long a client is given to take what was sent, and to end its side. One that does not within this
/// time keeps a dead connection in its pool; dropping our side then costs nobody anything.
const LINGER: Duration = Duration::from_secs(10);

/// FIN (in TLS, `close_notify` first), then reads and drops until the client ends, too: closing a socket with unread
/// bytes sends RST, which may destroy what the client has not read yet.
pub(super) async fn close(mut stream: Stream, line: &mut Line<'_>) {
    if stream.shutdown().await.is_err() {
        return;
    }
    line.note(Side::Server, stream.orderly_end());
    drain(stream, line).await;
}

/// FIN, without `close_notify`, and then as [`close`].
pub(super) async fn cut(mut stream: Stream, line: &mut Line<'_>) {
    if stream.cut().await.is_err() {
        return;
    }
    line.note(Side::Server, How::Fin);
    drain(stream, line).await;
}

/// A TLS alert and FIN, and then as [`close`]. Without TLS, FIN alone.
pub(super) async fn end_by_alert(stream: Stream, number: u8, line: &mut Line<'_>) {
    let Stream::Tls(tls) = stream else { return cut(stream, line).await };
    let Ok(stream) = send_alert(*tls, number).await else { return };
    line.note(Side::Server, How::Alert(number));
    drain(stream, line).await;
}

/// The socket under it, once that has been done.
pub(super) async fn send_alert(tls: TlsStream<Rewound>, number: u8) -> io::Result<Stream> {
    let (Rewound { mut stream, .. }, session) = tls.into_inner();
    let record = alert::encrypted(session, number)?;
    stream.write_all(&record).await?;
    stream.cut().await?;
    Ok(stream)
}

async fn drain(mut stream: Stream, line: &mut Line<'_>) {
    if line.client_closed() {
        return;
    }
    if let Some(how) = exhaust(&mut stream).await {
        line.note(Side::Client, how);
    }
}

/// Reads, and drops, until the client ends, too; none if it does not.
pub(super) async fn exhaust(stream: &mut Stream) -> Option<How> {
    let mut dropped = vec![0; 16 * 1024];
    let drain = async {
        loop {
            match stream.read(&mut dropped).await {
                Ok(0) => return stream.orderly_end(),
                Ok(_) => {}
                Err(error) => return how_ended(&error),
            }
        }
    };
    tokio::time::timeout(LINGER, drain).await.ok()
}

/// RST, once all that was written has left for the client: what is still queued would be destroyed.
pub(super) async fn reset(stream: Stream, line: &mut Line<'_>) {
    match stream.into_socket() {
        Socket::Tcp(stream) => reset_tcp(stream, line).await,
        // The nearest there is: closed without a word.
        Socket::Unix(_) => line.note(Side::Server, How::Reset),
    }
}

async fn reset_tcp(stream: TcpStream, line: &mut Line<'_>) {
    // With this mark a socket counts as writable only when nothing is left to send. The runtime
    // remembers that it was writable before, so it must meet the socket anew.
    let renewed = stream.into_std().and_then(|stream| {
        SockRef::from(&stream).set_tcp_notsent_lowat(1)?;
        TcpStream::from_std(stream)
    });
    let Ok(stream) = renewed else { return };
    // A client that does not read does not get the rest; a reset has no promise to keep.
    drop(tokio::time::timeout(LINGER, stream.writable()).await);
    if SockRef::from(&stream).set_linger(Some(Duration::ZERO)).is_ok() {
        line.note(Side::Server, How::Reset);
    }
}
