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

fn heads(expected: &[&str], actual: &[&str]) -> Vec<String> {
    compared(&request("GET /", expected, ""), &request("GET /", actual, ""))
}

fn lines(expected: &str, actual: &str) -> Vec<String> {
    compared(&request(expected, &[], ""), &request(actual, &[], ""))
}

fn bodies_by(rules: &Rules, media: &str, expected: &str, actual: &str) -> Vec<String> {
    let header = format!("Content-Type: {media}");
    let with = |body: &str| request("POST /", &[&header], body);
    compared_by(rules, &with(expected), &with(actual))
}

fn json(expected: &str, actual: &str) -> Vec<String> {
    bodies_by(&Rules::default(), "application/json", expected, actual)
}

const NONE: [&str; 0] = [];

#[test]
fn the_same_request_has_no_difference() {
    let same = request("POST /a?b", &["Host: 127.0.0.1:4000", "A: b"], "{\"a\":1}");
    assert_eq!(compared(&same, &same), NONE);
}

#[test]
fn every_difference_of_the_request_line_is_told() {
    assert_eq!(
        lines("GET /a?x=1&y=2&z", "POST /b?y=3&z&w="),
        [
            "method: GET → POST",
            "path: /a → /b",
            "query x: x=1 → -",
            "query y: y=2 → y=3",
            "query w: - → w="
        ]
    );
    assert_eq!(
        compared("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"),
        ["version: HTTP/1.1 → HTTP/1.0"]
    );
}

#[test]
fn another_spelling_of_the_target_is_a_note() {
    assert_eq!(lines("GET /%7ea", "GET /~a"), ["(note) path: /%7ea → /~a"]);
    assert_eq!(
        lines("GET /?a=1&b=2", "GET /?b=2&a=1"),
        ["(note) spelling of the query: a=1&b=2 → b=2&a=1"]
    );
    assert_eq!(lines("GET /a%2fb", "GET /a/b"), ["path: /a%2fb → /a/b"]);
}

#[test]
fn the_absolute_form_names_the_same_server_or_another() {
    let absolute = |host: &str| request(&format!("GET http://{host}/a"), &[], "");
    let host = "Host: localhost:5000";
    assert_eq!(compared(&absolute("localhost:4000"), &absolute("localhost:5000")), NONE);
    assert_eq!(
        compared(&absolute("example.com"), &absolute("example.org")),
        ["target: http://example.com/a → http://example.org/a"]
    );
    assert_eq!(
        compared(&absolute("localhost:4000"), &request("GET /a", &[host], "")),
        ["(note) target: http://localhost:4000/a → /a"]
    );
}

#[test]
fn headers_differ_by_value_and_number() {
    assert_eq!(
        heads(
            &["Host: a", "Accept: a", "Accept: b", "Cookie: x"],
            &["Host: a", "Accept: b", "Accept: c", "New: n"]
        ),
        ["header accept: a → c", "header cookie: x → -", "header new: - → n"]
    );
}

#[test]
fn a_request_without_host_is_a_sketch_that_asks_only_for_what_it_tells() {
    let sketch = request("GET /", &["Accept: a"], "");
    let told = request("GET /", &["Host: b", "Accept: a", "Cookie: c"], "");
    assert_eq!(compared(&sketch, &told), NONE);
    let other = request("GET /", &["Host: b"], "");
    assert_eq!(compared(&sketch, &other), ["header accept: a → -"]);
}

#[test]
fn ones_own_address_is_the_same_wherever_it_stands() {
    let headers = |port: u16| {
        [
            format!("Host: localhost:{port}"),
            format!("Origin: http://localhost:{port}"),
            format!("Referer: http://localhost:{port}/page"),
        ]
    };
    let (was, is) = (headers(4000), headers(5000));
    assert_eq!(heads(&was.each_ref().map(|s| &**s), &is.each_ref().map(|s| &**s)), NONE);
    assert_eq!(
        heads(&["Host: localhost:4000"], &["Host: example.com"]),
        ["header host: localhost:4000 → example.com"]
    );
}

#[test]
fn volatile_headers_order_and_case_are_notes() {
    assert_eq!(heads(&["User-Agent: a"], &["User-Agent: b"]), ["(note) header user-agent: a → b"]);
    assert_eq!(heads(&["A: 1", "B: 2"], &["B: 2", "A: 1"]), ["(note) header order: a, b → b, a"]);
    assert_eq!(
        heads(&["Accept: 1"], &["accept:1"]),
        ["(note) spelling of header accept: Accept:  → accept:"]
    );
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
    assert!(error.contains("expected $"), "{error}");
}

#[test]
fn json_differs_by_path() {
    assert_eq!(
        json(r#"{"a":[1,{"b":"x"}],"c":null,"d":1.0}"#, r#"{"d":1,"a":[1,{"b":"y"}],"e":{}}"#),
        ["body $.a[1].b: \"x\" → \"y\"", "body $.c: null → -", "body $.e: - → {}"]
    );
    assert_eq!(json(r#"{"a":1}"#, "[1]"), ["body $: {\"a\":1} → [1]"]);
    assert_eq!(json(r#"{"a b":1}"#, r#"{"a b":2}"#), ["body $['a b']: 1 → 2"]);
    assert_eq!(
        json(r#"{"n":12345678901234567890123}"#, r#"{"n":12345678901234567890124}"#),
        ["body $.n: 12345678901234567890123 → 12345678901234567890124"]
    );
}

#[test]
fn json_of_another_spelling_is_a_note() {
    assert_eq!(
        json(r#"{"a":1,"b":"é"}"#, r#"{"b": "\u00e9", "a": 1.0}"#),
        [r#"(note) spelling of the body: {"a":1,"b":"é"} → {"b": "\u00e9", "a": 1.0}"#]
    );
}

#[test]
fn an_element_put_into_an_array_is_one_difference() {
    assert_eq!(json("[1,2,3,4]", "[1,9,2,3,4]"), ["body $[1]: - → 9"]);
    assert_eq!(json("[1,2,3,4]", "[1,3,4]"), ["body $[1]: 2 → -"]);
    assert_eq!(json("[{\"a\":1},2]", "[{\"a\":2},2]"), ["body $[0].a: 1 → 2"]);
}

#[test]
fn members_of_one_name_are_told_apart() {
    assert_eq!(json(r#"{"a":1,"a":2}"#, r#"{"a":1,"a":3}"#), ["body $.a: 2 → 3"]);
    assert_eq!(json(r#"{"a":1,"a":2}"#, r#"{"a":1}"#), ["body $.a: 2 → -"]);
}

#[test]
fn ignored_places_in_json_do_not_count() {
    let rules: Rules = toml::from_str("ignore-json = ['$..id', '$.list[*].at']").unwrap();
    let was = r#"{"id":1,"list":[{"at":1,"b":1}],"x":{"id":2}}"#;
    let is = r#"{"list":[{"at":2,"b":1}],"x":{"id":3}}"#;
    assert_eq!(bodies_by(&rules, "application/json", was, is), NONE);
    let is = r#"{"list":[{"at":2,"b":2}],"x":{"id":3}}"#;
    assert_eq!(bodies_by(&rules, "application/json", was, is), ["body $.list[0].b: 1 → 2"]);
}

#[test]
fn a_body_with_more_differences_than_anyone_reads_is_cut_off() {
    let list = |value: &str| format!("[{}]", vec![value; 1000].join(","));
    let found = json(&list("1"), &list("2"));
    assert_eq!(found.len(), MAX_MISMATCHES + 1);
}

#[test]
fn forms_differ_by_field() {
    let form = |was, is| {
        let rules = Rules { ignore_fields: vec!["token".into()], ..Rules::default() };
        bodies_by(&rules, "application/x-www-form-urlencoded", was, is)
    };
    assert_eq!(
        form("a=1&b=x+y&token=1", "b=x%20z&c=&token=2"),
        ["field a: 1 → -", "field b: x y → x z", "field c: - → "]
    );
    assert_eq!(form("a=1&b=2", "b=2&a=1"), ["(note) spelling of the body: a=1&b=2 → b=2&a=1"]);
}

#[test]
fn multiparts_differ_by_part_and_not_by_boundary() {
    let body = |boundary: &str, value: &str, json: &str| {
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{value}\r\n--{boundary}\r\n\
             Content-Disposition: form-data; name=\"b\"\r\nContent-Type: application/json\r\n\r\n{json}\r\n--{boundary}--\r\n"
        )
    };
    let with = |boundary: &str, value: &str, json: &str| {
        let header = format!("Content-Type: multipart/form-data; boundary={boundary}");
        request("POST /", &[&header], &body(boundary, value, json))
    };
    let found = compared(&with("X1", "1", r#"{"c":1}"#), &with("X2", "1", r#"{"c":1}"#));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|line| line.starts_with("(note)")), "{found:?}");
    let found = compared(&with("X1", "1", r#"{"c":1}"#), &with("X1", "2", r#"{"c":2}"#));
    assert_eq!(found, ["part 1 (a) body line 1: 1 → 2", "part 2 (b) body $.c: 1 → 2"]);
}

#[test]
fn text_differs_by_line() {
    let rules = Rules::default();
    let found = bodies_by(&rules, "text/plain", "one\ntwo\nthree\n", "one\n2\nthree\nfour\n");
    assert_eq!(found, ["body line 2: two → 2\nfour"]);
    let found = bodies_by(&rules, "text/plain", "a\r\n", "a\n");
    assert_eq!(found, ["body line 1: a\\r → a"]);
}

#[test]
fn other_bodies_differ_by_byte_and_absent_ones_as_a_whole() {
    let rules = Rules::default();
    assert_eq!(bodies_by(&rules, "image/png", "\0a", "\0b"), ["body byte 1: 2 bytes → 2 bytes"]);
    assert_eq!(
        compared(&request("POST /", &[], "x"), &request("POST /", &[], "")),
        ["body: x → -", "(note) framing: content-length: 1 → no body"]
    );
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

#[test]
fn coded_bodies_differ_by_their_content() {
    let zstd = |text: &str, level| zstd::encode_all(text.as_bytes(), level).unwrap();
    let with = |body: Vec<u8>| {
        let head = format!(
            "POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Encoding: zstd\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let bytes = [head.into_bytes(), body].concat().into();
        let chunk = Chunk { direction: Direction::ToServer, at: Timestamp::ZERO, bytes };
        let connection = ConnectionId(0);
        View::of(&Exchange { connection, protocol: Protocol::Http1, chunks: vec![chunk] })
    };
    let found = |was, is| {
        let (context, rules) = (CompareContext::default(), Rules::default());
        shown(&compare_requests(&with(was), &with(is), &context, &rules))
    };
    assert_eq!(found(zstd("{\"a\":1}", 1), zstd("{\"a\":2}", 1)), ["body $.a: 1 → 2"]);
    let long = format!("[{}1]", "1,".repeat(5000));
    let notes = found(zstd(&long, -5), zstd(&long, 19));
    assert!(notes.len() == 1 && notes[0].starts_with("(note) spelling of the body"), "{notes:?}");
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
        let found = bodies_by(&Rules::default(), media, &was, &is);
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
