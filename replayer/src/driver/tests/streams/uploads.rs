//! Points of the request on streams: uploads over HTTP/2, calls of gRPC, WebSocket.

use cassettes::model::Direction;
use cassettes::wire::http2::Frame;

use super::http2_client::{Http2Client, about, data, headers, recorded};
use super::replay;
use crate::report::Kind;
use crate::testing::{RECORDED, Tape};

fn head(id: u32, kind: &str) -> Frame {
    let pairs = [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", RECORDED),
        (":path", "/up"),
        ("content-type", kind),
    ];
    headers(id, &pairs, false)
}

/// An upload on stream 1, and another exchange on stream 3.
fn tape(kind: &str, pieces: &[&[u8]]) -> Tape {
    let mut asked = vec![head(1, kind)];
    let last = pieces.len() - 1;
    asked.extend(pieces.iter().enumerate().map(|(n, piece)| data(1, piece, n == last)));
    let asked = asked.into_iter().map(|frame| (Direction::ToServer, frame));
    let answer = [headers(1, &[(":status", "201")], false), data(1, b"stored", true)];
    let answer = answer.into_iter().map(|frame| (Direction::ToClient, frame));
    Tape::new().stream(asked.chain(answer)).stream(recorded(3, "/two", ["how", "do"]))
}

/// What is said on a stream whose client has sent these pieces and not ended it, while another one gets all of its answer.
#[track_caller]
fn broken(fault: &str, tape: Tape, sent: &[Frame], on_stream: &[&str]) {
    let replay = replay(tape, &[&format!("{fault} on 1")]);
    let mut client = Http2Client::of(&replay);
    client.say(sent);
    client.get(3, &["/two"]);
    let heard = client.heard(on_stream.len() + 2);
    assert_eq!(about(1, &heard), on_stream, "{fault}");
    assert_eq!(about(3, &heard), ["3 HEADERS 200", "3 DATA howdo ."], "{fault}");
    drop(client);
    let verdict = replay.end();
    assert_eq!(verdict.outcomes[0].kind, Kind::Same, "{fault}: {:?}", verdict.outcomes[0]);
}

#[test]
fn an_upload_over_http2_is_broken_off_and_its_siblings_are_not() {
    let kind = "text/plain";
    let tape = || tape(kind, &[b"01234", b"56789"]);
    let half = [head(1, kind), data(1, b"0123", false), data(1, b"45", false)];
    let reset = "1 RST_STREAM INTERNAL_ERROR";
    broken("reset at body 50% of request", tape(), &half, &[reset]);
    broken("reset at after-headers of request", tape(), &half[..1], &[reset]);
    broken("close at body 6 of request", tape(), &half, &["1 RST_STREAM CANCEL"]);
    broken("stall at body 6 of request", tape(), &half, &[]);
    broken("reset at body 7 of request", tape(), &half, &[]);
    let answer = ["1 HEADERS 201", "1 DATA stored ."];
    broken("early-response at body 50% of request", tape(), &half, &answer);
}

#[test]
fn a_call_is_broken_off_after_so_many_messages_of_its_client() {
    let kind = "application/grpc";
    let messages: [&[u8]; 3] = [b"\0\0\0\0\x01a", b"\0\0\0\0\x02bc", b"\0\0\0\0\x01d"];
    let tape = || tape(kind, &messages);
    let two = [head(1, kind), data(1, messages[0], false), data(1, messages[1], false)];
    let reset = "1 RST_STREAM INTERNAL_ERROR";
    broken("reset at message 2 of request", tape(), &two, &[reset]);
    broken("reset at message 3 of request", tape(), &two, &[]);
}

#[test]
fn a_stream_that_is_not_read_gets_no_more_window_and_its_sibling_does() {
    let kind = "text/plain";
    let much = vec![b'x'; 40_000];
    for (fault, opened) in
        [("stop-reading at body 9 of request on 1", false), ("latency 1ms", true)]
    {
        let replay = replay(tape(kind, &[b"01234", b"56789"]), &[fault]);
        let mut client = Http2Client::of(&replay);
        let pieces = much.chunks(10_000).map(|piece| data(1, piece, false));
        client.say(&[vec![head(1, kind)], pieces.collect()].concat());
        client.get(3, &["/two"]);
        let heard = client.heard(2 + usize::from(opened));
        let about_window = ["1 WINDOW_UPDATE 40000"];
        assert_eq!(about(1, &heard), &about_window[..usize::from(opened)], "{fault}");
        assert_eq!(about(3, &heard), ["3 HEADERS 200", "3 DATA howdo ."], "{fault}");
        drop(client);
        replay.end();
    }
}
