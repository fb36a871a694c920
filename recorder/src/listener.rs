//! Where clients connect: TCP, or a Unix-domain socket.

use std::io;

use tokio::net::{TcpListener, UnixListener};

use crate::stream::Stream;

/// Listens for clients.
#[derive(Debug)]
pub enum Listener {
    /// On a TCP port.
    Tcp(TcpListener),
    /// On a Unix-domain socket. Clients there can take the recorder for a server, and no more: a proxy's clients
    /// and those that the system leads here come by TCP.
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

impl Listener {
    pub(crate) async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => {
                let (client, _) = listener.accept().await?;
                // A socket that refuses the option still relays.
                drop(client.set_nodelay(true));
                Ok(client.into())
            }
            Self::Unix(listener) => Ok(listener.accept().await?.0.into()),
        }
    }
}
