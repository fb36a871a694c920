//! What a client gets for a request that nothing serves, and what the report says of it.

use bytes::Bytes;

use super::Stage;
use crate::deck::Slot;
use crate::player::request::{Request, State};
use crate::report::Outcome;
use crate::select::Why;

/// The outcome to report, and the answer to send: documented, and like no server's own.
pub(super) fn explain(stage: &Stage, request: &Request, why: &Why) -> (Outcome, Bytes) {
    let reason = reason(stage, why);
    let label = request.label();
    let mut text = format!("retape: {label}: {reason}\n");
    let nearest = Vec::new();
    let status = match why {
        Why::NotHttp(_) => "400 Bad Request",
        _ => "470 No Recorded Answer",
    };
    text.push_str("The replay's report shows what was recorded instead.\n");
    (Outcome::extra(format!("{label}: {reason}"), nearest), answer(status, &text, request))
}

fn answer(status: &str, text: &str, request: &Request) -> Bytes {
    let closes = request.closes || request.state != State::Whole;
    let connection = if closes { "Connection: close\r\n" } else { "" };
    let length = text.len();
    let body = if request.head.starts_with(b"HEAD ") { "" } else { text };
    format!(
        "HTTP/1.1 {status}\r\nretape-miss: 1\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {length}\r\n{connection}\r\n{body}"
    )
    .into()
}

fn reason(stage: &Stage, why: &Why) -> String {
    match why {
        Why::NotRecorded => "nothing was recorded with this method, path and query".to_owned(),
        Why::OtherBody => "the body is none of those recorded and not yet played".to_owned(),
        Why::AllPlayed => "all recorded answers to it were played".to_owned(),
        Why::TooEarly(before) => {
            format!("in the recording, exchange {} came first", number(stage, *before))
        }
        Why::Unreadable(error) => format!("its exchange cannot be read: {error}"),
        Why::CutShort => "the client ended before its request did".to_owned(),
        Why::NotHttp(error) => {
            format!("no such bytes were recorded, and they are not HTTP: {error}")
        }
        Why::Stalled => "the client began a request and did not go on".to_owned(),
    }
}

fn number(stage: &Stage, slot: Slot) -> String {
    let (cassette, number) = stage.deck.name(slot);
    if cassette.is_empty() { number.to_string() } else { format!("{number} of {cassette}") }
}
