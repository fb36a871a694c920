//! What is told of two exchanges: `heads` and `bodies`; here, the rest of a message.

mod bodies;
mod heads;

use cassettes::model::{Chunk, ConnectionId, Direction, Exchange, Protocol, Timestamp};
use cassettes::wire::http::View;

use super::*;

fn view(request: &str, answer: &str) -> View {
    let chunk = |direction, text: &str| Chunk {
        direction,
        at: Timestamp::ZERO,
        bytes: text.to_owned().into(),
    };
    let pieces = [(Direction::ToServer, request), (Direction::ToClient, answer)];
    let chunks = pieces.into_iter().filter(|(_, text)| !text.is_empty());
    View::of(&Exchange {
        connection: ConnectionId(0),
        protocol: Protocol::Http1,
        chunks: chunks.map(|(direction, text)| chunk(direction, text)).collect(),
    })
}

/// A request with these header lines, and a body of the length that it has.
fn request(line: &str, headers: &[&str], body: &str) -> String {
    let mut head = format!("{line} HTTP/1.1\r\n");
    for header in headers {
        head += header;
        head += "\r\n";
    }
    if !body.is_empty() {
        head.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
    }
    head + "\r\n" + body
}

/// `place: expected → actual`, a note with `(note)` in front.
fn shown(mismatches: &[Mismatch]) -> Vec<String> {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let line = |m: &Mismatch| {
        let note = if m.is_failure() { "" } else { "(note) " };
        format!("{note}{}: {} → {}", m.place, value(&m.expected), value(&m.actual))
    };
    mismatches.iter().map(line).collect()
}

fn compared_by(rules: &Rules, expected: &str, actual: &str) -> Vec<String> {
    let context = CompareContext::of("127.0.0.1:4000", "127.0.0.1:5000");
    shown(&compare_requests(&view(expected, ""), &view(actual, ""), &context, rules))
}

fn compared(expected: &str, actual: &str) -> Vec<String> {
    compared_by(&Rules::default(), expected, actual)
}

const NONE: [&str; 0] = [];

#[test]
fn the_same_request_has_no_difference() {
    let same = request("POST /a?b", &["Host: 127.0.0.1:4000", "A: b"], "{\"a\":1}");
    assert_eq!(compared(&same, &same), NONE);
}

#[test]
fn the_rules_decide_how_grave_a_difference_is() {
    let rules: Rules = toml::from_str(
        "ignore-query = ['_']\nheader-order = 'fail'\nheaders = { accept = 'note', user-agent = 'fail', 'x-*' = 'ignore' }",
    )
    .unwrap();
    let was = request("GET /?_=1", &["A: 1", "Accept: a", "User-Agent: a", "X-B: 1"], "");
    let is = request("GET /?_=2", &["Accept: b", "A: 1", "User-Agent: b"], "");
    assert_eq!(
        compared_by(&rules, &was, &is),
        [
            "(note) header accept: a → b",
            "header user-agent: a → b",
            "header order: a, accept, user-agent → accept, a, user-agent"
        ]
    );
}

#[test]
fn unknown_rules_and_bad_paths_are_refused() {
    assert!(toml::from_str::<Rules>("headrs = {}").is_err());
    assert!(toml::from_str::<Rules>("spelling = 'maybe'").is_err());
    let error = toml::from_str::<Rules>("ignore-json = ['id']").unwrap_err().to_string();
    assert!(error.contains("`$` is expected"), "{error}");
}

#[test]
fn framing_is_a_note_and_a_request_cut_short_a_failure() {
    let whole = "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
    let chunked =
        |body: &str| format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
    assert_eq!(
        compared(whole, &chunked("3\r\nabc\r\n0\r\n\r\n")),
        ["(note) framing: content-length: 3 → transfer-encoding: chunked"]
    );
    assert_eq!(
        compared(&chunked("3\r\nabc\r\n0\r\n\r\n"), &chunked("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n")),
        ["(note) framing: chunked, 13 bytes on the wire → chunked, 18 bytes on the wire"]
    );
    let cut = compared(whole, "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab");
    assert_eq!(cut, ["body line 1: abc → ab", "completeness: whole → cut short"]);
}

#[test]
fn trailers_differ_like_headers() {
    let with = |trailer: &str| {
        format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{trailer}\r\n\r\n")
    };
    assert_eq!(compared(&with("Sum: 1"), &with("Sum: 2")), ["trailer sum: 1 → 2"]);
}

#[test]
fn what_follows_an_upgrade_is_compared_by_byte() {
    let line = "GET / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n";
    let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhi";
    let (was, is) = (view(&format!("{line}ping"), answer), view(&format!("{line}pong"), answer));
    let rules = Rules::default();
    let context = CompareContext::default();
    let found = shown(&compare_requests(&was, &is, &context, &rules));
    assert_eq!(found, ["bytes after the message: 4 bytes → 4 bytes"]);
}

#[test]
fn answers_differ_by_status_interim_and_body() {
    let line = "GET / HTTP/1.1\r\n\r\n";
    let answered = |was: &str, is: &str| {
        let (was, is) = (view(line, was), view(line, is));
        shown(&compare_responses(&was, &is, &CompareContext::default(), &Rules::default()))
    };
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(
        answered(ok, "HTTP/1.1 200 Fine\r\nContent-Length: 0\r\n\r\n"),
        ["(note) reason: OK → Fine"]
    );
    assert_eq!(
        answered(ok, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
        ["status: HTTP/1.1 200 OK → HTTP/1.1 500 No"]
    );
    let early = |link: &str| format!("HTTP/1.1 103 Early Hints\r\nLink: {link}\r\n\r\n{ok}");
    assert_eq!(answered(&early("a"), &early("b")), ["interim response 1 header link: a → b"]);
    assert_eq!(answered(&early("a"), ok), ["interim response 1: HTTP/1.1 103 Early Hints → -"]);
    assert_eq!(answered(ok, ""), ["status: HTTP/1.1 200 OK → -"]);
}

proptest::proptest! {
    #[test]
    fn bodies_fail_exactly_when_their_keys_differ(
        was in "[\\[{}\\]\",:a1.0e&=%+ ]{1,12}",
        is in "[\\[{}\\]\",:a1.0e&=%+ ]{1,12}",
        media in proptest::sample::select(&["application/json", "application/x-www-form-urlencoded", "text/html"][..]),
    ) {
        let key = |body: &str| {
            cassettes::meaning::body_key(Some(media.as_bytes()), body.as_bytes())
        };
        let found = bodies::bodies_by(&Rules::default(), media, &was, &is);
        let fails = found.iter().any(|line| !line.starts_with("(note)"));
        proptest::prop_assert_eq!(fails, key(&was) != key(&is), "{:?}", found);
    }

    #[test]
    fn any_two_requests_can_be_compared(
        was in "(GET|P) [/a?=&%]{1,6} HTTP/1.[01]\r\n([aHh]{1,2}: ?[ab]\r\n|Host: a:1\r\n){0,3}\r\n[a\r\n]{0,4}",
        is in "(GET|P) [/a?=&%]{1,6} HTTP/1.[01]\r\n([aHh]{1,2}: ?[ab]\r\n|Host: a:1\r\n){0,3}\r\n[a\r\n]{0,4}",
    ) {
        proptest::prop_assert_eq!(compared(&was, &was), NONE);
        let split = |text| RawRequest::split(text);
        let rules = Rules::default();
        let context = CompareContext::of("127.0.0.1:4000", "127.0.0.1:5000");
        let quick = compare_bytes(split(was.as_bytes()), split(is.as_bytes()), &context, &rules);
        if quick == Quick::Same {
            proptest::prop_assert_eq!(compared(&was, &is), NONE);
        }
    }
}
