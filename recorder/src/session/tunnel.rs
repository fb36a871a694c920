//! A client that wants a connection to some server, and then speaks to it.

use std::io;
use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use cassettes::model::{Side, Way};
use cassettes::wire::socks5::{Handshake, Progress, Reply, Target, reply};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::meet::meet;
use super::{Visit, failure, give_up, speech_of};
use crate::stream::Stream;
use crate::translator::Translator;
use crate::{Scheme, Upstream};

/// `CONNECT` to this server; the request has been read.
pub(super) async fn connect(visit: Visit, mut client: Stream, to: &Upstream) -> io::Result<()> {
    let visit = visit.by(Way::Connect);
    match visit.connect(to).await {
        Ok(server) => {
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            meet(&visit, client, server, to).await
        }
        Err(error) => {
            let text = format!("retape: {} could not be reached: {error}\n", to.endpoint());
            let answer = refusal("502 Bad Gateway", &text);
            unreached(&visit, client, to, &error, answer.as_bytes()).await;
            Err(error)
        }
    }
}

/// A client that greets as one of SOCKS5.
pub(super) async fn socks5(visit: Visit, mut client: Stream) -> io::Result<()> {
    let visit = visit.by(Way::Socks5);
    let Some(Target { host, port }) = greet(&mut client).await? else { return Ok(()) };
    let to = Upstream::at(Scheme::Tcp, host, port);
    match visit.connect(&to).await {
        Ok(server) => {
            let bound = server.tcp().and_then(|tcp| tcp.local_addr().ok());
            client.write_all(&reply(Reply::Succeeded, bound)).await?;
            meet(&visit, client, server, &to).await
        }
        Err(error) => {
            unreached(&visit, client, &to, &error, &reply(reason(&error), None)).await;
            Err(error)
        }
    }
}

/// A client that the system led here on its way to another server.
pub(super) async fn transparent(visit: Visit, client: Stream) -> io::Result<()> {
    let visit = visit.by(Way::Transparent);
    let tcp = client.tcp().ok_or(io::ErrorKind::Unsupported)?;
    let meant = original_destination(tcp)?;
    if Some(meant) == visit.own {
        // Connecting there would come back here, for ever.
        return Err(io::Error::other(format!(
            "a client meant {meant}, the recorder itself: with --transparent, connections are led here by the system (iptables … REDIRECT)"
        )));
    }
    let to = Upstream::at(Scheme::Tcp, meant.ip().to_string(), meant.port());
    match visit.connect(&to).await {
        Ok(server) => meet(&visit, client, server, &to).await,
        Err(error) => {
            let to = by_port(&to);
            visit.tell_unreached(&to, &error);
            let mut tap = visit.tap(visit.facts(&to), speech_of(&to), Translator::Verbatim);
            give_up(client, failure(&error), &mut tap).await;
            Err(error)
        }
    }
}

fn original_destination(client: &TcpStream) -> io::Result<SocketAddr> {
    let socket = socket2::SockRef::from(client);
    let found = match client.local_addr()? {
        SocketAddr::V4(_) => socket.original_dst_v4(),
        SocketAddr::V6(_) => socket.original_dst_v6(),
    };
    found?.as_socket().ok_or_else(|| io::ErrorKind::Unsupported.into())
}

/// Records why there is no tunnel, and says so.
async fn unreached(
    visit: &Visit,
    mut client: Stream,
    to: &Upstream,
    error: &io::Error,
    answer: &[u8],
) {
    let to = by_port(to);
    visit.tell_unreached(&to, error);
    let mut tap = visit.tap(visit.facts(&to), speech_of(&to), Translator::Verbatim);
    tap.close(Side::Server, failure(error));
    // One that is gone needs no answer.
    drop(client.write_all(answer).await);
    client.end().await;
}

/// What is most likely spoken at a port: nobody got so far as to speak.
fn by_port(to: &Upstream) -> Upstream {
    let mut likely = [Scheme::Http, Scheme::Https].into_iter();
    let scheme = likely.find(|scheme| scheme.default_port() == Some(to.port));
    Upstream { scheme: scheme.unwrap_or(to.scheme), ..to.clone() }
}

/// An answer of our own, after which the connection ends.
pub(super) fn refusal(status: &str, text: &str) -> String {
    let length = text.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    )
}

fn reason(error: &io::Error) -> Reply {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Reply::Refused,
        io::ErrorKind::TimedOut => Reply::Expired,
        io::ErrorKind::NetworkUnreachable => Reply::NetworkUnreachable,
        _ => Reply::HostUnreachable,
    }
}

/// Shakes hands; `None`: the client left, or wants what is not offered.
async fn greet(client: &mut Stream) -> io::Result<Option<Target>> {
    let mut handshake = Handshake::new();
    let mut bytes = BytesMut::new();
    loop {
        match handshake.advance(&bytes) {
            Ok(Progress::NeedMore) => {
                if client.read_buf(&mut bytes).await? == 0 {
                    return Ok(None);
                }
            }
            Ok(Progress::Send(taken, answer)) => {
                drop(bytes.split_to(taken));
                client.write_all(&answer).await?;
            }
            Ok(Progress::Connect(taken, target)) => {
                client.unread(Bytes::from(bytes).slice(taken..));
                return Ok(Some(target));
            }
            Err(error) => {
                client.write_all(&error.answer()).await?;
                return Ok(None);
            }
        }
    }
}
