//! What a client gets for a request that nothing serves, and what the report says of it.

use std::fmt::Write;

use bytes::Bytes;
use cassettes::wire::http::View;
use cassettes::wire::http1::RequestHead;

use super::Stage;
use super::verdict::reference;
use crate::arrival::Here;
use crate::deck::{Origin, Slot};
use crate::options::HttpMatch;
use crate::player::request::{Request, State};
use crate::report::{Candidate, ExchangeRef, Outcome};
use crate::select::Why;
use crate::verify::{CompareContext, MAX_COMPARED, nearest};

/// How many misses are explained by their nearest candidates. Each costs several comparisons in
/// full, and a client that misses more often does something else altogether.
const MAX_EXPLAINED: usize = 100;

/// What to answer to a request that nothing serves: documented, and like no server's own.
#[derive(Debug)]
pub(crate) struct Miss {
    pub(crate) status: u16,
    /// For people, who read of it in a client's log.
    pub(crate) text: String,
}

/// The outcome to report, and the answer to send.
pub(super) fn explain(stage: &Stage, request: &Request, here: Here, why: &Why) -> (Outcome, Miss) {
    let mut reason = reason(stage, why);
    if let (Why::NotRecorded, Origin::Foreign(server)) = (why, request.origin(here)) {
        let _ = write!(reason, " at {server}");
    }
    let label = request.label();
    let nearest = nearest_to(stage, request, here);
    let mut text = format!("retape: {label}: {reason}\n");
    text.extend(nearest.iter().flat_map(describe));
    let status = match why {
        Why::NotHttp(_) => 400,
        _ => 470,
    };
    (Outcome::extra(format!("{label}: {reason}"), nearest), Miss { status, text })
}

impl Miss {
    /// As an answer over HTTP/1.
    pub(crate) fn to_http1(&self, request: &Request) -> Bytes {
        let Self { status, text } = self;
        let reason = if *status == 400 { "Bad Request" } else { "No Recorded Answer" };
        let closes = request.closes || request.state != State::Whole;
        let connection = if closes { "Connection: close\r\n" } else { "" };
        let length = text.len();
        let body = if request.head.starts_with(b"HEAD ") { "" } else { text };
        format!(
            "HTTP/1.1 {status} {reason}\r\nretape-miss: 1\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\
             Content-Length: {length}\r\n{connection}\r\n{body}"
        )
        .into()
    }
}

/// The recorded requests that come closest, and why each was not chosen.
fn nearest_to(stage: &Stage, request: &Request, here: Here) -> Vec<Candidate> {
    if stage.extras.explained() >= MAX_EXPLAINED {
        return Vec::new();
    }
    let Ok(head) = RequestHead::parse(&request.head) else { return Vec::new() };
    let numbers = stage.deck.neighbours().near(&head);
    let slots = numbers.into_iter().filter_map(|number| u32::try_from(number).ok().map(Slot));
    let candidates = slots.take(MAX_COMPARED).filter_map(|slot| {
        let recorded = View::of(&stage.deck.exchange(slot).ok()?);
        let context = CompareContext { recorded: stage.deck.own(slot, here), live: here.own };
        Some((reference(stage, slot), recorded, context))
    });
    nearest(&View::of(&request.to_exchange()), candidates, &stage.rules)
}

/// For people, in the answer's body.
fn describe(candidate: &Candidate) -> Vec<String> {
    let ExchangeRef { cassette, number } = &candidate.exchange;
    let of = if cassette.is_empty() { String::new() } else { format!(" of {cassette}") };
    let lines = candidate.mismatches.iter().filter(|mismatch| mismatch.is_failure());
    let lines = lines.map(|mismatch| {
        let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        let (recorded, sent) = (shown(&mismatch.expected), shown(&mismatch.actual));
        format!("  {}: recorded {recorded}, sent {sent}\n", mismatch.place)
    });
    let title = format!("nearest: exchange {number}{of}, {}\n", candidate.label);
    std::iter::once(title).chain(lines).collect()
}

fn reason(stage: &Stage, why: &Why) -> String {
    match why {
        Why::NotRecorded => "nothing was recorded with this method, path and query".to_owned(),
        Why::OtherVersion(slot) => {
            let number = number(stage, *slot);
            let what_to_do = match stage.options.http {
                HttpMatch::Exact => "--http any translates it",
                HttpMatch::Any => "in this one it has no equal",
            };
            format!("exchange {number} was recorded over another version of HTTP; {what_to_do}")
        }
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
