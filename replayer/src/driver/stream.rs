//! What a connection's bytes travel on: a socket, or TLS on one.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use cassettes::model::How;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, Interest, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::server::TlsStream;

/// A client's connection, as it is after all that led to it.
#[derive(Debug)]
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<TlsStream<Rewound>>),
}

/// A stream whose first bytes were read before, to see what they are.
#[derive(Debug)]
pub(super) struct Rewound {
    pub(super) first: Bytes,
    pub(super) stream: Stream,
}

/// What is at the bottom of a [`Stream`].
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    pub(super) const fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// What an orderly end is on it.
    pub(super) const fn orderly_end(&self) -> How {
        if self.is_tls() { How::CloseNotify } else { How::Fin }
    }

    /// Waits until the client has reset the connection.
    pub(super) async fn failure(&self) -> io::Result<()> {
        match self.bottom() {
            Self::Tcp(stream) => stream.ready(Interest::ERROR).await.map(drop),
            Self::Unix(stream) => stream.ready(Interest::ERROR).await.map(drop),
            // The bottom is a socket.
            Self::Tls(_) => Ok(()),
        }
    }

    /// FIN, without what TLS says before it.
    pub(super) async fn cut(&mut self) -> io::Result<()> {
        self.beneath().shutdown().await
    }

    /// What all TLS is spoken on.
    pub(super) fn beneath(&mut self) -> &mut Self {
        let mut stream = self;
        while let Self::Tls(tls) = stream {
            stream = &mut tls.get_mut().0.stream;
        }
        stream
    }

    /// RST, as soon as it is dropped.
    pub(super) fn break_off(self) {
        if let Socket::Tcp(socket) = self.into_socket() {
            // Without it, there is a FIN: as good as nothing can do.
            drop(SockRef::from(&socket).set_linger(Some(Duration::ZERO)));
        }
    }

    /// The socket, without the TLS on it.
    pub(super) fn into_socket(self) -> Socket {
        let mut stream = self;
        loop {
            stream = match stream {
                Self::Tcp(socket) => return Socket::Tcp(socket),
                Self::Unix(socket) => return Socket::Unix(socket),
                Self::Tls(tls) => tls.into_inner().0.stream,
            }
        }
    }

    fn bottom(&self) -> &Self {
        let mut stream = self;
        while let Self::Tls(tls) = stream {
            stream = &tls.get_ref().0.stream;
        }
        stream
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Unix(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(context),
            Self::Unix(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

impl AsyncRead for Rewound {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.first.is_empty() {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        let len = this.first.len().min(buffer.remaining());
        buffer.put_slice(this.first.get(..len).unwrap_or_default());
        this.first.advance(len);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Rewound {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
