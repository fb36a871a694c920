//! Dialects of plain TCP: a reply is an error once it was asked for, or is not whole.

use std::io::Write;

use super::{expect_silence, read, read_to_fin, replay};
use crate::testing::Tape;

const GET: &str = "*2\r\n$3\r\nGET\r\n$1\r\na\r\n";

fn redis() -> Tape {
    Tape::new().chunks(&["*1\r\n$4\r\nPING\r\n", "+PONG\r\n", GET, "$5\r\nhello\r\n"]).raw()
}

fn smtp() -> Tape {
    let said =
        ["", "220 hi\r\n", "EHLO me\r\n", "250-one\r\n250 two\r\n", "QUIT\r\n", "221 bye\r\n"];
    Tape::new().chunks(&said).raw()
}

/// PING answered, GET asked: what comes then.
#[track_caller]
fn second_reply(fault: &str, expected: &str) {
    let replay = replay(redis(), &[fault]);
    let mut stream = replay.connect();
    stream.write_all(b"*1\r\n$4\r\nPING\r\n").unwrap();
    assert_eq!(read(&mut stream, 7), b"+PONG\r\n");
    expect_silence(&mut stream);
    stream.write_all(GET.as_bytes()).unwrap();
    let said = read(&mut stream, expected.len());
    assert_eq!(String::from_utf8_lossy(&said), expected, "{fault}");
    drop(stream);
    replay.end();
}

#[test]
fn a_reply_of_resp_is_an_error_or_tells_a_wrong_length() {
    second_reply("error-reply at message 2", "-ERR broken on purpose\r\n");
    second_reply("wrong-length 1 at message 2", "$6\r\nhello\r\n");
}

#[test]
fn a_database_fails_and_is_ready_again() {
    let opens = "\0\0\0\x11\0\x03\0\0user\0me\0\0";
    let (query, ready) = ("Q\0\0\0\x06a\0", "Z\0\0\0\x05I");
    let rows = format!("T\0\0\0\x06\0\0C\0\0\0\x05\0{ready}");
    let welcome = format!("R\0\0\0\x08\0\0\0\0{ready}");
    let tape = Tape::new().chunks(&[opens, &welcome, query, &rows]).raw();
    let replay = replay(tape, &["error-reply \"40001 again\" at message 3"]);
    let mut stream = replay.connect();
    stream.write_all(opens.as_bytes()).unwrap();
    assert_eq!(read(&mut stream, welcome.len()), welcome.as_bytes());
    expect_silence(&mut stream);
    stream.write_all(query.as_bytes()).unwrap();
    let error = format!("E\0\0\0\x21SERROR\0VERROR\0C40001\0Magain\0\0{ready}");
    let said = read(&mut stream, error.len());
    assert_eq!(String::from_utf8_lossy(&said), error);
    drop(stream);
    replay.end();
}

#[test]
fn a_reply_is_cut_and_the_connection_closed() {
    let replay = replay(redis(), &["cut-message at message 1"]);
    let mut stream = replay.connect();
    stream.write_all(b"*1\r\n$4\r\nPING\r\n").unwrap();
    assert_eq!(read_to_fin(&mut stream), b"+PO");
    replay.end();
}

#[test]
fn a_reply_of_several_lines_is_one_error() {
    let replay = replay(smtp(), &["error-reply at message 2"]);
    let mut stream = replay.connect();
    assert_eq!(read(&mut stream, 8), b"220 hi\r\n");
    stream.write_all(b"EHLO me\r\n").unwrap();
    assert_eq!(read(&mut stream, 23), b"451 Broken on purpose\r\n");
    stream.write_all(b"QUIT\r\n").unwrap();
    assert_eq!(read(&mut stream, 9), b"221 bye\r\n");
    drop(stream);
    replay.end();
}
