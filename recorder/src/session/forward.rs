//! A client of an HTTP proxy: it names the server in each request.

use std::io;

use bytes::{Bytes, BytesMut};
use cassettes::model::{How, Side, Way};
use cassettes::wire::http1::rewrite::Absolute;
use cassettes::wire::http1::{Event, RequestHead, RequestParser};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Visit, converse, failure, give_up, tunnel};
use crate::stream::Stream;
use crate::tap::Speech;
use crate::translator::Translator;
use crate::{Scheme, Upstream};

/// Serves such a client: one server after the other, as it asks for them.
pub(super) async fn serve(visit: Visit, mut client: Stream) -> io::Result<()> {
    let mut visit = visit.by(Way::Forward);
    let mut failed = None;
    while let Some((asked, head)) = ask(&mut client).await? {
        visit.opened = visit.shared.clock.now();
        match asked {
            Asked::Tunnel(to) => {
                skip(&mut client, head.len()).await?;
                return tunnel::connect(visit, client, &to).await;
            }
            Asked::Forward { to, authority } => {
                match pass_on(&visit, client, &to, &authority).await {
                    Ok(Some(more)) => client = more,
                    Ok(None) => break,
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
            Asked::Nothing => {
                let answer = tunnel::refusal("400 Bad Request", NO_SERVER);
                // One that is gone needs no answer.
                drop(client.write_all(answer.as_bytes()).await);
                client.end().await;
                break;
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

/// What a request wants of a proxy.
enum Asked {
    /// A connection to this server.
    Tunnel(Upstream),
    /// An answer of this server, which its target calls `authority`.
    Forward { to: Upstream, authority: String },
    /// Nothing that a proxy can give.
    Nothing,
}

const NO_SERVER: &str = "retape: this is a proxy: name a server, as in GET http://host/path; to record one server, use --to\n";

/// The next request's head, which stays to be read, and what it wants; `None`: there is no further one.
async fn ask(client: &mut Stream) -> io::Result<Option<(Asked, Bytes)>> {
    let mut parser = RequestParser::new();
    let mut bytes = BytesMut::new();
    loop {
        let mut read = BytesMut::with_capacity(READ);
        if client.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&read);
        let Ok(advance) = parser.advance(&read.freeze()) else {
            return Ok(Some((Asked::Nothing, Bytes::new())));
        };
        if let Some(Event::Head(head)) = advance.event {
            client.unread(bytes.freeze());
            return Ok(Some((wanted(&head), head)));
        }
    }
}

/// Holds nearly every head.
const READ: usize = 4096;

fn wanted(head: &[u8]) -> Asked {
    let Ok(head) = RequestHead::parse(head) else { return Asked::Nothing };
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    if head.method() == b"CONNECT" {
        let to = format!("tcp://{}", text(head.target()));
        return to.parse().map_or(Asked::Nothing, Asked::Tunnel);
    }
    let Some(target) = Absolute::of(head.target()) else { return Asked::Nothing };
    let authority = text(target.authority);
    // User information is no part of the server's name.
    let host = authority.rsplit_once('@').map_or(authority.as_str(), |(_, host)| host);
    let to = format!("{}://{host}", text(target.scheme)).parse::<Upstream>();
    match to.ok().filter(|to| to.scheme() == Scheme::Http) {
        Some(to) => Asked::Forward { to, authority },
        None => Asked::Nothing,
    }
}

/// Takes bytes that were read before.
async fn skip(client: &mut Stream, count: usize) -> io::Result<()> {
    client.read_exact(&mut vec![0; count]).await.map(drop)
}

/// Records what is said to one server; gives the client back if it turns to another.
async fn pass_on(
    visit: &Visit,
    client: Stream,
    to: &Upstream,
    authority: &str,
) -> io::Result<Option<Stream>> {
    let translator = Translator::forward(authority);
    let mut tap = visit.tap(visit.facts(to), Speech::Http, translator);
    let server = match visit.connect(to).await {
        Ok(server) => server,
        Err(error) => {
            visit.tell_unreached(to, &error);
            give_up(client, failure(&error), &mut tap).await;
            return Err(error);
        }
    };
    let Some((mut client, server)) = converse(client, server, &mut tap).await else {
        return Ok(None);
    };
    client.unread(tap.take_turned().unwrap_or_default());
    tap.close(Side::Client, How::Fin);
    server.end().await;
    Ok(Some(client))
}
