//! Heads as they should be, and as they are.

use bytes::Bytes;

use crate::wire::http1::{
    Advance, HeadError, Headers, ParseError, Problem, RequestHead, RequestParser, ResponseHead,
    ResponseParser, Version,
};

fn lines(block: &str) -> Vec<(String, String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Headers::of(block.as_bytes())
        .map(|line| (text(line.name), text(line.value), text(line.raw)))
        .collect()
}

fn line(name: &str, value: &str, raw: &str) -> (String, String, String) {
    (name.into(), value.into(), raw.into())
}

#[test]
fn a_request_line_has_three_parts() {
    let head = RequestHead::parse(b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n").expect("a head");
    assert_eq!((head.method(), head.target()), (&b"GET"[..], &b"/a?b=c"[..]));
    assert_eq!(head.version(), Version::Http11);
    assert_eq!(head.request_line(), b"GET /a?b=c HTTP/1.1");
    assert_eq!(head.header("hOST"), Some(&b"x"[..]));
}

#[test]
fn targets_come_in_four_forms_and_with_spaces() {
    for target in ["/", "http://a:1/b?c", "a:443", "*", "/a b  c", "/ü"] {
        let line = format!("OPTIONS {target} HTTP/1.0\n\n");
        let head = RequestHead::parse(line.as_bytes()).expect("a head");
        assert_eq!((head.target(), head.version()), (target.as_bytes(), Version::Http10));
    }
}

#[test]
fn request_lines_may_be_spaced_oddly() {
    let head = RequestHead::parse(b"\r\n\nGET \t /  HTTP/1.1\n\n").expect("a head");
    assert_eq!((head.method(), head.target()), (&b"GET"[..], &b"/"[..]));
}

#[test]
fn what_is_no_request_line_says_why() {
    let refused = |line: &str| RequestHead::parse(line.as_bytes()).expect_err(line);
    assert_eq!(refused("\r\n\r\n"), HeadError::Method);
    assert_eq!(refused("G(T / HTTP/1.1\r\n\r\n"), HeadError::Method);
    assert_eq!(refused("GET HTTP/1.1\r\n\r\n"), HeadError::Target);
    for line in [
        "GET /\r\n",
        "GET / HTTP/2.0\r\n",
        "GET / HTTP/0.9\r\n",
        "GET / http/1.1\r\n",
        "GET / HTTP/1.10\r\n",
    ] {
        assert_eq!(refused(line), HeadError::Version, "{line}");
    }
}

#[test]
fn a_status_line_may_lack_its_reason() {
    for (line, reason) in [
        ("HTTP/1.1 200 OK, so far\r\n\r\n", "OK, so far"),
        ("HTTP/1.1 200 \r\n\r\n", ""),
        ("HTTP/1.1 200\n\n", ""),
        ("HTTP/1.9  200  Fine \r\n\r\n", "Fine"),
    ] {
        let head = ResponseHead::parse(line.as_bytes()).expect(line);
        assert_eq!((head.status(), head.reason()), (200, reason.as_bytes()));
        assert_eq!(head.version(), Version::Http11);
    }
}

#[test]
fn what_is_no_status_line_says_why() {
    let refused = |line: &str| ResponseHead::parse(line.as_bytes()).expect_err(line);
    for line in [
        "HTTP/1.1 -1 no\r\n",
        "HTTP/1.1 20 x\r\n",
        "HTTP/1.1 2000 x\r\n",
        "HTTP/1.1\r\n",
        "HTTP/1.1 20x\r\n",
    ] {
        assert_eq!(refused(line), HeadError::Status, "{line}");
    }
    for line in ["", "ICY 200 OK\r\n", "HTTP/3 200\r\n", "HTTP/1. 200\r\n", "HTTP/1.1.1 200\r\n"] {
        assert_eq!(refused(line), HeadError::Version, "{line}");
    }
}

#[test]
fn header_lines_keep_what_was_written() {
    let block =
        "Host:a\r\nX-Odd :\t b \r\nno colon\r\nEmpty:\r\n: no name\r\nHost: c:d\n\r\nnot: this";
    assert_eq!(
        lines(block),
        [
            line("Host", "a", "Host:a\r\n"),
            line("X-Odd", "b", "X-Odd :\t b \r\n"),
            line("", "no colon", "no colon\r\n"),
            line("Empty", "", "Empty:\r\n"),
            line("", "no name", ": no name\r\n"),
            line("Host", "c:d", "Host: c:d\n"),
        ]
    );
    assert_eq!(Headers::of(block.as_bytes()).all("host").collect::<Vec<_>>(), [&b"a"[..], b"c:d"]);
}

#[test]
fn a_folded_line_is_one_header() {
    assert_eq!(
        lines("a: b\r\n c\r\n\td: e\r\nf: g\r\n"),
        [line("a", "b\r\n c\r\n\td: e", "a: b\r\n c\r\n\td: e\r\n"), line("f", "g", "f: g\r\n")]
    );
    assert_eq!(lines("x\r\n y: z\r\n"), [line("", "x\r\n y: z", "x\r\n y: z\r\n")]);
}

#[test]
fn a_connection_persists_as_its_version_and_options_say() {
    let persists = |head: &str| ResponseHead::parse(head.as_bytes()).expect(head).persists();
    assert!(persists("HTTP/1.1 200 OK\r\n\r\n"));
    assert!(!persists("HTTP/1.0 200 OK\r\n\r\n"));
    assert!(persists("HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\n\r\n"));
    assert!(!persists("HTTP/1.1 200 OK\r\nConnection: te, Close\r\n\r\n"));
    assert!(!persists("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\nconnection: close\r\n\r\n"));
}

#[test]
fn http_2_is_spelled_in_heads_and_never_on_the_wire() {
    let request = Bytes::from_static(b"GET / HTTP/2\r\nhost: a\r\n\r\n");
    let answer = Bytes::from_static(b"HTTP/2 200\r\n\r\n");
    assert_eq!(RequestHead::parse(&request).map(|head| head.version()), Ok(Version::Http2));
    assert_eq!(ResponseHead::parse(&answer).map(|head| head.version()), Ok(Version::Http2));
    let refused = |result: Result<Advance, ParseError>| result.map_err(|error| error.problem);
    let version = Err(Problem::Head(HeadError::Version));
    assert_eq!(refused(RequestParser::new().advance(&request)), version);
    assert_eq!(refused(ResponseParser::new().advance(&answer)), version);
    // Whole as in pieces: the version is what is wrong, before all else.
    for wrong in ["HTTP/2 1\r.001\n\n", "\r\nHTTP/2 \r\n\r\n"] {
        let answer = Bytes::copy_from_slice(wrong.as_bytes());
        assert_eq!(refused(ResponseParser::new().advance(&answer)), version);
    }
}
