//! Whole messages: head, body, framing, trailers.

use cassettes::model::Direction;
use cassettes::wire::http::{Message, View};
use cassettes::wire::http1::{Framing, Headers, RequestHead, ResponseHead, Version};
use cassettes::wire::protobuf::Descriptors;

use super::body::{Body, compare_bodies};
use super::findings::Findings;
use super::headers::{compare_headers, compare_trailers};
use super::messages::compare_web_sockets;
use super::show::{byte_count, show};
use super::start_line::{compare_request_lines, compare_status_lines};
use super::{CompareContext, Mismatch, Place, Rules, Treatment, binary};

/// Every difference between the requests of two exchanges, in the order of the wire.
pub fn compare_requests(
    expected: &View,
    actual: &View,
    context: &CompareContext,
    rules: &Rules,
) -> Vec<Mismatch> {
    let mut found = Findings::new(rules, *context);
    match (request(expected), request(actual)) {
        (Some((was, was_head)), Some((is, is_head))) => {
            found.headers_untold = is_sketch(&was_head);
            found.schema = descriptors(rules).and_then(|set| set.request(was_head.target()));
            compare_request_lines(&was_head, &is_head, &mut found);
            compare_rest((was, was_head.headers()), (is, is_head.headers()), &mut found);
        }
        (None, None) => {}
        (was, is) => compare_protocols(was.is_some(), is.is_some(), &mut found),
    }
    compare_tails(expected, actual, Direction::ToServer, &mut found);
    found.finish()
}

/// Every difference between the answers of two exchanges, in the order of the wire.
pub fn compare_responses(
    expected: &View,
    actual: &View,
    context: &CompareContext,
    rules: &Rules,
) -> Vec<Mismatch> {
    let mut found = Findings::new(rules, *context);
    let asked = request(expected).map(|(_, head)| head.target());
    found.schema = descriptors(rules).zip(asked).and_then(|(set, path)| set.response(path));
    compare_interims(expected, actual, &mut found);
    match (expected.final_response(), actual.final_response()) {
        (Some(was), Some(is)) => compare_response(was, is, &mut found),
        (None, None) => {}
        (was, is) => {
            let line = |message: Option<&Message>| message.map(status_line);
            found.change(Treatment::Fail, Place::Status, line(was), line(is));
        }
    }
    compare_tails(expected, actual, Direction::ToClient, &mut found);
    found.finish()
}

fn descriptors(rules: &Rules) -> Option<&Descriptors> {
    rules.descriptors.as_deref()
}

fn request(view: &View) -> Option<(&Message, RequestHead<'_>)> {
    view.request().and_then(|message| Some((message, message.request_head()?)))
}

/// Written by hand: no HTTP/1.1 client leaves `Host` out (RFC 9112 §3.2), a person who wants to
/// say only what matters does. The headers that are told count, others are not asked for.
fn is_sketch(head: &RequestHead<'_>) -> bool {
    head.version() == Version::Http11 && head.header("host").is_none()
}

fn status_line(message: &Message) -> String {
    message.response_head().map_or_else(String::new, |head| show(head.status_line()))
}

fn compare_response(expected: &Message, actual: &Message, found: &mut Findings<'_>) {
    let (Some(was), Some(is)) = (expected.response_head(), actual.response_head()) else { return };
    compare_status_lines(&was, &is, found);
    compare_rest((expected, was.headers()), (actual, is.headers()), found);
}

fn compare_interims(expected: &View, actual: &View, found: &mut Findings<'_>) {
    let (was, is) = (interims(expected), interims(actual));
    for index in 0..was.len().max(is.len()) {
        let nth = index + 1;
        match (was.get(index), is.get(index)) {
            (Some(was), Some(is)) => found.inside(
                |inside| Place::Interim { nth, inside: Some(inside) },
                |found| compare_response(was, is, found),
            ),
            (was, is) => {
                let line = |message: Option<&&Message>| message.map(|message| status_line(message));
                let place = Place::Interim { nth, inside: None };
                found.change(Treatment::Fail, place, line(was), line(is));
            }
        }
    }
}

fn interims(view: &View) -> Vec<&Message> {
    let is_interim = |head: ResponseHead<'_>| head.is_interim();
    let all = view.responses().iter();
    all.filter(|message| message.response_head().is_some_and(is_interim)).collect()
}

/// All that follows the start line.
fn compare_rest<'m>(
    (expected, was): (&'m Message, Headers<'m>),
    (actual, is): (&'m Message, Headers<'m>),
    found: &mut Findings<'_>,
) {
    let bodies = (Body::of(was.clone(), &expected.body), Body::of(is.clone(), &actual.body));
    compare_headers(was, is, found);
    compare_bodies(bodies.0, bodies.1, found);
    compare_framings(expected, actual, found);
    compare_trailers(&expected.trailers, &actual.trailers, found);
    if expected.complete != actual.complete {
        let (expected, actual) = (completeness(expected), completeness(actual));
        found.differ(Treatment::Fail, Place::Completeness, expected, actual);
    }
}

fn completeness(message: &Message) -> &'static str {
    if message.complete { "whole" } else { "cut short" }
}

fn compare_framings(expected: &Message, actual: &Message, found: &mut Findings<'_>) {
    let treatment = found.rules.framing;
    let same_kind = match (expected.framing, actual.framing) {
        (Framing::Length(_), Framing::Length(_)) => true,
        (was, is) => was == is,
    };
    if !same_kind {
        let (expected, actual) = (framing(expected), framing(actual));
        found.differ(treatment, Place::Framing, expected, actual);
    } else if expected.framing == Framing::Chunked
        && (&expected.body, &expected.trailers) == (&actual.body, &actual.trailers)
        && expected.raw_body != actual.raw_body
    {
        let shown = |message: &Message| {
            format!("chunked, {} on the wire", byte_count(message.raw_body.len()))
        };
        found.differ(treatment, Place::Framing, shown(expected), shown(actual));
    }
}

fn framing(message: &Message) -> String {
    match message.framing {
        Framing::None => "no body".to_owned(),
        Framing::Length(length) => format!("content-length: {length}"),
        Framing::Chunked => "transfer-encoding: chunked".to_owned(),
        Framing::UntilClose => "until the connection's end".to_owned(),
        Framing::EndStream => "until the stream's end".to_owned(),
    }
}

fn compare_protocols(was_http: bool, is_http: bool, found: &mut Findings<'_>) {
    let name = |http| if http { "an HTTP request" } else { "no HTTP request" };
    found.differ(Treatment::Fail, Place::Protocol, name(was_http), name(is_http));
}

fn compare_tails(expected: &View, actual: &View, direction: Direction, found: &mut Findings<'_>) {
    if compare_web_sockets(expected, actual, direction, found) {
        return;
    }
    let (was, is) = (expected.tail(direction), actual.tail(direction));
    if let Some(difference) = binary::first_difference(&was, &is) {
        found.push(difference.mismatch(Place::Tail));
    }
}
