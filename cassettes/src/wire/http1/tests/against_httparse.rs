//! What an independent parser reads, this one reads the same.

use httparse::{ParserConfig, Request, Response, Status};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::wire::http1::{Headers, RequestHead, ResponseHead, Version};

/// Pieces that heads, and what is nearly one, are made of.
const PIECES: &[&str] = &[
    "GET",
    "M-SEARCH",
    " ",
    "  ",
    "\t",
    "/",
    "/a?b=c",
    "*",
    "http://h/",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/1.2",
    "200",
    "099",
    "OK",
    "No Content",
    "\r\n",
    "\n",
    "\r",
    "Host",
    "a",
    "x-Y_z",
    ":",
    ": ",
    "value",
    "v; w=\"x\"",
    "é",
    "\0",
    "(",
    "Content-Length",
    "12",
];

const MAX: usize = 64;

fn soup() -> impl Strategy<Value = String> {
    vec(select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

/// Mostly well-formed, so that most of them are accepted.
fn requests() -> impl Strategy<Value = String> {
    let line = "[A-Z]{1,7} {1,2}[!-~]{1,20} {1,2}HTTP/1\\.[01]\r?\n";
    (line, headers()).prop_map(|(line, headers)| format!("{line}{headers}"))
}

fn responses() -> impl Strategy<Value = String> {
    let line = "HTTP/1\\.[01] {1,2}[0-9]{3}( [ -~]{0,12})?\r?\n";
    (line, headers()).prop_map(|(line, headers)| format!("{line}{headers}"))
}

fn headers() -> impl Strategy<Value = String> {
    let line = "[!#-'*+.0-9A-Z^-z|~-]{1,9} ?:[ \t]{0,2}[ -~\t]{0,12}(\r\n[ \t][ -~]{0,5})?\r?\n";
    vec(prop_oneof![9 => line, 1 => "[ -~]{0,9}\r?\n"], 0..5)
        .prop_map(|lines| lines.concat() + "\r\n")
}

fn relaxed() -> ParserConfig {
    let mut config = ParserConfig::default();
    config
        .allow_multiple_spaces_in_request_line_delimiters(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true);
    config
}

fn version(minor: Option<u8>) -> Version {
    if minor == Some(0) { Version::Http10 } else { Version::Http11 }
}

fn same_headers(ours: Headers<'_>, theirs: &[httparse::Header<'_>]) {
    let ours: Vec<_> = ours.map(|line| (line.name, line.value)).collect();
    let trimmed = |header: &httparse::Header<'_>| {
        (header.name.to_owned(), header.value.trim_ascii().to_vec())
    };
    let theirs: Vec<_> = theirs.iter().map(trimmed).collect();
    let theirs: Vec<_> = theirs.iter().map(|(name, value)| (name.as_bytes(), &value[..])).collect();
    assert_eq!(ours, theirs);
}

fn check_request(text: &str) {
    let mut headers = [httparse::EMPTY_HEADER; MAX];
    let mut theirs = Request::new(&mut headers);
    let parsed = relaxed().parse_request(&mut theirs, text.as_bytes());
    let Ok(Status::Complete(len)) = parsed else { return };
    let ours = RequestHead::parse(&text.as_bytes()[..len]).expect(text);
    assert_eq!(ours.method(), theirs.method.unwrap_or_default().as_bytes());
    assert_eq!(ours.target(), theirs.path.unwrap_or_default().as_bytes());
    assert_eq!(ours.version(), version(theirs.version));
    same_headers(ours.headers(), theirs.headers);
}

fn check_response(text: &str) {
    let mut headers = [httparse::EMPTY_HEADER; MAX];
    let mut theirs = Response::new(&mut headers);
    let parsed = relaxed().parse_response(&mut theirs, text.as_bytes());
    let Ok(Status::Complete(len)) = parsed else { return };
    let ours = ResponseHead::parse(&text.as_bytes()[..len]).expect(text);
    assert_eq!(Some(ours.status()), theirs.code);
    // httparse gives up on a reason that is not ASCII; the bytes are the truth here.
    let reason = theirs.reason.unwrap_or_default();
    assert!(reason.is_empty() || ours.reason() == reason.trim().as_bytes());
    assert_eq!(ours.version(), version(theirs.version));
    same_headers(ours.headers(), theirs.headers);
}

proptest! {
    #[test]
    fn requests_that_httparse_reads_mean_the_same(text in prop_oneof![requests(), soup()]) {
        check_request(&text);
    }

    #[test]
    fn responses_that_httparse_reads_mean_the_same(text in prop_oneof![responses(), soup()]) {
        check_response(&text);
    }
}
