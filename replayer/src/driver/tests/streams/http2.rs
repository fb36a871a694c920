//! HTTP/2: a fault touches one stream, and others go on, unless it is the connection's.

use cassettes::wire::http2::{DEFAULT_FRAME_BYTES, compose};

use super::http2_client::{Http2Client, about, recorded};
use super::replay;
use crate::testing::Tape;

fn tape() -> Tape {
    let one = recorded(1, "/one", ["hello", "you"]);
    Tape::new().stream(one).stream(recorded(3, "/two", ["how", "do"]))
}

/// What is said on a broken stream while another is asked for, which gets all of its answer.
#[track_caller]
fn broken(fault: &str, on_stream: &[&str]) {
    let replay = replay(tape(), &[&format!("{fault} on GET /one")]);
    let mut client = Http2Client::of(&replay);
    client.get(1, &["/one", "/two"]);
    let heard = client.heard(on_stream.len() + 2);
    assert_eq!(about(1, &heard), on_stream, "{fault}");
    assert_eq!(about(3, &heard), ["3 HEADERS 200", "3 DATA howdo ."], "{fault}");
    drop(client);
    replay.end();
}

#[test]
fn a_stream_is_reset_with_its_code_after_exactly_what_precedes_the_point() {
    broken("rst CANCEL at head", &["1 RST_STREAM CANCEL"]);
    broken("rst CANCEL at after-headers", &["1 HEADERS 200", "1 RST_STREAM CANCEL"]);
    let early = ["1 HEADERS 200", "1 DATA helloy", "1 RST_STREAM ENHANCE_YOUR_CALM"];
    broken("rst ENHANCE_YOUR_CALM at body 6", &early);
    let late = ["1 HEADERS 200", "1 DATA helloyou", "1 RST_STREAM NO_ERROR"];
    broken("rst NO_ERROR at end", &late);
    broken("refused-stream", &["1 RST_STREAM REFUSED_STREAM"]);
    broken("reset at body 2", &["1 HEADERS 200", "1 DATA he", "1 RST_STREAM INTERNAL_ERROR"]);
}

#[test]
fn a_stream_ends_early_or_stays_open_and_silent() {
    broken("close at body 2", &["1 HEADERS 200", "1 DATA he ."]);
    broken("close at head", &["1 RST_STREAM CANCEL"]);
    broken("stall at body 2", &["1 HEADERS 200", "1 DATA he"]);
    broken("stall at head", &[]);
    broken("no-end-stream", &["1 HEADERS 200", "1 DATA helloyou"]);
}

#[test]
fn frames_come_that_must_not_or_mean_nothing() {
    let all = ["1 HEADERS 200", "1 DATA helloyou ."];
    broken("unknown-frame at head", &["1 ? 6 bytes", all[0], all[1]]);
    let large = format!("1 ? {} bytes", DEFAULT_FRAME_BYTES + 1);
    broken("oversized-frame at head", &[&large, all[0], all[1]]);
    broken("data-after-end", &[all[0], all[1], "1 DATA after the end"]);
}

#[test]
fn heads_are_malformed_or_cannot_be_read() {
    let data = "1 DATA helloyou .";
    broken("malformed-head no-status", &["1 HEADERS ", data]);
    broken("malformed-head two-statuses", &["1 HEADERS 500 200", data]);
    broken("malformed-head upper-case", &["1 HEADERS 200 X-Upper-Case=1", data]);
    broken("malformed-head late-status", &["1 HEADERS x-early=1 200", data]);
    broken("bad-hpack index", &["1 HEADERS ? \\xff\\xff\\xff\\x7f", data]);
    broken("bad-hpack huffman", &["1 HEADERS ? \\x00\\x81\\x00\\x01x", data]);
    broken("bad-hpack length", &["1 HEADERS ? \\x00~x", data]);
}

#[test]
fn padding_longer_than_its_frame_is_sent_as_it_is() {
    let replay = replay(tape(), &["bad-padding on GET /one"]);
    let mut client = Http2Client::of(&replay);
    client.get(1, &["/one"]);
    assert_eq!(client.next().unwrap(), "1 HEADERS 200");
    // A parser that knows the standard goes no further.
    assert_eq!(client.next(), None);
    assert!(client.unread().starts_with(b"\0\0\x04\0\x08\0\0\0\x01\xffpad"));
    drop(client);
    replay.end();
}

#[test]
fn a_refused_stream_is_answered_when_it_is_asked_for_again() {
    let replay = replay(tape(), &["refused-stream on 1 once"]);
    let mut client = Http2Client::of(&replay);
    client.get(1, &["/one"]);
    assert_eq!(client.heard(1), ["1 RST_STREAM REFUSED_STREAM"]);
    client.get(3, &["/one"]);
    assert_eq!(client.heard(2), ["3 HEADERS 200", "3 DATA helloyou ."]);
    drop(client);
    replay.end();
}

#[test]
fn a_connection_goes_away_and_a_request_that_was_not_served_is_answered_on_the_next() {
    let replay = replay(tape(), &["goaway ENHANCE_YOUR_CALM on 2 once"]);
    let mut client = Http2Client::of(&replay);
    client.get(1, &["/one"]);
    assert_eq!(client.heard(2), ["1 HEADERS 200", "1 DATA helloyou ."]);
    client.get(3, &["/two"]);
    assert_eq!(client.heard_to_end(), ["0 GOAWAY 1 ENHANCE_YOUR_CALM"]);
    let mut client = Http2Client::of(&replay);
    client.get(1, &["/two"]);
    assert_eq!(client.heard(2), ["1 HEADERS 200", "1 DATA howdo ."]);
    drop(client);
    replay.end();
}

#[test]
fn streams_before_the_last_one_are_served_before_a_connection_ends() {
    let faults = ["goaway NO_ERROR on GET /two", "stall for 30ms at body 2 on GET /one"];
    let replay = replay(tape(), &faults);
    let mut client = Http2Client::of(&replay);
    client.get(1, &["/one", "/two"]);
    let heard = client.heard_to_end();
    assert_eq!(about(0, &heard), ["0 GOAWAY 1 NO_ERROR"]);
    assert_eq!(about(1, &heard), ["1 HEADERS 200", "1 DATA he", "1 DATA lloyou ."]);
    assert_eq!(about(3, &heard), [""; 0]);
    replay.end();
}

#[test]
fn a_graceful_end_is_announced_and_what_is_asked_is_answered() {
    let replay = replay(tape(), &["graceful-goaway on GET /one"]);
    let mut client = Http2Client::of(&replay);
    client.get(1, &["/one"]);
    let all = ["0 GOAWAY 2147483647 NO_ERROR", "1 HEADERS 200", "1 DATA helloyou ."];
    let mut expected = all.map(String::from).to_vec();
    expected.push("0 GOAWAY 1 NO_ERROR".to_owned());
    assert_eq!(client.heard_to_end(), expected);
    replay.end();
}

#[test]
fn a_connection_says_what_no_stream_does() {
    let heard = |fault: &str, count| {
        let replay = replay(tape(), &[&format!("{fault} on GET /one")]);
        let mut client = Http2Client::of(&replay);
        client.get(1, &["/one"]);
        let heard = client.heard(count);
        drop(client);
        replay.end();
        heard
    };
    let all = ["1 HEADERS 200", "1 DATA helloyou ."];
    let settings = heard("settings MAX_CONCURRENT_STREAMS 0", 3);
    assert_eq!(settings, ["0 SETTINGS [(3, 0)]", all[0], all[1]]);
    let updates = heard("window-overflow", 4);
    assert_eq!(updates[..2], ["1 WINDOW_UPDATE 2147483647", "1 WINDOW_UPDATE 2147483647"]);
    let pings = heard("frame-flood ping 2", 4);
    assert_eq!(pings[..2], ["0 PING 8 bytes", "0 PING 8 bytes"]);
}

#[test]
fn a_connection_gives_nothing_that_it_owes_but_answers() {
    let replay = replay(tape(), &["no-acks on GET /one"]);
    let mut client = Http2Client::of(&replay);
    client.get(1, &["/one"]);
    client.say(&[compose::ping(*b"12345678")]);
    client.get(3, &["/two"]);
    let said: Vec<_> = (0..4).filter_map(|_| client.next()).collect();
    let answers = ["1 HEADERS 200", "1 DATA helloyou .", "3 HEADERS 200", "3 DATA howdo ."];
    assert_eq!(said, answers);
    drop(client);
    replay.end();
}
