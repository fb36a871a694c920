//! Between which addresses a connection was. Recordings may not know, or know a name or a path: then they are made up.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use cassettes::model::{Connection, ConnectionId};

use crate::upstream::Upstream;

/// Made-up servers are here (RFC 5737, TEST-NET-2).
const SERVER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);

/// Made-up clients are here (RFC 2544: for benchmarks, 2¹⁷ addresses), from port 1024 on.
const CLIENTS: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);
const CLIENT_PORTS: u32 = 64_000;

const HTTP: u16 = 80;
const HTTPS: u16 = 443;

/// Between whom.
#[derive(Debug)]
pub(super) struct Endpoints {
    /// Client and server, both of one version of IP.
    pub(super) between: (SocketAddr, SocketAddr),
    /// One of them is not known.
    pub(super) made_up: bool,
}

/// Of a connection; others are between those that are `taken`.
pub(super) fn of(
    connection: &Connection,
    id: ConnectionId,
    taken: &HashSet<(SocketAddr, SocketAddr)>,
) -> Endpoints {
    let known_server = address(&connection.server).or_else(|| upstream(connection));
    let mut server = known_server.unwrap_or_else(|| SocketAddr::new(SERVER.into(), HTTP));
    if connection.tls.is_some() && server.port() == HTTPS {
        // There, readers would look for the TLS that is off.
        server.set_port(HTTP);
    }
    let known_client = address(&connection.client);
    let known = known_client.map(|client| alike(client, server));
    let between = known.filter(|between| !taken.contains(between));
    Endpoints {
        between: between.unwrap_or_else(|| alike(stranger(id), server)),
        made_up: between.is_none() || known_server.is_none(),
    }
}

fn address(text: &str) -> Option<SocketAddr> {
    text.parse().ok().filter(|address: &SocketAddr| address.port() != 0)
}

fn upstream(connection: &Connection) -> Option<SocketAddr> {
    let upstream: Upstream = connection.upstream.parse().ok()?;
    let host: IpAddr = upstream.host().parse().ok()?;
    Some(SocketAddr::new(host, upstream.port)).filter(|address| address.port() != 0)
}

/// A client that no other connection of the recording has.
fn stranger(id: ConnectionId) -> SocketAddr {
    let host = u32::from(CLIENTS).saturating_add(id.0 / CLIENT_PORTS);
    let port = u16::try_from(1024 + id.0 % CLIENT_PORTS).unwrap_or(u16::MAX);
    SocketAddr::new(Ipv4Addr::from(host).into(), port)
}

/// Both in one version of IP: the later one, if they differ.
fn alike(client: SocketAddr, server: SocketAddr) -> (SocketAddr, SocketAddr) {
    match (client.ip(), server.ip()) {
        (IpAddr::V4(ip), IpAddr::V6(_)) => (mapped(ip, client.port()), server),
        (IpAddr::V6(_), IpAddr::V4(ip)) => (client, mapped(ip, server.port())),
        _ => (client, server),
    }
}

fn mapped(ip: Ipv4Addr, port: u16) -> SocketAddr {
    SocketAddr::new(ip.to_ipv6_mapped().into(), port)
}
