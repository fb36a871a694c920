//! Where clients connect to.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use tokio::net::{TcpListener, TcpSocket};

use crate::exit::{Failure, Outcome};
use crate::talk;

/// Clients that connect faster than they are accepted wait here; the kernel caps it at `somaxconn`.
const BACKLOG: u32 = 4096;

/// An address to listen on, as typed: `host:port`, or a port alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListenAddress(String);

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let port_alone = |text: &str| text.parse::<u16>().is_ok();
        match text.rsplit_once(':') {
            None if port_alone(text) => Ok(Self(format!("127.0.0.1:{text}"))),
            Some(("", port)) if port_alone(port) => Ok(Self(format!("127.0.0.1:{port}"))),
            Some((_, port)) if port_alone(port) => Ok(Self(text.to_owned())),
            _ => Err("write host:port or a port, with port 0 for any free one".to_owned()),
        }
    }
}

impl ListenAddress {
    /// Listens. Needs a tokio runtime.
    pub(crate) fn listen(&self) -> Outcome<TcpListener> {
        let Self(typed) = self;
        let addresses = typed.to_socket_addrs().map_err(|error| {
            Failure::usage(format!("cannot listen on {typed}: {error}"))
                .hint("use an address of this machine, such as 127.0.0.1:0")
        })?;
        let mut failure = Failure::usage(format!("cannot listen on {typed}: it has no address"));
        for address in addresses {
            match listen(address) {
                Ok(listener) => return Ok(warned(listener, address)),
                Err(error) => failure = refused(address, &error),
            }
        }
        Err(failure)
    }
}

/// The URL of what listens there. An address that means "all" is reached by loopback.
pub(crate) fn url(listener: &TcpListener) -> Outcome<String> {
    let address = listener
        .local_addr()
        .map_err(|error| Failure::usage(format!("cannot tell the listening address: {error}")))?;
    let port = address.port();
    Ok(match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{port}"),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{port}"),
        address => format!("http://{address}"),
    })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A port whose last connections linger in TIME_WAIT is free.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn warned(listener: TcpListener, address: SocketAddr) -> TcpListener {
    if !address.ip().is_loopback() {
        talk::warn(&format!("listening on {address}, which other machines can reach"));
    }
    listener
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
        assert_eq!("8080".parse(), Ok(ListenAddress("127.0.0.1:8080".into())));
        assert_eq!(":0".parse(), Ok(ListenAddress("127.0.0.1:0".into())));
    }

    #[test]
    fn an_address_without_a_port_is_refused() {
        assert!("localhost".parse::<ListenAddress>().is_err());
        assert!("127.0.0.1:70000".parse::<ListenAddress>().is_err());
    }
}
