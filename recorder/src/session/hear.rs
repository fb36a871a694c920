//! A client's first words.

use std::io;

use bytes::BytesMut;
use cassettes::wire::door::{self, Door};
use cassettes::wire::tls::ClientHello;
use tokio::io::AsyncReadExt as _;

use crate::stream::Stream;

/// What they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Words {
    /// None: the client ended, or the server spoke before it, and not HTTP/2.
    Silence,
    /// It wants TLS.
    Hello(Box<ClientHello>),
    /// The greeting of SOCKS5.
    Socks5,
    /// HTTP/1.
    Http,
    /// HTTP/2, of which it knew before; or the server has greeted in that before the client said anything.
    Http2,
    /// Anything else.
    Other,
}

/// Waits for a client's first words. They stay to be read.
pub(super) async fn hear(client: &mut Stream) -> io::Result<Words> {
    listen(client, std::future::pending()).await
}

/// Waits for the first words of the client, as long as the server is silent. They stay to be read.
pub(super) async fn hear_before(client: &mut Stream, server: &Stream) -> io::Result<Words> {
    listen(client, server.speaks()).await
}

async fn listen(client: &mut Stream, until: impl Future<Output = bool>) -> io::Result<Words> {
    let mut until = std::pin::pin!(until);
    let mut bytes = BytesMut::with_capacity(ENOUGH);
    let mut greeted = false;
    let words = loop {
        let read = tokio::select! {
            biased;
            read = client.read_buf(&mut bytes) => read?,
            in_http2 = &mut until => {
                greeted = in_http2;
                0
            }
        };
        match understand(&bytes) {
            Some(words) => break words,
            None if read == 0 && bytes.is_empty() && greeted => break Words::Http2,
            None if read == 0 && bytes.is_empty() => break Words::Silence,
            None if read == 0 => break Words::Other,
            None => bytes.reserve(ENOUGH),
        }
    };
    client.unread(bytes.freeze());
    Ok(words)
}

/// Room for one read: nearly every request's head and `ClientHello`.
const ENOUGH: usize = 4096;

/// `None`: more is needed.
fn understand(bytes: &[u8]) -> Option<Words> {
    match door::sniff(bytes) {
        Door::NeedMore => None,
        Door::Socks5 => Some(Words::Socks5),
        Door::Http => Some(Words::Http),
        Door::Http2 => Some(Words::Http2),
        Door::Other => Some(Words::Other),
        Door::Tls => match ClientHello::parse(bytes) {
            Ok(hello) => hello.map(|hello| Words::Hello(Box::new(hello))),
            Err(_) => Some(Words::Other),
        },
    }
}
