//! Peers that speak TLS.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use recorder::tls::{Authority, UpstreamTls};
use recorder::{Certifier, Entry, RecordPlan};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, ServerConnection, StreamOwned};

use crate::harness::Peer;

pub(crate) type Client = StreamOwned<ClientConnection, TcpStream>;
pub(crate) type Server = StreamOwned<ServerConnection, TcpStream>;

/// The recorder's authority, and the one that servers have their certificates from.
#[derive(Clone)]
pub(crate) struct Authorities {
    pub(crate) ours: Arc<Authority>,
    pub(crate) theirs: Arc<Authority>,
}

impl Authorities {
    pub(crate) fn new() -> Self {
        let authority = || Arc::new(Authority::generate().unwrap());
        Self { ours: authority(), theirs: authority() }
    }

    pub(crate) fn reverse(&self, scheme: &str, upstream: SocketAddr) -> RecordPlan {
        let to = format!("{scheme}://localhost:{}", upstream.port());
        self.plan(Entry::Reverse(to.parse().unwrap()))
    }

    /// A plan that trusts servers, and shows clients certificates.
    pub(crate) fn plan(&self, entry: Entry) -> RecordPlan {
        let mut plan = RecordPlan::entered_by(entry);
        plan.certifier = Certifier::of(self.ours.clone());
        let roots = [self.theirs.certificate().clone()];
        plan.upstream_tls = Some(Arc::new(UpstreamTls::verified(&roots, None).unwrap()));
        plan
    }

    /// The server's side, offering these protocols.
    pub(crate) fn server(&self, socket: TcpStream, alpn: &[&str]) -> Server {
        let config = self.theirs.server_config(Some("localhost"), &names(alpn)).unwrap();
        StreamOwned::new(ServerConnection::new(config).unwrap(), socket)
    }

    /// A client that trusts the recorder.
    pub(crate) fn client(&self, socket: TcpStream, alpn: &[&str]) -> Client {
        trusting(&self.ours, socket, alpn)
    }
}

/// A client that trusts this authority only.
pub(crate) fn trusting(authority: &Authority, socket: TcpStream, alpn: &[&str]) -> Client {
    let roots = [authority.certificate().clone()];
    let config = UpstreamTls::verified(&roots, None).unwrap().client_config(&names(alpn));
    let name = ServerName::try_from("localhost").unwrap();
    StreamOwned::new(ClientConnection::new(config, name).unwrap(), socket)
}

fn names(alpn: &[&str]) -> Vec<Vec<u8>> {
    alpn.iter().map(|name| name.as_bytes().to_vec()).collect()
}

macro_rules! peer {
    ($stream:ty) => {
        impl Peer for $stream {
            fn fin(&mut self) {
                self.conn.send_close_notify();
                self.conn.write_tls(&mut self.sock).unwrap();
                self.sock.flush().unwrap();
                self.sock.fin();
            }

            fn rst(self) {
                let (_, socket) = self.into_parts();
                socket.rst();
            }
        }
    };
}

peer!(Client);
peer!(Server);
