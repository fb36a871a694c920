//! Points of requests, told as plays: what passes to the server, and what the client gets.

use std::time::Duration;

use bytes::Bytes;
use cassettes::fault::{Asking, Fault};
use cassettes::model::{Chunk, ConnectionId, Direction, Exchange, Protocol, Timestamp, Until};
use cassettes::wire::http1::{Event, RequestParser};

use super::play::{Got, Play};
use crate::faults::{Act, Ending};

const OK: &str = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok";
const HEAD: &str = "PUT /files/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";
const CHUNKED: &str = "PUT /files/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6;x=y\r\n456789\r\n0\r\n\r\n";
const CALL: &[u8] = b"POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc\r\nContent-Length: 17\r\n\r\n\0\0\0\0\x02ab\0\0\0\0\0\0\0\0\0\0";
const UPGRADE: &str = "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

fn upload() -> String {
    format!("{HEAD}0123456789")
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

/// The client says this in pieces of so many bytes. What passes.
fn ask(play: &mut Play, said: impl AsRef<[u8]>, size: usize) -> Vec<u8> {
    let pieces = said.as_ref().chunks(size).map(|piece| play.ask(piece));
    pieces.collect::<Vec<_>>().concat()
}

#[test]
fn exactly_the_bytes_before_the_point_pass_and_the_client_is_broken_off() {
    let ends = [
        ("close", vec![Act::End(Ending::Close)]),
        ("reset", vec![Act::End(Ending::Reset)]),
        ("half-close", vec![Act::HalfClose]),
        ("stall", vec![]),
    ];
    for (kind, acts) in ends {
        for size in 1..=upload().len() {
            let fault = format!("{kind} at body 50% of request on PUT /files/*");
            let mut play = Play::http(&[&fault]);
            assert_eq!(ask(&mut play, upload(), size), format!("{HEAD}01234").as_bytes());
            assert_eq!(play.got().acts, acts);
            play.say(OK, size);
            let got = play.got();
            assert_eq!((got.bytes, got.acts), (vec![], vec![]), "the server is not heard");
            let told =
                format!("broke exchange 1, PUT /files/1: {fault} (after {} bytes)", HEAD.len() + 5);
            assert_eq!(play.told(), [told]);
        }
    }
}

/// How much of a request passes, if so much of it is waited for.
fn passes(request: &[u8], head: usize, until: Until) -> usize {
    let body = |count: usize| {
        let (mut parser, mut seen, mut rest) = (RequestParser::new(), 0, request);
        while let Some((byte, more)) = rest.split_first() {
            let mut byte = Bytes::copy_from_slice(&[*byte]);
            rest = more;
            while let Some(event) = parser.advance(&byte).unwrap().event {
                byte = Bytes::new();
                seen += if let Event::Body(data) = event { data.len() } else { 0 };
            }
            if seen == count {
                break;
            }
        }
        request.len() - rest.len()
    };
    match until {
        Until::Head => head,
        Until::Bytes(count) => usize::try_from(count).unwrap(),
        Until::Body(count) => body(usize::try_from(count).unwrap()),
        Until::RequestEnd => request.len(),
        Until::Messages(count) => head + [0, 7, 12, 17][usize::try_from(count).unwrap()],
        other => panic!("{other:?} is none of a request"),
    }
}

#[test]
fn a_live_request_is_cut_where_a_replay_waits_for_no_more() {
    let points = [
        "after-headers",
        "byte 0",
        "byte 3",
        "byte 60",
        "byte 71",
        "byte 90",
        "byte 9999",
        "0%",
        "50%",
        "80%",
        "100%",
        "body 0",
        "body 1",
        "body 4",
        "body 10",
        "body 11",
        "body 999",
        "body 0%",
        "body 50%",
        "body 100%",
        "chunk 0",
        "chunk 1",
        "chunk 2",
        "chunk 5",
        "chunk 999",
        "message 0",
        "message 1",
        "message 2",
        "message 3",
        "message 4",
        "end",
    ];
    let get = get("/");
    let requests =
        [upload().as_bytes(), CHUNKED.as_bytes(), CALL, get.as_bytes()].map(<[u8]>::to_vec);
    for request in requests {
        let head = memchr::memmem::find(&request, b"\r\n\r\n").unwrap() + 4;
        for point in points {
            for size in 1..=request.len() {
                assert_like_a_replay(&request, head, point, size);
            }
        }
    }
}

fn assert_like_a_replay(request: &[u8], head: usize, point: &str, size: usize) {
    let sentence = format!("reset at {point} of request");
    let chunk = |direction, bytes| Chunk {
        direction,
        at: Timestamp::ZERO,
        bytes: Bytes::copy_from_slice(bytes),
    };
    let mut chunks: Vec<_> =
        request.chunks(size).map(|piece| chunk(Direction::ToServer, piece)).collect();
    chunks.push(chunk(Direction::ToClient, OK.as_bytes()));
    let exchange = Exchange { connection: ConnectionId(0), protocol: Protocol::Http1, chunks };
    let fault: Fault = sentence.parse().unwrap();
    let until = Asking::of(&exchange).until(fault.point().unwrap());
    let mut play = Play::http(&[&sentence]);
    let passed = ask(&mut play, request, size);
    play.client_ends();
    let about = format!("{point}, in pieces of {size}: {until:?}, {:?}", play.told());
    let unknown = point.contains('%') && request == CHUNKED.as_bytes();
    match until {
        Ok(until) if !unknown => {
            let len = passes(request, head, until);
            assert_eq!(passed, &request[..len], "{about}");
            let told = play.told();
            assert!(told[0].ends_with(&format!("(after {len} bytes)")), "{about}");
            assert_eq!(play.got().acts, [Act::End(Ending::Reset)], "{about}");
        }
        until => {
            assert_eq!(passed, request, "{about}");
            assert!(play.got().acts.is_empty(), "{about}");
            assert!(play.told()[0].starts_with("let pass exchange 1"), "{about}");
            let why = match until {
                Err(misfit) if !unknown => misfit.0,
                _ => "does not tell how long".to_owned(),
            };
            let seen_late = [" chunk", " message", " bytes"].iter().any(|it| why.contains(it));
            assert!(seen_late || play.told()[0].contains(&why), "{about}");
        }
    }
}

#[test]
fn a_point_that_never_comes_is_told_with_what_there_was() {
    let mut play = Play::http(&["close at body 900 of request", "reset at chunk 9 of request"]);
    assert_eq!(ask(&mut play, CHUNKED, 50), CHUNKED.as_bytes());
    let why = format!("the request ended after {} bytes, before the point came", CHUNKED.len());
    assert!(play.told().iter().all(|told| told.ends_with(&why)), "{:?}", play.told());
    let mut left = Play::http(&["close at body 9 of request"]);
    ask(&mut left, &upload()[..HEAD.len() + 3], 7);
    left.client_ends();
    let why = format!("after {} bytes, before the point came", HEAD.len() + 3);
    assert!(left.told()[0].ends_with(&why), "{:?}", left.told());
    let mut early = Play::http(&["early-response on PUT /files/1"]);
    early.ask(upload());
    assert!(early.told()[0].ends_with("a live server answers when it likes"));
}

#[test]
fn a_client_is_not_read_from_once_the_point_has_come_and_its_server_has_what_was_before() {
    for mut play in [
        Play::http(&["stop-reading at body 5 of request"]),
        Play::raw(&[&format!("stop-reading at byte {} of request", HEAD.len() + 5)]),
    ] {
        assert_eq!(ask(&mut play, HEAD, 9), HEAD.as_bytes());
        assert!(play.hears());
        assert_eq!(play.ask("0123456789"), "01234");
        assert!(!play.hears());
        play.pass(Duration::from_secs(9999));
        assert!(!play.hears() && play.got() == Got::default());
        let told = play.told();
        assert!(told[0].ends_with(&format!("(after {} bytes)", HEAD.len() + 5)), "{told:?}");
    }
}

#[test]
fn a_client_that_was_not_read_from_for_a_time_is_answered_after_it() {
    let mut play = Play::http(&["stop-reading for 2s at body 5 of request"]);
    assert_eq!(
        ask(&mut play, &upload()[..HEAD.len() + 6], 100),
        &upload().as_bytes()[..HEAD.len() + 6]
    );
    assert!(!play.hears());
    play.pass(Duration::from_millis(1999));
    assert!(!play.hears());
    play.pass(Duration::from_millis(1));
    assert!(play.hears());
    assert_eq!(play.ask("6789"), "6789");
    play.say(OK, 5);
    assert_eq!(play.got().bytes, OK.as_bytes());
}

#[test]
fn a_stall_holds_the_answer_up_for_its_time_and_the_request_passes() {
    let mut play = Play::http(&["stall for 2s at body 5 of request"]);
    assert_eq!(ask(&mut play, upload(), 3), upload().as_bytes());
    play.pass(Duration::from_millis(500));
    play.say(OK, 5);
    assert_eq!(play.got().bytes, b"");
    assert_eq!(play.due(), Some(Duration::from_millis(1500)), "counted from the point on");
    assert_eq!(play.gets().bytes, OK.as_bytes());
}

#[test]
fn of_a_kept_alive_connection_the_second_request_is_cut_and_the_first_answer_is_whole() {
    let mut play = Play::http(&["reset at body 2 of request on 2"]);
    for (passes, gets) in [(upload(), OK), (format!("{HEAD}01"), "")] {
        assert_eq!(ask(&mut play, upload(), 8), passes.as_bytes());
        play.say(OK, 9);
        assert_eq!(play.got().bytes, gets.as_bytes());
    }
}

#[test]
fn requests_that_came_before_are_answered_before_the_break() {
    for fault in ["close at body 3 of request", "stall for 2s at body 3 of request"] {
        let mut play = Play::http(&[fault]);
        let passed = ask(&mut play, get("/a") + &get("/b") + &upload(), usize::MAX);
        assert_eq!(play.got().acts, []);
        play.say(OK, 4);
        assert_eq!((play.got().bytes, play.due()), (OK.into(), None));
        play.say(OK.repeat(2), usize::MAX);
        let got = play.got();
        assert_eq!(got.bytes, OK.as_bytes());
        if fault.starts_with("close") {
            assert_eq!(passed, (get("/a") + &get("/b") + HEAD + "012").as_bytes());
            assert_eq!(got.acts, [Act::End(Ending::Close)]);
        } else {
            assert_eq!(play.due(), Some(Duration::from_secs(2)));
            assert_eq!(play.gets().bytes, OK.as_bytes());
        }
    }
}

#[test]
fn a_break_does_not_wait_for_answers_that_a_server_will_not_give() {
    let mut play = Play::http(&["reset at after-headers of request on PUT /files/1"]);
    ask(&mut play, get("/a") + &upload(), usize::MAX);
    play.say(&OK[..10], usize::MAX);
    play.end();
    let got = play.got();
    assert_eq!((&got.bytes[..], got.acts), (&OK.as_bytes()[..10], vec![Act::End(Ending::Reset)]));
}

#[test]
fn what_was_answered_before_its_point_came_is_not_broken() {
    let mut play = Play::http(&["close at body 5 of request"]);
    play.ask(&upload()[..HEAD.len() + 2]);
    play.say(OK, usize::MAX);
    play.ask("234567");
    assert_eq!((play.got().bytes, play.got().acts), (OK.into(), vec![]));
    assert!(play.told()[0].ends_with("the server had said all before the point came"));
}

#[test]
fn a_fault_that_comes_after_another_has_ended_all_is_told() {
    let faults = ["close at after-headers of request", "reset at body 5 of request"];
    let mut play = Play::http(&faults);
    play.ask(upload());
    assert!(play.told()[1].ends_with("another fault had ended it before"), "{:?}", play.told());
    let mut play = Play::http(&["close at byte 3", "reset at body 5 of request"]);
    play.ask(HEAD);
    play.say(OK, 9);
    assert!(play.told()[1].ends_with("another fault had ended it before"), "{:?}", play.told());
}

#[test]
fn a_client_that_was_told_to_go_on_is_broken_amid_its_body() {
    let go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    for faults in
        [&["close at body 5 of request"][..], &["close at body 5 of request", "status 503"]]
    {
        let mut play = Play::http(faults);
        play.ask(HEAD);
        play.say(go_on, 5);
        assert_eq!(play.got().bytes, go_on.as_bytes());
        assert_eq!(play.ask("01234567"), "01234");
        assert_eq!(play.got().acts, [Act::End(Ending::Close)]);
        let told = play.told();
        assert_eq!(told.len(), faults.len(), "{told:?}");
    }
}

#[test]
fn the_second_asking_of_the_same_is_spared_whatever_its_body() {
    for body in ["0123456789", "9876543210"] {
        let fault = "close at body 3 of request on PUT /files/* once";
        let mut play = Play::http(&[fault]);
        let mut again = play.another();
        assert_eq!(play.ask(upload()), format!("{HEAD}012"));
        assert_eq!(again.ask(format!("{HEAD}{body}")), format!("{HEAD}{body}"));
        again.say(OK, 5);
        assert_eq!(again.got().bytes, OK.as_bytes());
    }
}

#[test]
fn a_websocket_is_cut_after_a_message_of_the_clients() {
    let said = b"\x81\x82\0\0\0\0hi\x89\x80\0\0\0\0\x81\x81\0\0\0\0!\x81\x80\0\0\0\0";
    for size in [1, 2, 3, 5, 100] {
        let mut play = Play::http(&["close at message 2 of request"]);
        ask(&mut play, UPGRADE, size);
        play.say(SWITCH, size);
        assert_eq!(ask(&mut play, said, size), &said[..said.len() - 6]);
        let got = play.got();
        assert_eq!((got.bytes, got.acts), (SWITCH.into(), vec![Act::End(Ending::Close)]));
    }
    let mut refused = Play::http(&["close at message 1 of request"]);
    refused.ask(UPGRADE);
    refused.say(OK, 9);
    refused.client_ends();
    assert!(refused.told()[0].ends_with("before the point came"), "{:?}", refused.told());
}

#[test]
fn plain_tcp_is_cut_by_the_byte_or_by_what_is_said_at_once() {
    let told = "broke exchange 1: close at byte 4 of request (after 4 bytes)";
    for mut play in
        [Play::http(&["close at byte 4 of request"]), Play::raw(&["close at byte 4 of request"])]
    {
        assert_eq!(ask(&mut play, "\x01\x02 hello", 3), b"\x01\x02 h");
        play.say("late", 4);
        let got = play.got();
        assert_eq!((got.bytes, got.acts), (vec![], vec![Act::End(Ending::Close)]));
        assert_eq!(play.told(), [told]);
    }
    let mut play = Play::raw(&["reset at chunk 2 of request"]);
    play.say("welcome", 9);
    assert_eq!(ask(&mut play, "hello, server", 5), b"hello, ser");
    assert_eq!(play.got().acts, [Act::End(Ending::Reset)]);
    for (point, why) in [
        ("50%", "does not say how much"),
        ("end", "does not say how much"),
        ("after-headers", "no head of HTTP"),
        ("body 3", "no head of HTTP"),
        ("message 1", "say `byte N` or `chunk K`"),
        ("byte 0", "`byte 1`"),
    ] {
        let mut play = Play::raw(&[&format!("close at {point} of request")]);
        assert_eq!(play.ask("hello"), "hello");
        assert!(play.told()[0].contains(why), "{:?}", play.told());
    }
}
