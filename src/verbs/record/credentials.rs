//! Warns of secrets in a recording: nothing takes them out yet.

use std::path::Path;

use cassettes::format::Reader;
use cassettes::model::{Chunk, Direction, Exchange, Protocol};
use cassettes::wire::dialects::{Dialect, message_ends};
use cassettes::wire::http::{Message, View};
use cassettes::wire::http1::{RequestHead, ResponseHead};
use memchr::memmem;

use crate::{store, talk};

/// Bytes looked through at most. It is a warning, not a scan that anything relies on, and should
/// take no longer than a breath.
const MAX_BYTES: u64 = 1 << 30;

/// Bytes of each direction looked at where there is no head of HTTP/1: who is asked for a password says it early.
const BEGINNING: usize = 64 * 1024;

/// Fields that hold credentials, or the means to act as somebody.
const IN_REQUESTS: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "x-api-key"];
const IN_RESPONSES: [&str; 1] = ["set-cookie"];

/// Tells how many exchanges of the file carry credentials.
pub(super) fn warn_of(path: &Path) {
    let Some(reader) = path.is_file().then(|| store::open(path).ok()).flatten() else { return };
    let count = count(&reader);
    if count > 0 {
        let (exchanges, file) = (talk::count(count, "exchange"), path.display());
        let carry = if count == 1 { "carries" } else { "carry" };
        talk::warn(&format!(
            "{exchanges} of {file} {carry} credentials (authorization, cookies, passwords): keep it \
             private, they are not redacted"
        ));
    }
}

fn count(reader: &Reader) -> usize {
    let mut budget = MAX_BYTES;
    let affordable = |(n, entry): (usize, cassettes::format::Entry)| {
        budget = budget.checked_sub(entry.to_server + entry.to_client)?;
        Some(n)
    };
    let exchanges = reader.entries().enumerate().map_while(affordable);
    exchanges.filter(|n| reader.exchange(*n).is_ok_and(|exchange| carries(&exchange))).count()
}

/// Of HTTP, looks at the heads only.
fn carries(exchange: &Exchange) -> bool {
    match exchange.protocol {
        Protocol::Http1 => {
            let request = head(exchange, Direction::ToServer);
            let response = head(exchange, Direction::ToClient);
            are_in(RequestHead::parse(&request).ok(), ResponseHead::parse(&response).ok())
        }
        Protocol::Http2 => {
            let view = View::of(&beginning(exchange));
            let response = view.final_response().and_then(Message::response_head);
            are_in(view.request().and_then(Message::request_head), response)
        }
        Protocol::Raw => {
            Dialect::of(exchange).is_some_and(|dialect| is_password_said(exchange, dialect))
        }
        // A connection's own frames, and what is yet to come.
        _ => false,
    }
}

fn is_password_said(exchange: &Exchange, dialect: Dialect) -> bool {
    let client = Direction::ToServer;
    let said = beginning(exchange).bytes(client);
    let mut start = 0;
    message_ends(&mut *dialect.cutter(client), &said).into_iter().any(|end| {
        let end = usize::try_from(end).unwrap_or(usize::MAX);
        let message = said.get(std::mem::replace(&mut start, end)..end).unwrap_or_default();
        dialect.tells_password(client, message)
    })
}

/// Both directions as far as they are looked at, in whole chunks.
fn beginning(exchange: &Exchange) -> Exchange {
    let (mut asked, mut told) = (0, 0);
    let is_early = |chunk: &&Chunk| {
        let seen = if chunk.direction == Direction::ToServer { &mut asked } else { &mut told };
        let before = *seen;
        *seen += chunk.bytes.len();
        before < BEGINNING
    };
    let chunks = exchange.chunks.iter().filter(is_early).cloned().collect();
    Exchange { connection: exchange.connection, protocol: exchange.protocol, chunks }
}

fn are_in(request: Option<RequestHead<'_>>, response: Option<ResponseHead<'_>>) -> bool {
    request.is_some_and(|head| IN_REQUESTS.iter().any(|name| head.header(name).is_some()))
        || response.is_some_and(|head| IN_RESPONSES.iter().any(|name| head.header(name).is_some()))
}

/// The bytes of one direction through the first empty line.
fn head(exchange: &Exchange, direction: Direction) -> Vec<u8> {
    let mut head = Vec::new();
    for chunk in exchange.sent(direction) {
        head.extend_from_slice(&chunk.bytes);
        if let Some(end) = memmem::find(&head, b"\r\n\r\n") {
            head.truncate(end + 4);
            break;
        }
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the only exchange in this cassette.
    fn carries_any(exchange: &str) -> bool {
        let yaml = format!("retape: 1\nexchanges:\n{exchange}");
        let cassette = cassettes::text::read(&yaml).unwrap();
        let asked = |exchange: &&Exchange| exchange.protocol != Protocol::Http2Control;
        carries(cassette.exchanges().iter().find(asked).unwrap())
    }

    fn http2(request: &str, response: &str) -> bool {
        carries_any(&format!(
            "  - protocol: http/2\n    request:\n      head: |\n        GET /\n        host: a\n{request}    \
             response:\n      head: |\n        200\n{response}"
        ))
    }

    #[test]
    fn heads_of_both_versions_are_looked_at() {
        assert!(carries_any("  - request: |\n      GET / HTTP/1.1\n      Cookie: a=b\n"));
        assert!(!carries_any("  - request: |\n      GET / HTTP/1.1\n      X-Any: a=b\n"));
        assert!(http2("        authorization: Bearer a\n", ""));
        assert!(http2("", "        set-cookie: a=b\n"));
        assert!(!http2("", "        x-any: a\n"));
    }

    #[test]
    fn passwords_of_dialects_are_seen() {
        let raw = |said: &str| carries_any(&format!("  - raw:\n      - client: {said:?}\n"));
        assert!(raw("*2\r\n$4\r\nAUTH\r\n$1\r\na\r\n"));
        assert!(!raw("*2\r\n$3\r\nGET\r\n$1\r\na\r\n"));
        assert!(raw("PASS secret\n"));
        assert!(raw("USER me\nPASS secret\nLIST\n"));
    }
}
