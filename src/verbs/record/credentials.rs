//! Warns of secrets in a recording: nothing takes them out yet.

use std::path::Path;

use cassettes::format::Reader;
use cassettes::model::{Direction, Exchange};
use cassettes::wire::http1::{RequestHead, ResponseHead};
use memchr::memmem;

use crate::{store, talk};

/// Bytes looked through at most. It is a warning, not a scan that anything relies on, and should
/// take no longer than a breath.
const MAX_BYTES: u64 = 1 << 30;

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
            "{exchanges} of {file} {carry} credentials (authorization, cookies): keep it private, \
             they are not redacted"
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

/// Looks at the heads only.
fn carries(exchange: &Exchange) -> bool {
    let request = head(exchange, Direction::ToServer);
    let response = head(exchange, Direction::ToClient);
    RequestHead::parse(&request)
        .is_ok_and(|head| IN_REQUESTS.iter().any(|name| head.header(name).is_some()))
        || ResponseHead::parse(&response)
            .is_ok_and(|head| IN_RESPONSES.iter().any(|name| head.header(name).is_some()))
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
