//! One side's byte stream, whatever carries it.

use std::io::{self, IoSlice, Read as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use cassettes::wire::http2::{self, FRAME_HEADER_BYTES, FrameHeader};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::{client, server};

use crate::alert;

/// A connection to a client or a server. TLS may run over TLS: a tunnel through a proxy that is itself spoken
/// to so.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Read before all that is yet to come.
    first: Bytes,
    /// Read after those: they came before it.
    failed: Option<io::Error>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Tcp(TcpStream),
    Unix(UnixStream),
    /// We are the server.
    ToClient(Box<server::TlsStream<Stream>>),
    /// We are the client.
    ToServer(Box<client::TlsStream<Stream>>),
}

impl From<TcpStream> for Stream {
    fn from(tcp: TcpStream) -> Self {
        Self::of(Kind::Tcp(tcp))
    }
}

impl From<UnixStream> for Stream {
    fn from(unix: UnixStream) -> Self {
        Self::of(Kind::Unix(unix))
    }
}

impl From<server::TlsStream<Self>> for Stream {
    fn from(tls: server::TlsStream<Self>) -> Self {
        Self::of(Kind::ToClient(Box::new(tls)))
    }
}

impl From<client::TlsStream<Self>> for Stream {
    fn from(tls: client::TlsStream<Self>) -> Self {
        Self::of(Kind::ToServer(Box::new(tls)))
    }
}

impl Stream {
    const fn of(kind: Kind) -> Self {
        Self { first: Bytes::new(), failed: None, kind }
    }

    /// Gives back bytes that were read: the next read gets them.
    pub(crate) fn unread(&mut self, bytes: Bytes) {
        self.first =
            if self.first.is_empty() { bytes } else { [bytes, self.first.clone()].concat().into() };
    }

    fn read_first(&mut self, buffer: &mut ReadBuf<'_>) {
        let count = self.first.len().min(buffer.remaining());
        buffer.put_slice(self.first.get(..count).unwrap_or_default());
        self.first.advance(count);
    }

    /// A read that failed; unless bytes came in one piece with what it failed on, an alert: then first those.
    fn fail(&mut self, error: io::Error, buffer: &mut ReadBuf<'_>) -> io::Result<()> {
        let mut reader = match &mut self.kind {
            Kind::Tcp(_) | Kind::Unix(_) => return Err(error),
            Kind::ToClient(tls) => tls.get_mut().1.reader(),
            Kind::ToServer(tls) => tls.get_mut().1.reader(),
        };
        let mut before = Vec::new();
        // That there is no more is an error, too.
        drop(reader.read_to_end(&mut before));
        if before.is_empty() {
            return Err(error);
        }
        self.first = before.into();
        self.failed = Some(error);
        self.read_first(buffer);
        Ok(())
    }

    /// Whether TLS runs directly under what is read here.
    pub(crate) const fn is_tls(&self) -> bool {
        matches!(self.kind, Kind::ToClient(_) | Kind::ToServer(_))
    }

    /// The protocol that was chosen with TLS, if any.
    pub(crate) fn alpn(&self) -> Option<Vec<u8>> {
        let chosen = match &self.kind {
            Kind::Tcp(_) | Kind::Unix(_) => None,
            Kind::ToClient(tls) => tls.get_ref().1.alpn_protocol(),
            Kind::ToServer(tls) => tls.get_ref().1.alpn_protocol(),
        };
        chosen.map(<[u8]>::to_vec)
    }

    /// The TCP connection at the bottom.
    pub(crate) fn tcp(&self) -> Option<&TcpStream> {
        match &self.kind {
            Kind::Tcp(tcp) => Some(tcp),
            Kind::Unix(_) => None,
            Kind::ToClient(tls) => tls.get_ref().0.tcp(),
            Kind::ToServer(tls) => tls.get_ref().0.tcp(),
        }
    }

    /// Waits until there is something to read, or [`HELLO_GRACE`] after the end; nothing is taken. Whether it is how a server of HTTP/2
    /// begins, which need not wait for its client's preface.
    pub(crate) async fn speaks(&self) -> bool {
        match &self.kind {
            Kind::Tcp(tcp) if self.first.is_empty() => {
                let mut first = [0; FRAME_HEADER_BYTES];
                let seen = tcp.peek(&mut first).await.unwrap_or(0);
                if seen == 0 {
                    tokio::time::sleep(HELLO_GRACE).await;
                }
                seen == first.len() && is_settings(FrameHeader::read(&first))
            }
            // Of the others no byte can be seen without taking it.
            _ => std::future::pending().await,
        }
    }

    /// FIN without the `close_notify` that TLS demands before it.
    pub(crate) fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut *self).poll_flush(cx))?;
        match &mut self.kind {
            Kind::ToClient(tls) => Pin::new(tls.get_mut().0).poll_shutdown(cx),
            Kind::ToServer(tls) => Pin::new(tls.get_mut().0).poll_shutdown(cx),
            Kind::Tcp(_) | Kind::Unix(_) => Pin::new(self).poll_shutdown(cx),
        }
    }

    /// [`Self::poll_cut`], awaited. One that fails is dead already.
    pub(crate) async fn cut(mut self) {
        drop(std::future::poll_fn(|cx| self.poll_cut(cx)).await);
    }

    /// Ends it in order. One that fails is dead already.
    pub(crate) async fn end(mut self) {
        drop(std::future::poll_fn(|cx| Pin::new(&mut self).poll_shutdown(cx)).await);
    }

    /// Ends TLS with a fatal alert, after the bytes that were written to it. One that fails is dead already.
    pub(crate) async fn alert(self, number: u8) {
        drop(tokio::time::timeout(LAST_WORDS, self.send_alert(number)).await);
    }

    async fn send_alert(mut self, number: u8) -> io::Result<()> {
        self.flush().await?;
        let (mut under, session) = match self.kind {
            Kind::ToClient(tls) => {
                let (under, session) = tls.into_inner();
                (under, session.into())
            }
            Kind::ToServer(tls) => {
                let (under, session) = tls.into_inner();
                (under, session.into())
            }
            Kind::Tcp(_) | Kind::Unix(_) => return Ok(()),
        };
        under.write_all(&alert::encrypted(session, number)?).await?;
        under.shutdown().await?;
        under.exhaust().await
    }

    /// Writes these beneath TLS, once what was written to it has gone out; takes what was written off them.
    pub(crate) fn poll_write_beneath(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &mut Bytes,
    ) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut *self).poll_flush(cx))?;
        let mut under = Pin::new(match &mut self.kind {
            Kind::ToClient(tls) => tls.get_mut().0,
            Kind::ToServer(tls) => tls.get_mut().0,
            Kind::Tcp(_) | Kind::Unix(_) => self,
        });
        while bytes.has_remaining() {
            let written = ready!(under.as_mut().poll_write(cx, bytes))?;
            bytes.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    /// Ends it in order, and then has the other side end, too: what was sent last arrives.
    pub(crate) async fn close(mut self) {
        if std::future::poll_fn(|cx| Pin::new(&mut self).poll_shutdown(cx)).await.is_ok() {
            drop(tokio::time::timeout(LINGER, self.exhaust()).await);
        }
    }

    /// As [`Self::close`], without the `close_notify` that TLS demands.
    pub(crate) async fn close_cut(mut self) {
        if std::future::poll_fn(|cx| self.poll_cut(cx)).await.is_ok() {
            drop(tokio::time::timeout(LINGER, self.exhaust()).await);
        }
    }

    /// Reads, and drops, until the other side ends: closing a socket with unread bytes sends RST, which may destroy
    /// what was sent last.
    pub(crate) async fn exhaust(&mut self) -> io::Result<()> {
        let mut dropped = vec![0; 16 * 1024];
        while self.read(&mut dropped).await? > 0 {}
        Ok(())
    }

    /// Ends it with RST, after the bytes that were written to it.
    pub(crate) async fn reset(self) {
        let Some(tcp) = self.tcp() else { return };
        drop(tokio::time::timeout(DRAIN_BEFORE_RESET, sent(tcp)).await);
        // A socket that cannot be set so is dead already.
        drop(tcp.set_zero_linger());
    }
}

/// A server may end before its client's first words arrive, which tell that it wanted TLS; a client that waits for the server's learns of
/// the end this much later.
const HELLO_GRACE: Duration = Duration::from_millis(100);

/// Longest wait for a peer to end its side, too, once it has been sent an alert.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Longest wait for a peer to take what was sent before an end, and to end its side. One that does not keeps a dead connection in
/// its pool; dropping ours then costs nobody anything.
const LINGER: Duration = Duration::from_secs(10);

/// Longest wait for a receiver to take what was sent before a reset. A reset overtakes bytes that
/// the kernel still holds; one that reads slower than this loses them, as it well might without us.
const DRAIN_BEFORE_RESET: Duration = Duration::from_secs(1);

/// Waits until the kernel has sent all that was written. Best effort: a kernel that cannot tell is
/// not waited for.
async fn sent(stream: &TcpStream) -> io::Result<()> {
    let socket = socket2::SockRef::from(stream);
    // From now on "writable" means "nothing unsent".
    socket.set_tcp_notsent_lowat(1)?;
    // A fresh registration asks for the state as it is now, not for the next change.
    TcpStream::from_std(socket.try_clone()?.into())?.writable().await
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.first.is_empty() {
            self.read_first(buffer);
            return Poll::Ready(Ok(()));
        }
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Err(error));
        }
        let polled = match &mut self.kind {
            Kind::Tcp(tcp) => Pin::new(tcp).poll_read(cx, buffer),
            Kind::Unix(unix) => Pin::new(unix).poll_read(cx, buffer),
            Kind::ToClient(tls) => Pin::new(tls).poll_read(cx, buffer),
            Kind::ToServer(tls) => Pin::new(tls).poll_read(cx, buffer),
        };
        match polled {
            Poll::Ready(Err(error)) => Poll::Ready(self.fail(error, buffer)),
            polled => polled,
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.kind {
            Kind::Tcp(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Kind::Unix(unix) => Pin::new(unix).poll_write(cx, bytes),
            Kind::ToClient(tls) => Pin::new(tls).poll_write(cx, bytes),
            Kind::ToServer(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.kind {
            Kind::Tcp(tcp) => Pin::new(tcp).poll_write_vectored(cx, pieces),
            Kind::Unix(unix) => Pin::new(unix).poll_write_vectored(cx, pieces),
            Kind::ToClient(tls) => Pin::new(tls).poll_write_vectored(cx, pieces),
            Kind::ToServer(tls) => Pin::new(tls).poll_write_vectored(cx, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.kind {
            // Sockets hold nothing back.
            Kind::Tcp(_) | Kind::Unix(_) => Poll::Ready(Ok(())),
            Kind::ToClient(tls) => Pin::new(tls).poll_flush(cx),
            Kind::ToServer(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.kind {
            Kind::Tcp(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Kind::Unix(unix) => Pin::new(unix).poll_shutdown(cx),
            Kind::ToClient(tls) => Pin::new(tls).poll_shutdown(cx),
            Kind::ToServer(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}

/// Nothing but SETTINGS, each of six bytes: what a server of HTTP/2 begins with (RFC 9113 §3.4).
fn is_settings(header: FrameHeader) -> bool {
    let kind = header.kind == http2::Kind::Settings && header.flags == 0;
    kind && header.stream == 0 && header.length.is_multiple_of(6)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_server_that_goes_without_a_word_leaves_its_client_time_for_the_first() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        drop(listener.accept().await.unwrap());
        server.readable().await.unwrap();
        let since = Instant::now();
        assert!(!Stream::from(server).speaks().await);
        assert!(since.elapsed() >= HELLO_GRACE, "{:?}", since.elapsed());
    }
}
