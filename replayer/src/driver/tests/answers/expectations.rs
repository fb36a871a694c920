//! A client that waits before it sends its body: for `100 Continue`, or for a final answer.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::super::{Replay, read_exact};
use crate::driver::tests::streams::expect_silence;
use crate::testing::{Tape, ok};

/// The kinds seen here.
pub(super) const KINDS: &[&str] = &["100-never", "100-late", "early-response"];

const HEAD: &str = "POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
const GO_ON: &str = "HTTP/1.1 100 Continue\r\n\r\n";

fn asking(fault: &str) -> (Replay, TcpStream) {
    let tape = Tape::new().chunks(&[HEAD, GO_ON, "hi", &ok("/a")]);
    let replay = Replay::of(tape.stage_of(&[fault]));
    let mut stream = replay.connect();
    stream.write_all(HEAD.as_bytes()).unwrap();
    (replay, stream)
}

#[test]
fn it_never_comes_and_the_body_is_answered_all_the_same() {
    let (replay, mut stream) = asking("100-never");
    expect_silence(&mut stream);
    stream.write_all(b"hi").unwrap();
    assert_eq!(read_exact(&mut stream, ok("/a").len()), ok("/a"));
    drop(stream);
    replay.end();
}

#[test]
fn it_comes_late() {
    let began = Instant::now();
    let (replay, mut stream) = asking("100-late 100ms");
    assert_eq!(read_exact(&mut stream, GO_ON.len()), GO_ON);
    assert!(began.elapsed() >= Duration::from_millis(100));
    stream.write_all(b"hi").unwrap();
    assert_eq!(read_exact(&mut stream, ok("/a").len()), ok("/a"));
    drop(stream);
    replay.end();
}

#[test]
fn the_final_answer_is_there_before_the_body() {
    let (replay, mut stream) = asking("early-response");
    let told = [GO_ON, &ok("/a")].concat();
    assert_eq!(read_exact(&mut stream, told.len()), told);
    stream.write_all(b"hi").unwrap();
    expect_silence(&mut stream);
    drop(stream);
    replay.end();
}
