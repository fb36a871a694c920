//! Server-sent events: after which byte an answer ends, or is silent.

use std::io::Write;
use std::net::Shutdown;

use super::super::Replay;
use super::{expect_silence, read, read_to_fin, replay};
use crate::testing::{Tape, get};

const HEAD: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const ONE: &str = "9\r\ndata: 1\n\n\r\n";
const TWO: &str = "b\r\ndata: \u{e9}x\n\n\r\n";
const END: &str = "0\r\n\r\n";

/// Events that came one after the other; and another answer on the same connection.
fn tape() -> Tape {
    let said = [&get("/feed"), HEAD, "", ONE, "", TWO, "", END];
    Tape::new().chunks(&said).get("/next")
}

fn answer(fault: &str) -> (Replay, std::net::TcpStream) {
    let replay = replay(tape(), &[fault]);
    let mut stream = replay.connect();
    stream.write_all(get("/feed").as_bytes()).unwrap();
    (replay, stream)
}

/// All that is sent until FIN.
#[track_caller]
fn ends(fault: &str, expected: &str) {
    let (replay, mut stream) = answer(fault);
    assert_eq!(String::from_utf8_lossy(&read_to_fin(&mut stream)), expected, "{fault}");
    replay.end();
}

#[test]
fn an_answer_ends_after_an_event_or_amid_one() {
    ends("close at event 1 on 1", &format!("{HEAD}9\r\ndata: 1\n\n"));
    ends("cut-event at event 2 on 1", &format!("{HEAD}{ONE}b\r\ndata:"));
}

#[test]
fn after_an_event_nothing_comes_and_the_socket_stays_open() {
    let (replay, mut stream) = answer("stall at event 1 on 1");
    let expected = format!("{HEAD}9\r\ndata: 1\n\n");
    assert_eq!(read(&mut stream, expected.len()), expected.as_bytes());
    expect_silence(&mut stream);
    // It is the client that ends it.
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_to_fin(&mut stream), b"");
    replay.end();
}

#[test]
fn a_kept_connection_goes_on_after_an_answer_that_was_cut_in_an_orderly_way() {
    let (replay, mut stream) = answer("cut-event clean at event 1 on 1");
    let expected = format!("{HEAD}4\r\ndata\r\n{END}");
    assert_eq!(String::from_utf8_lossy(&read(&mut stream, expected.len())), expected);
    stream.write_all(get("/next").as_bytes()).unwrap();
    let next = crate::testing::ok("/next");
    assert_eq!(read(&mut stream, next.len()), next.as_bytes());
    drop(stream);
    replay.end();
}

#[test]
fn an_error_comes_as_an_event() {
    let (replay, mut stream) = answer("error-event ends data x at event 1 on 1");
    let expected = format!("{HEAD}9\r\ndata: 1\n\n\r\n16\r\nevent: error\ndata: x\n\n\r\n{END}");
    let said = read(&mut stream, expected.len() - 6);
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.contains("data: 1\n\n") && said.contains("event: error\ndata: x\n\n"), "{said}");
    drop(stream);
    replay.end();
}

#[test]
fn a_character_comes_in_two_writes() {
    let (replay, mut stream) = answer("split-utf-8 pause 40ms on 1");
    let first = format!("{HEAD}{ONE}b\r\ndata: ").len() + 1;
    let began = std::time::Instant::now();
    assert_eq!(read(&mut stream, first).last(), Some(&0xc3));
    assert_eq!(read(&mut stream, 1), [0xa9]);
    assert!(began.elapsed() >= std::time::Duration::from_millis(40));
    drop(stream);
    replay.end();
}
