//! Where clients connect: TCP, or a Unix-domain socket.

use std::io;
use std::net::SocketAddr;
use std::os::unix::net as unix;

use cassettes::model::Transport;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use super::stream::{Socket, Stream};

/// Listens for clients.
#[derive(Debug)]
pub enum Listener {
    /// On a TCP port.
    Tcp(TcpListener),
    /// On a Unix-domain socket.
    Unix(UnixListener),
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}

impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self::Unix(listener)
    }
}

/// A client that connected.
#[derive(Debug)]
pub(super) struct Accepted<S = Stream> {
    pub(super) stream: S,
    pub(super) ends: Ends,
}

/// The two addresses of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) transport: Transport,
    /// None on a Unix-domain socket.
    pub(super) client: Option<SocketAddr>,
    pub(super) server: Option<SocketAddr>,
}

/// A socket that belongs to no runtime.
#[derive(Debug)]
pub(super) enum Loose {
    Tcp(std::net::TcpStream),
    Unix(unix::UnixStream),
}

impl Listener {
    /// In this runtime.
    pub(super) fn start(self) -> io::Result<Self> {
        Ok(match self {
            Self::Tcp(listener) => {
                let listener = listener.into_std()?;
                listener.set_nonblocking(true)?;
                Self::Tcp(TcpListener::from_std(listener)?)
            }
            Self::Unix(listener) => {
                let listener = listener.into_std()?;
                listener.set_nonblocking(true)?;
                Self::Unix(UnixListener::from_std(listener)?)
            }
        })
    }

    pub(super) async fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Tcp(listener) => {
                let (stream, client) = listener.accept().await?;
                // Without it, the kernel may hold back small chunks: slower, and other than recorded.
                stream.set_nodelay(true)?;
                let server = stream.local_addr().ok();
                let ends = Ends { transport: Transport::Tcp, client: Some(client), server };
                Ok(Accepted { stream: Stream::Tcp(stream), ends })
            }
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                let ends = Ends { transport: Transport::Unix, client: None, server: None };
                Ok(Accepted { stream: Stream::Unix(stream), ends })
            }
        }
    }
}

impl Accepted {
    /// Out of this runtime.
    pub(super) fn loosen(self) -> io::Result<Accepted<Loose>> {
        let stream = match self.stream.into_socket() {
            Socket::Tcp(stream) => Loose::Tcp(stream.into_std()?),
            Socket::Unix(stream) => Loose::Unix(stream.into_std()?),
        };
        Ok(Accepted { stream, ends: self.ends })
    }
}

impl Accepted<Loose> {
    /// Into this runtime.
    pub(super) fn bind(self) -> io::Result<Accepted> {
        let stream = match self.stream {
            Loose::Tcp(stream) => Stream::Tcp(TcpStream::from_std(stream)?),
            Loose::Unix(stream) => Stream::Unix(UnixStream::from_std(stream)?),
        };
        Ok(Accepted { stream, ends: self.ends })
    }
}

impl Ends {
    /// The port that the client connected to; 0 on a Unix-domain socket.
    pub(super) fn own_port(&self) -> u16 {
        self.server.map_or(0, |server| server.port())
    }
}
