//! TLS with a client: the handshake, and what it settled.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use cassettes::model::{Flight, How, Side, Stop, Tls};
use cassettes::wire::tls_alert::plain;
use rustls::ServerConfig;
use rustls::server::{Acceptor, ClientHello};
use tokio::io::AsyncWriteExt;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::Server;
use super::doors::{Gone, Visit};
use super::ending::{exhaust, send_alert};
use super::reception::end;
use super::stream::{Rewound, Stream};
use crate::deck::Stop as Failure;
use crate::options::HttpMatch;

/// Plays the server's part of a handshake that begins with `first`.
pub(super) async fn shake_hands(
    stream: Stream,
    first: Bytes,
    visit: &mut Visit,
    server: &Server,
) -> Result<Stream, Gone> {
    let limit = server.stage.options().limits.head;
    let rewound = Rewound { first, stream };
    match tokio::time::timeout(limit, shake(rewound, visit, server)).await {
        Ok(Ok(Shaken::Stands(stream))) => fall_silent(stream, visit, server).await,
        Ok(Ok(Shaken::Failed(stream, how))) => Err(decline(stream, how).await),
        Ok(Ok(Shaken::Stopped(stream, stop))) => {
            visit.hit(server);
            Err(end(stream, stop).await)
        }
        Ok(Err(error)) => {
            let gone = Gone::of(&error);
            // One that is shown a bad certificate does right to refuse it.
            if visit.certificate_fault().is_none()
                && let (Some(tls), Some(certificates)) = (&visit.arrival.tls, &server.certificates)
            {
                certificates.refused(&tls.sni, gone.how);
            }
            Err(gone)
        }
        Err(_) => Err(Gone { by: Side::Server, how: How::Timeout }),
    }
}

/// What came of a handshake.
enum Shaken {
    Stands(Box<TlsStream<Rewound>>),
    /// As in the recording.
    Failed(Stream, How),
    /// As its reception says.
    Stopped(Stream, Stop),
}

async fn shake(stream: Rewound, visit: &mut Visit, server: &Server) -> io::Result<Shaken> {
    let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let hello = start.client_hello();
    visit.arrival.tls = Some(Box::new(facts_of(&hello)));
    if let Some(stop) = visit.stop_at(Flight::ServerHello) {
        return Ok(Shaken::Stopped(start.io.stream, stop));
    }
    let meant = visit.meant.as_ref().map(|meant| meant.named(true));
    if let Some(how) = server.stage.next_failure(meant, Failure::Handshake) {
        return Ok(Shaken::Failed(start.io.stream, how));
    }
    let certificates = server.certificates.as_ref().ok_or(io::ErrorKind::Unsupported)?;
    let own = || visit.ends.server.map(|server| server.ip().to_string());
    let host = visit.meant.as_ref().map(|meant| meant.host().to_owned()).or_else(own);
    let alpn = alpn(&hello, visit, server);
    let config = match visit.certificate_fault() {
        Some(fault) => visit.bad_config(fault, host.as_deref(), &alpn, server)?,
        None => certificates.server_config(host.as_deref(), &alpn)?,
    };
    let config = if server.stage.may_alert() { extractable(&config) } else { config };
    let stream = start.into_stream(config).await?;
    let session = stream.get_ref().1;
    let tls = visit.arrival.tls.get_or_insert_default();
    tls.alpn = session.alpn_protocol().map(spell).unwrap_or_default();
    tls.version = session.protocol_version().map_or(0, u16::from);
    tls.cipher = session.negotiated_cipher_suite().map_or(0, |suite| suite.suite().into());
    Ok(Shaken::Stands(Box::new(stream)))
}

/// The same, but that an alert of our own can be sent with its keys.
fn extractable(config: &ServerConfig) -> Arc<ServerConfig> {
    let mut config = config.clone();
    config.enable_secret_extraction = true;
    Arc::new(config)
}

/// "An internal error unrelated to the peer" (RFC 8446 §6.2): what a recorder says whose server's certificate is bad.
const INTERNAL_ERROR: u8 = 80;

/// Ends the connection of a client that awaits the server's part of a handshake.
async fn decline(mut stream: Stream, how: How) -> Gone {
    let number = match how {
        How::Alert(number) => Some(number),
        How::Untrusted => Some(INTERNAL_ERROR),
        _ => None,
    };
    // A client that is gone needs no telling.
    if let Some(number) = number {
        drop(stream.write_all(&plain(number)).await);
    }
    match how {
        How::Alert(_) | How::Untrusted | How::Fin | How::CloseNotify => drop(stream.cut().await),
        _ => stream.break_off(),
    }
    Gone { by: Side::Server, how }
}

/// Goes on, unless the recorded server ended the connection right here: one that wanted a certificate, perhaps.
async fn fall_silent(
    stream: Box<TlsStream<Rewound>>,
    visit: &mut Visit,
    server: &Server,
) -> Result<Stream, Gone> {
    if let Some(stop) = visit.stop_at(Flight::Finished) {
        visit.hit(server);
        return Err(end(Stream::Tls(stream), stop).await);
    }
    let meant = visit.meant.as_ref().map(|meant| meant.named(true));
    match server.stage.next_failure(meant, Failure::Silence) {
        Some(how @ How::Alert(number)) => {
            if let Ok(mut stream) = send_alert(*stream, number).await {
                exhaust(&mut stream).await;
            }
            Err(Gone { by: Side::Server, how })
        }
        _ => Ok(Stream::Tls(stream)),
    }
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

/// What a client asks for.
fn facts_of(hello: &ClientHello<'_>) -> Tls {
    let offered = hello.alpn().map(|offered| offered.map(spell).collect());
    Tls {
        sni: hello.server_name().unwrap_or_default().to_owned(),
        offered: offered.unwrap_or_default(),
        ..Tls::default()
    }
}

/// What is offered: what the recorded server chose. A client that knows none of that is not turned away: it shall
/// be told, as HTTP, that what it asks for was not recorded like this.
fn alpn(hello: &ClientHello<'_>, visit: &Visit, server: &Server) -> Vec<Vec<u8>> {
    let offered: Vec<_> = hello.alpn().into_iter().flatten().collect();
    let both = || [b"h2".to_vec(), b"http/1.1".to_vec()];
    let meant = visit.meant.as_ref().map(|meant| meant.named(true));
    let recorded = match server.stage.options().http {
        HttpMatch::Any => both().to_vec(),
        HttpMatch::Exact => server.stage.deck().spoken(meant).alpn(),
    };
    let knows_one = recorded.iter().any(|name| offered.contains(&name.as_slice()));
    if recorded.is_empty() || offered.is_empty() || knows_one { recorded } else { both().to_vec() }
}

/// A protocol's name, as [`Tls::offered`] keeps it.
fn spell(name: &[u8]) -> String {
    let spell = |&byte: &u8| match byte {
        b'!'..=b'[' | b']'..=b'~' => char::from(byte).to_string(),
        other => format!("\\x{other:02x}"),
    };
    name.iter().map(spell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocol_names_are_spelled_in_visible_characters() {
        assert_eq!(spell(b"h2"), "h2");
        assert_eq!(spell(b"\x00\\ "), "\\x00\\x5c\\x20");
    }
}
