//! Faults of answers, heads to bodies, as a raw client sees them: each kind, byte for byte, and what becomes of the socket.

mod coded;
mod expectations;
mod http1;
mod http2;

use std::collections::BTreeSet;

use cassettes::fault::{Family, catalogue};

/// The body of the answers here.
const BODY: &str = r#"{"id":7,"tags":[1,2],"s":"x"}"#;

/// Of `html-instead`.
const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form method=\"post\">\
    <input name=\"user\"><input name=\"password\" type=\"password\"></form></body></html>\n";

/// Of `status 503`.
const PROBLEM: &str = r#"{"type":"about:blank","title":"Service Unavailable","status":503}"#;

/// The kind that a sentence begins with.
fn kind_of(sentence: &str) -> &str {
    sentence.split(' ').next().unwrap_or_default()
}

#[test]
fn every_kind_of_an_answer_is_seen_at_a_socket() {
    let seen = http1::ROWS.iter().map(|row| row.0).chain(http1::ODD_ROWS.iter().map(|row| row.0));
    let seen = seen.chain([coded::KINDS, expectations::KINDS].concat());
    let seen: BTreeSet<&str> = seen.map(kind_of).collect();
    let of_answers = |family| matches!(family, Family::Http | Family::Body);
    let kinds = catalogue().iter().filter(|kind| of_answers(kind.family));
    let all: BTreeSet<&str> = kinds.map(|kind| kind.name).collect();
    assert_eq!(seen, all);
}
