//! TLS, on both sides.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use cassettes::model::{How, Tls, Trust};
use cassettes::wire::tls::ClientHello;
use rustls::pki_types::ServerName;
use rustls::{CommonState, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::lane::alert;
use crate::stream::Stream;
use crate::tls::{Refusal, UpstreamTls};

/// A handshake that came to nothing.
#[derive(Debug)]
pub(crate) struct Failed {
    /// How it shows in the recording.
    pub(crate) how: How,
    /// For people.
    pub(crate) why: String,
    /// What was settled until then.
    pub(crate) tls: Box<Tls>,
}

/// Speaks to a server that calls itself `name`, offering these protocols.
pub(crate) async fn to_server(
    socket: Stream,
    tls: &UpstreamTls,
    name: &str,
    alpn: &[Vec<u8>],
) -> Result<(Stream, Box<Tls>), Failed> {
    let mut facts = Tls {
        sni: if name.parse::<std::net::IpAddr>().is_ok() { String::new() } else { name.to_owned() },
        offered: alpn.iter().map(|protocol| notation(protocol)).collect(),
        ..Tls::default()
    };
    let connected = match ServerName::try_from(name.to_owned()) {
        Ok(name) => TlsConnector::from(tls.client_config(alpn)).connect(name, socket).await,
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidInput, error)),
    };
    match connected {
        Ok(stream) => {
            settle(&mut facts, stream.get_ref().1);
            facts.trust = tls.trust();
            Ok((stream.into(), Box::new(facts)))
        }
        Err(error) => Err(failed(name, &error, facts)),
    }
}

/// Answers a client that said `hello`.
pub(crate) async fn to_client(
    socket: Stream,
    config: Arc<ServerConfig>,
    hello: &ClientHello,
) -> Result<(Stream, Box<Tls>), Failed> {
    let mut facts = asked(hello);
    match TlsAcceptor::from(config).accept(socket).await {
        Ok(stream) => {
            settle(&mut facts, stream.get_ref().1);
            Ok((stream.into(), Box::new(facts)))
        }
        Err(error) => {
            let name = facts.sni.clone();
            Err(failed(&name, &error, facts))
        }
    }
}

/// What a client asked for, while nothing is settled.
pub(crate) fn asked(hello: &ClientHello) -> Tls {
    Tls {
        sni: hello.server_name.clone().unwrap_or_default(),
        offered: hello.alpn.iter().map(|protocol| notation(protocol)).collect(),
        trust: Trust::Unknown,
        ..Tls::default()
    }
}

fn settle(facts: &mut Tls, connection: &CommonState) {
    facts.alpn = connection.alpn_protocol().map(notation).unwrap_or_default();
    facts.version = connection.protocol_version().map_or(0, u16::from);
    facts.cipher = connection.negotiated_cipher_suite().map_or(0, |suite| u16::from(suite.suite()));
}

fn failed(name: &str, error: &io::Error, tls: Tls) -> Failed {
    let tls = Box::new(tls);
    if let Some(refusal) = Refusal::of(name, error) {
        return Failed { how: How::Untrusted, why: refusal.to_string(), tls };
    }
    let why = match alert(error) {
        Some(number) if may_want_identity(number) => format!(
            "the TLS handshake failed: {error}; a server says so to a client without a certificate that it trusts: \
             --client-cert FILE"
        ),
        _ => format!("the TLS handshake failed: {error}"),
    };
    let how = match (alert(error), error.kind()) {
        (Some(number), _) => How::Alert(number),
        (None, io::ErrorKind::TimedOut) => How::Timeout,
        (None, io::ErrorKind::UnexpectedEof) => How::Fin,
        (None, io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => How::Reset,
        (None, _) => How::Unreachable,
    };
    Failed { how, why, tls }
}

/// Alerts about the certificate that the other side showed, or did not show (RFC 8446 §6.2).
pub(crate) const fn is_about_identity(alert: u8) -> bool {
    const CERTIFICATE_REQUIRED: u8 = 116;
    const UNKNOWN_CA: u8 = 48;
    matches!(alert, 42..=46 | UNKNOWN_CA | CERTIFICATE_REQUIRED)
}

/// Before TLS 1.3, a missing certificate is `handshake_failure` (RFC 5246 §7.4.6), which means other things, too.
const fn may_want_identity(alert: u8) -> bool {
    const HANDSHAKE_FAILURE: u8 = 40;
    alert == HANDSHAKE_FAILURE || is_about_identity(alert)
}

/// As [`Tls::offered`] spells it.
pub(crate) fn notation(protocol: &[u8]) -> String {
    let mut text = String::with_capacity(protocol.len());
    for &byte in protocol {
        if byte.is_ascii_graphic() && byte != b'\\' {
            text.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_spelled_in_visible_ascii() {
        assert_eq!(notation(b"http/1.1"), "http/1.1");
        assert_eq!(notation(b"\x0a\\ \xfe"), "\\x0a\\x5c\\x20\\xfe");
    }
}
