//! Where clients connect to.
//!
//! - [`ListenAddress`]: as typed
//! - [`Bound`]: taken, and nobody listens
//! - [`Listening`]: once clients can connect
//! - [`socket_file`]: the file of a Unix-domain socket, from its making to its end

mod socket_file;

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;

use tokio::net::{TcpListener, TcpSocket, UnixListener};

use crate::exit::{Failure, Outcome};
use crate::talk;

use socket_file::SocketFile;

/// Clients that connect faster than they are accepted wait here; the kernel caps it at `somaxconn`.
const BACKLOG: u32 = 4096;

/// Before the path of a Unix-domain socket.
const UNIX: &str = "unix://";

/// An address to listen on, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListenAddress {
    /// `host:port`, or a port alone.
    Tcp(String),
    /// `unix:///path`.
    Unix(PathBuf),
}

/// An address that is taken, on which nobody listens yet: who connects is refused.
pub(crate) enum Bound {
    Tcp { socket: TcpSocket, address: SocketAddr, url: String },
    Unix { path: PathBuf, url: String },
}

/// A listener, and where clients find it.
pub(crate) struct Listening {
    socket: Socket,
    url: String,
    /// Goes when this is dropped.
    file: Option<SocketFile>,
}

/// What clients connect to.
pub(crate) enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix(UNIX) {
            return unix_path(path);
        }
        let port_alone = |text: &str| text.parse::<u16>().is_ok();
        match text.rsplit_once(':') {
            None if port_alone(text) => Ok(Self::Tcp(format!("127.0.0.1:{text}"))),
            Some(("", port)) if port_alone(port) => Ok(Self::Tcp(format!("127.0.0.1:{port}"))),
            Some((_, port)) if port_alone(port) => Ok(Self::Tcp(text.to_owned())),
            _ => Err("write host:port or a port, with port 0 for any free one; or unix:///path"
                .to_owned()),
        }
    }
}

fn unix_path(path: &str) -> Result<ListenAddress, String> {
    if path.starts_with('/') && !path.ends_with('/') {
        Ok(ListenAddress::Unix(path.into()))
    } else {
        Err(format!("{path:?} is not the path of a socket: write unix:///path/to/socket"))
    }
}

impl ListenAddress {
    /// Listens. Needs a tokio runtime.
    pub(crate) fn listen(&self) -> Outcome<Listening> {
        self.bind()?.listen()
    }

    /// Takes the address. Needs a tokio runtime.
    pub(crate) fn bind(&self) -> Outcome<Bound> {
        match self {
            Self::Tcp(typed) => bind_tcp(typed),
            Self::Unix(path) => {
                let url = format!("{UNIX}{}", path.display());
                Ok(Bound::Unix { path: path.clone(), url })
            }
        }
    }

    /// A Unix-domain socket: none of the ways in that need a port.
    pub(crate) const fn is_unix(&self) -> bool {
        matches!(self, Self::Unix(_))
    }
}

impl Bound {
    /// Where clients will find it.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Tcp { url, .. } | Self::Unix { url, .. } => url,
        }
    }

    /// From here on, clients can connect.
    pub(crate) fn listen(self) -> Outcome<Listening> {
        match self {
            Self::Tcp { socket, address, url } => {
                let listener = socket.listen(BACKLOG).map_err(|error| refused(address, &error))?;
                Ok(Listening { socket: Socket::Tcp(listener), url, file: None })
            }
            Self::Unix { path, url } => {
                let (listener, file) = socket_file::listen(&path)?;
                Ok(Listening { socket: Socket::Unix(listener), url, file: Some(file) })
            }
        }
    }
}

impl Listening {
    /// The URL of what listens there. An address that means "all" is reached by loopback.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The listener, and what is to be kept until it is done.
    pub(crate) fn into_parts(self) -> (Socket, Option<SocketFile>) {
        (self.socket, self.file)
    }
}

impl From<Socket> for recorder::Listener {
    fn from(socket: Socket) -> Self {
        match socket {
            Socket::Tcp(listener) => listener.into(),
            Socket::Unix(listener) => listener.into(),
        }
    }
}

impl From<Socket> for replayer::Listener {
    fn from(socket: Socket) -> Self {
        match socket {
            Socket::Tcp(listener) => listener.into(),
            Socket::Unix(listener) => listener.into(),
        }
    }
}

fn bind_tcp(typed: &str) -> Outcome<Bound> {
    let addresses = typed.to_socket_addrs().map_err(|error| {
        Failure::usage(format!("cannot listen on {typed}: {error}"))
            .hint("use an address of this machine, such as 127.0.0.1:0")
    })?;
    let mut failure = Failure::usage(format!("cannot listen on {typed}: it has no address"));
    for address in addresses {
        match bind(address) {
            Ok(socket) => {
                warn_of(address);
                let url = url(&socket)?;
                return Ok(Bound::Tcp { socket, address, url });
            }
            Err(error) => failure = refused(address, &error),
        }
    }
    Err(failure)
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A port whose last connections linger in TIME_WAIT is free.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn url(socket: &TcpSocket) -> Outcome<String> {
    let address = socket
        .local_addr()
        .map_err(|error| Failure::usage(format!("cannot tell the listening address: {error}")))?;
    let port = address.port();
    Ok(match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{port}"),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{port}"),
        address => format!("http://{address}"),
    })
}

fn warn_of(address: SocketAddr) {
    if !address.ip().is_loopback() {
        talk::warn(&format!("listening on {address}, which other machines can reach"));
    }
}

fn refused(address: SocketAddr, error: &io::Error) -> Failure {
    let failure = Failure::usage(format!("cannot listen on {address}: {error}"));
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            failure.hint("another process has this port: choose another, or 0 for any free one")
        }
        io::ErrorKind::PermissionDenied => failure.hint("ports below 1024 are for root"),
        io::ErrorKind::AddrNotAvailable => {
            failure.hint("use an address of this machine, such as 127.0.0.1")
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_means_loopback() {
        assert_eq!("8080".parse(), Ok(ListenAddress::Tcp("127.0.0.1:8080".into())));
        assert_eq!(":0".parse(), Ok(ListenAddress::Tcp("127.0.0.1:0".into())));
    }

    #[test]
    fn an_address_without_a_port_is_refused() {
        assert!("localhost".parse::<ListenAddress>().is_err());
        assert!("127.0.0.1:70000".parse::<ListenAddress>().is_err());
    }

    #[test]
    fn a_unix_domain_socket_has_an_absolute_path() {
        assert_eq!("unix:///run/a".parse(), Ok(ListenAddress::Unix("/run/a".into())));
        for text in ["unix://", "unix://run/a", "unix:///run/"] {
            assert!(text.parse::<ListenAddress>().is_err(), "{text}");
        }
    }
}
