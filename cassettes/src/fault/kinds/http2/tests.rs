//! Faults of HTTP/2, as plays.

use crate::fault::PointUse;
use crate::fault::kinds::testing::{data, head, http1, http2, played};
use crate::model::Exchange;

const REQUEST: [(&str, &str); 4] =
    [(":method", "GET"), (":path", "/"), (":scheme", "http"), (":authority", "a")];

fn plain() -> Exchange {
    let answer = [head(&[(":status", "200")], false), data(b"hello", false), data(b"you", true)];
    http2(&REQUEST, &answer)
}

fn with_trailers() -> Exchange {
    let answer =
        [head(&[(":status", "200")], false), data(b"hello", false), head(&[("x", "y")], true)];
    http2(&REQUEST, &answer)
}

#[test]
fn a_stream_is_reset_with_its_code_after_exactly_what_precedes_the_point() {
    assert_eq!(played("rst CANCEL at head", &plain()), "[RST CANCEL]");
    assert_eq!(played("rst CANCEL at after-headers", &plain()), "[:status=200][RST CANCEL]");
    let told = played("rst ENHANCE_YOUR_CALM at body 6", &plain());
    assert_eq!(told, "[:status=200][hello][y][RST ENHANCE_YOUR_CALM]");
    let told = played("rst NO_ERROR at end", &plain());
    assert_eq!(told, "[:status=200][hello][you][RST NO_ERROR]");
    let told = played("rst NO_ERROR at end", &with_trailers());
    assert_eq!(told, "[:status=200][hello][RST NO_ERROR]");
    assert_eq!(played("refused-stream", &plain()), "[RST REFUSED_STREAM]");
}

#[test]
fn a_stream_never_ends() {
    let told = played("no-end-stream", &plain());
    assert_eq!(told, "[:status=200][hello][you]<Stall(None)>");
    assert_eq!(played("no-end-stream", &with_trailers()), "[:status=200][hello]<Stall(None)>");
}

#[test]
fn a_connection_goes_away_before_or_after_a_stream() {
    assert_eq!(played("goaway NO_ERROR", &plain()), "[GOAWAY NO_ERROR last 3]");
    let told = played("goaway ENHANCE_YOUR_CALM last 1 at body 2", &plain());
    assert_eq!(told, "[:status=200][he][GOAWAY ENHANCE_YOUR_CALM last 1]");
    let told = played("goaway NO_ERROR last 5", &plain());
    assert_eq!(told, "[GOAWAY NO_ERROR last 5][:status=200][hello][you END]");
    let told = played("graceful-goaway", &plain());
    let [first, last] = ["[GOAWAY NO_ERROR last 2147483647]", "[GOAWAY NO_ERROR last 5]"];
    assert_eq!(told, format!("{first}[:status=200][hello][you END]{last}"));
}

#[test]
fn frames_come_that_must_not_or_mean_nothing() {
    assert_eq!(played("unknown-frame", &plain()), "[:status=200][Other(187) 6][hello][you END]");
    let told = played("oversized-frame at head", &plain());
    assert_eq!(told, "[Other(187) 16385][:status=200][hello][you END]");
    assert_eq!(
        played("bad-padding", &plain()),
        r"[:status=200]\x00\x00\x04\x00\x08\x00\x00\x00\x05\xffpad[hello][you END]"
    );
    let told = played("data-after-end", &plain());
    assert_eq!(told, "[:status=200][hello][you END][after the end]");
}

#[test]
fn what_is_the_connection_s_is_sent_in_the_stream_s_order() {
    let all = "[:status=200][hello][you END]";
    assert_eq!(played("settings INITIAL_WINDOW_SIZE 0", &plain()), format!("[Settings 6]{all}"));
    assert_eq!(
        played("window-overflow", &plain()),
        format!("[WindowUpdate 4][WindowUpdate 4]{all}")
    );
    assert_eq!(played("frame-flood ping 3", &plain()), "[Ping 8]".repeat(3) + all);
    assert_eq!(played("no-acks", &plain()), format!("<Mute>{all}"));
}

#[test]
fn heads_are_malformed_or_cannot_be_read() {
    let told = |fault: &str| played(fault, &plain()).replace("[hello][you END]", "");
    assert_eq!(told("malformed-head upper-case"), "[:status=200 X-Upper-Case=1]");
    assert_eq!(told("malformed-head no-status"), "[]");
    assert_eq!(told("malformed-head two-statuses"), "[:status=500 :status=200]");
    assert_eq!(told("malformed-head bad-status"), "[:status=20]");
    assert_eq!(told("malformed-head late-status"), "[x-early=1 :status=200]");
    assert_eq!(told("malformed-head unknown-pseudo"), "[:retape=1 :status=200]");
    assert_eq!(told("malformed-head connection-header"), "[:status=200 connection=close]");
    for what in ["index", "huffman", "length"] {
        assert_eq!(told(&format!("bad-hpack {what}")), "[HEADERS?]");
    }
    assert_eq!(told("no-continuation"), "[HEADERS…]");
}

#[test]
fn over_http1_nothing_of_it_fits() {
    let plain = http1("GET / HTTP/1.1\r\n\r\n", &[b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]);
    let needs = "no: it needs HTTP/2, and the exchange is of another protocol";
    for kind in super::KINDS {
        let place = if kind.point == PointUse::Required { " at head" } else { "" };
        let fault = format!("{} {}{place}", kind.name, kind.samples[0]);
        assert_eq!(played(&fault, &plain), needs, "{fault}");
    }
}
