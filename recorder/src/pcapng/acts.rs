//! What happened on a connection, in order.

use bytes::Bytes;
use cassettes::model::{
    Close, Connection, ConnectionId, Direction, Exchange, How, Protocol, Side, Timestamp,
};
use cassettes::wire::http::{Message, View};
use cassettes::wire::tls_names;

use super::http2;

/// One thing that happened.
#[derive(Debug)]
pub(super) enum Act {
    /// The client connects.
    Open {
        /// The server took it.
        answered: bool,
        comments: Vec<String>,
    },
    /// Bytes come.
    Say { direction: Direction, bytes: Bytes, comments: Vec<String> },
    /// Bytes came that were not captured.
    Lose { direction: Direction, length: u64 },
    /// One side ends.
    Close(Closed),
}

/// How one side ended.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) by: Side,
    pub(super) how: How,
    pub(super) comments: Vec<String>,
}

/// Bytes of an exchange, or of several.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) at: Timestamp,
    pub(super) direction: Direction,
    pub(super) bytes: Bytes,
    pub(super) comments: Vec<String>,
}

/// Of a connection with these exchanges, by ordinal, each with its number.
pub(super) fn of(
    connection: &Connection,
    id: ConnectionId,
    exchanges: &[(usize, Exchange)],
) -> Vec<(Timestamp, Act)> {
    let said = said(connection, exchanges);
    let mut acts = vec![(connection.opened, open(connection, id, said.is_empty()))];
    let closes: Vec<_> = connection.closes.iter().map(|it| (end_of(it, &said), it)).collect();
    acts.extend(said.into_iter().map(|Said { at, direction, bytes, comments }| {
        (at, Act::Say { direction, bytes, comments })
    }));
    acts.extend(
        connection
            .gaps
            .iter()
            .map(|gap| (gap.at, Act::Lose { direction: gap.direction, length: gap.length })),
    );
    acts.extend(closes.into_iter().map(|(at, close)| (at, Act::Close(closed(close)))));
    // What was said then came before what was missed then, and both before the end.
    acts.sort_by_key(|(at, _)| *at);
    // Nothing comes before the connection, whatever its times say.
    if let Some(place) = acts.iter().position(|(_, act)| matches!(act, Act::Open { .. })) {
        acts.get_mut(..=place).unwrap_or_default().rotate_right(1);
    }
    acts
}

fn open(connection: &Connection, id: ConnectionId, silent: bool) -> Act {
    let first = connection.closes.first().map(|close| close.how);
    let unreached = matches!(first, Some(How::Refused | How::Timeout | How::Unreachable));
    let mut comment = format!("connection {}", id.0);
    if !connection.upstream.is_empty() {
        comment = format!("{comment} to {}", connection.upstream);
    }
    if let Some(tls) = &connection.tls {
        let version = tls_names::version(tls.version).unwrap_or("of an unknown version");
        comment = format!("{comment}; was in TLS {version}, which is off here");
        if !tls.sni.is_empty() {
            comment = format!("{comment}, for {}", tls.sni);
        }
    }
    Act::Open { answered: !(silent && unreached), comments: vec![comment] }
}

fn closed(close: &Close) -> Closed {
    let told = match close.how {
        How::Alert(number) => {
            let name = tls_names::alert(number).map_or_else(|| number.to_string(), str::to_owned);
            Some(format!("was a TLS alert: {name}"))
        }
        How::Untrusted => Some("the recorder refused the server's certificate".to_owned()),
        How::CloseNotify => Some("was a TLS close_notify, then FIN".to_owned()),
        _ => None,
    };
    Closed { by: close.by, how: close.how, comments: told.into_iter().collect() }
}

/// Neither side ends before the last that it says; a reset ends both.
fn end_of(close: &Close, said: &[Said]) -> Timestamp {
    let orderly = matches!(close.how, How::Fin | How::CloseNotify);
    let own = |said: &&Said| !orderly || said.direction == close.by.sends();
    said.iter().rfind(own).map_or(close.at, |last| close.at.max(last.at))
}

/// All that was said, in order.
fn said(connection: &Connection, exchanges: &[(usize, Exchange)]) -> Vec<Said> {
    let is_http2 =
        |exchange: &Exchange| matches!(exchange.protocol, Protocol::Http2 | Protocol::Http2Control);
    let mut said: Vec<Said> = Vec::new();
    for (number, exchange) in exchanges.iter().filter(|(_, exchange)| !is_http2(exchange)) {
        let mut comment = Some(comment(*number, exchange));
        said.extend(exchange.chunks.iter().map(|chunk| Said {
            at: chunk.at,
            direction: chunk.direction,
            bytes: chunk.bytes.clone(),
            comments: comment.take().into_iter().collect(),
        }));
    }
    let streams: Vec<_> = exchanges.iter().filter(|(_, exchange)| is_http2(exchange)).collect();
    said.extend(http2::join(&streams, comment));
    // What is left of an answer after a gap began after the requests that wait behind it.
    let is_left = |said: &Said| {
        let follows = connection.gap_before(said.at).is_some();
        !(follows && said.comments.iter().any(|comment| comment.ends_with(REMAINS)))
    };
    said.sort_by_key(|said| (said.at, is_left(said)));
    said
}

/// How a comment on bytes ends that no parser read.
const REMAINS: &str = ": raw bytes";

/// What a packet list should say of an exchange.
fn comment(number: usize, exchange: &Exchange) -> String {
    let asked = match exchange.protocol {
        Protocol::Raw => return format!("exchange {number}{REMAINS}"),
        Protocol::Http2Control => return "the connection's own frames".to_owned(),
        _ => request_line(exchange),
    };
    format!("exchange {number}: {asked}")
}

fn request_line(exchange: &Exchange) -> String {
    let view = View::of(exchange);
    let Some(head) = view.request().and_then(Message::request_head) else {
        return "no request".to_owned();
    };
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    format!("{} {}", text(head.method()), text(head.target()))
}
