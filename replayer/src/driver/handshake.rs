//! TLS with a client: the handshake, and what it settled.

use std::io;

use bytes::Bytes;
use cassettes::model::{How, Tls, Trust};
use rustls::server::{Acceptor, ClientHello};
use tokio_rustls::LazyConfigAcceptor;

use super::Server;
use super::listener::Ends;
use super::stream::{Rewound, Stream};
use crate::arrival::Arrival;

/// What came of a handshake.
#[derive(Debug)]
pub(super) enum Handshake {
    /// TLS stands.
    Done { stream: Stream, tls: Box<Tls> },
    /// It failed, by the client.
    Failed { tls: Box<Tls>, how: How },
}

/// Plays the server's part of a handshake that begins with `first`.
pub(super) async fn handshake(
    stream: Stream,
    first: Bytes,
    arrival: &Arrival,
    ends: &Ends,
    server: &Server,
) -> Handshake {
    let mut tls = Box::<Tls>::default();
    let limit = server.stage.options().limits.head;
    let shaking = shake_hands(Rewound { first, stream }, arrival, ends, server, &mut tls);
    match tokio::time::timeout(limit, shaking).await {
        Ok(Ok(stream)) => Handshake::Done { stream, tls },
        Ok(Err(error)) => {
            let how = how_ended(&error);
            if !tls.offered.is_empty() || !tls.sni.is_empty() {
                tell_of_refusal(&tls, how, server);
            }
            Handshake::Failed { tls, how }
        }
        Err(_) => Handshake::Failed { tls, how: How::Timeout },
    }
}

async fn shake_hands(
    stream: Rewound,
    arrival: &Arrival,
    ends: &Ends,
    server: &Server,
    tls: &mut Tls,
) -> io::Result<Stream> {
    let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let hello = start.client_hello();
    note_hello(tls, &hello);
    let host = host(&hello, arrival, ends);
    let certificates = server.certificates.as_ref().ok_or(io::ErrorKind::Unsupported)?;
    let config = certificates.server_config(host.as_deref(), &alpn(&hello))?;
    let stream = start.into_stream(config).await?;
    let session = stream.get_ref().1;
    tls.alpn = session.alpn_protocol().map(spell).unwrap_or_default();
    tls.version = session.protocol_version().map_or(0, u16::from);
    tls.cipher = session.negotiated_cipher_suite().map_or(0, |suite| suite.suite().into());
    tls.trust = Trust::Unknown;
    Ok(Stream::Tls(Box::new(stream)))
}

/// How a failed read, or handshake, says that the client ended.
pub(super) fn how_ended(error: &io::Error) -> How {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::AlertReceived(alert)) => How::Alert(u8::from(*alert)),
        _ if error.kind() == io::ErrorKind::UnexpectedEof => How::Fin,
        _ => How::Reset,
    }
}

fn note_hello(tls: &mut Tls, hello: &ClientHello<'_>) {
    hello.server_name().unwrap_or_default().clone_into(&mut tls.sni);
    tls.offered = hello.alpn().map(|offered| offered.map(spell).collect()).unwrap_or_default();
}

/// Whom the client asks for: by SNI, or as the host of its tunnel, or as the address that it connected to.
fn host(hello: &ClientHello<'_>, arrival: &Arrival, ends: &Ends) -> Option<String> {
    let named = hello.server_name().map(str::to_owned);
    let meant = || arrival.origin.as_deref().map(|origin| host_of(origin).to_owned());
    named.or_else(meant).or_else(|| ends.server.map(|server| server.ip().to_string()))
}

/// `api.test` of `https://api.test:8443`.
fn host_of(origin: &str) -> &str {
    let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    }
}

fn alpn(hello: &ClientHello<'_>) -> Vec<Vec<u8>> {
    let speaks = |protocol: &&[u8]| *protocol == b"http/1.1";
    hello.alpn().map(|all| all.filter(speaks).map(<[u8]>::to_vec).collect()).unwrap_or_default()
}

/// A protocol's name, as [`Tls::offered`] keeps it.
fn spell(name: &[u8]) -> String {
    let spell = |&byte: &u8| match byte {
        b'!'..=b'[' | b']'..=b'~' => char::from(byte).to_string(),
        other => format!("\\x{other:02x}"),
    };
    name.iter().map(spell).collect()
}

fn tell_of_refusal(tls: &Tls, how: How, server: &Server) {
    if let Some(certificates) = &server.certificates {
        certificates.refused(&tls.sni, how);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_origin_has_no_port_and_no_brackets() {
        assert_eq!(host_of("https://api.test"), "api.test");
        assert_eq!(host_of("tcp://db.test:5432"), "db.test");
        assert_eq!(host_of("https://[::1]:8443"), "::1");
    }

    #[test]
    fn protocol_names_are_spelled_in_visible_characters() {
        assert_eq!(spell(b"h2"), "h2");
        assert_eq!(spell(b"\x00\\ "), "\\x00\\x5c\\x20");
    }
}
