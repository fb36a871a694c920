//! Request lines and header fields.

use super::*;

fn heads(expected: &[&str], actual: &[&str]) -> Vec<String> {
    compared(&request("GET /", expected, ""), &request("GET /", actual, ""))
}

fn lines(expected: &str, actual: &str) -> Vec<String> {
    compared(&request(expected, &[], ""), &request(actual, &[], ""))
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
