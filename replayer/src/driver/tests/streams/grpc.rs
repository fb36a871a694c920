//! gRPC: what a client is told of a call's end.

use cassettes::model::Direction;
use cassettes::wire::http2::Frame;

use super::http2_client::{Http2Client, data, headers};
use super::replay;
use crate::testing::{RECORDED, Tape};

const HEAD: &str = "1 HEADERS 200 content-type=application/grpc";

fn asked(id: u32) -> [Frame; 2] {
    let pairs = [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", RECORDED),
        (":path", "/a.B/C"),
        ("content-type", "application/grpc"),
    ];
    [headers(id, &pairs, false), data(id, b"\0\0\0\0\x01q", true)]
}

/// A call with two messages in its answer.
fn tape() -> Tape {
    let head = [(":status", "200"), ("content-type", "application/grpc")];
    let answer = [
        headers(1, &head, false),
        data(1, b"\0\0\0\0\x03abc", false),
        data(1, b"\0\0\0\0\x02de", false),
        headers(1, &[("grpc-status", "0")], true),
    ];
    let asked = asked(1).map(|frame| (Direction::ToServer, frame));
    let answer = answer.map(|frame| (Direction::ToClient, frame));
    Tape::new().stream(asked.into_iter().chain(answer))
}

#[track_caller]
fn called(fault: &str, expected: &[&str]) {
    let replay = replay(tape(), &[fault]);
    let mut client = Http2Client::of(&replay);
    client.say(&asked(1));
    let expected: Vec<_> = std::iter::once(HEAD).chain(expected.iter().copied()).collect();
    assert_eq!(client.heard(expected.len()), expected, "{fault}");
    drop(client);
    replay.end();
}

const BOTH: &str = "1 DATA \\x00\\x00\\x00\\x00\\x03abc\\x00\\x00\\x00\\x00\\x02de";

#[test]
fn a_call_ends_with_another_status() {
    let end = "1 HEADERS grpc-status=14 grpc-message=broken on purpose .";
    called("grpc-status UNAVAILABLE", &[BOTH, end]);
    called("grpc-abort UNAVAILABLE at message 1", &["1 DATA \\x00\\x00\\x00\\x00\\x03abc", end]);
    called("no-trailers", &[&format!("{BOTH} .")]);
}

#[test]
fn a_call_has_nothing_but_trailers() {
    let replay = replay(tape(), &["trailers-only UNAUTHENTICATED message \"\""]);
    let mut client = Http2Client::of(&replay);
    client.say(&asked(1));
    assert_eq!(client.heard(1), [format!("{HEAD} grpc-status=16 .")]);
    drop(client);
    replay.end();
}

#[test]
fn a_message_is_cut_or_lies_about_its_length() {
    let reset = "1 RST_STREAM INTERNAL_ERROR";
    called("part-then-rst", &["1 DATA \\x00\\x00\\x00\\x00", reset]);
    let longer = BOTH.replacen("\\x03", "\\x08", 1);
    called("length-prefix +5", &[&longer, "1 HEADERS grpc-status=0 ."]);
}
