//! HTTP/1: on a fresh connection and on a kept one, of a plain answer and of one in chunks.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::super::{PATIENCE, Replay};
use super::{BODY, PAGE, PROBLEM};
use crate::driver::tests::streams::expect_silence;
use crate::testing::{Tape, get, ok};
use Then::{Fin, Goes, Silence};

/// What becomes of the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The connection goes on, and the next request is answered.
    Goes,
    /// FIN.
    Fin,
    /// Nothing more comes, and the socket stays open.
    Silence,
}

/// A fault, what comes of a plain answer and of one in chunks, and what then. `~` is a line end, `{P}` and `{S}` the heads of both
/// without their empty lines, `{H}` the head of either without what frames it, `{J}` the body, `{C}` its chunks, `{1}` and `{2}` each of them; `=`: as recorded.
#[rustfmt::skip]
pub(super) const ROWS: &[(&str, &str, &str, Then)] = &[
    ("status 503", "HTTP/1.1 503 Service Unavailable~Content-Type: application/problem+json~Content-Length: 65~~{503}",
        "HTTP/1.1 503 Service Unavailable~Content-Type: application/problem+json~Transfer-Encoding: chunked~~41~{503}~0~~", Goes),
    ("status 204", "HTTP/1.1 204 No Content~Content-Type: application/json~~", "HTTP/1.1 204 No Content~Content-Type: application/json~~", Goes),
    ("wrong-exchange", "HTTP/1.1 200 OK~Content-Length: 2~~/b", "HTTP/1.1 200 OK~Content-Length: 2~~/b", Goes),
    ("bad-version", "HTTP/9.9 200 OK~Content-Type: application/json~Content-Length: 29~~{J}",
        "HTTP/9.9 200 OK~Content-Type: application/json~Transfer-Encoding: chunked~~{C}", Goes),
    ("no-reason", "HTTP/1.1 200~Content-Type: application/json~Content-Length: 29~~{J}",
        "HTTP/1.1 200~Content-Type: application/json~Transfer-Encoding: chunked~~{C}", Goes),
    ("http-0.9", "{J}", "{J}", Fin),
    ("1xx-flood 2", "HTTP/1.1 100 Continue~~HTTP/1.1 100 Continue~~{P}~{J}", "HTTP/1.1 100 Continue~~HTTP/1.1 100 Continue~~{S}~{C}", Goes),
    ("unsolicited-101", "HTTP/1.1 101 Switching Protocols~Connection: Upgrade~Upgrade: retape~~{P}~{J}",
        "HTTP/1.1 101 Switching Protocols~Connection: Upgrade~Upgrade: retape~~{S}~{C}", Goes),
    ("drop-header Content-Length", "{H}~{J}", "=", Goes),
    ("drop-header Transfer-Encoding", "=", "{H}~{C}", Goes),
    ("replace-header Content-Type a/b", "HTTP/1.1 200 OK~Content-Type: a/b~Content-Length: 29~~{J}",
        "HTTP/1.1 200 OK~Content-Type: a/b~Transfer-Encoding: chunked~~{C}", Goes),
    ("add-header A b", "{P}A: b~~{J}", "{S}A: b~~{C}", Goes),
    ("duplicate-header Content-Length 3", "{P}Content-Length: 3~~{J}", "=", Goes),
    ("header-case lower", "HTTP/1.1 200 OK~content-type: application/json~content-length: 29~~{J}",
        "HTTP/1.1 200 OK~content-type: application/json~transfer-encoding: chunked~~{C}", Goes),
    ("obs-fold", "{H}Content-Length:~ 29~~{J}", "{H}Transfer-Encoding:~ chunked~~{C}", Goes),
    ("control-byte 7", "{H}Content-Length: 2\x079~~{J}", "{H}Transfer-Encoding: chu\x07nked~~{C}", Goes),
    ("huge-header 3", "{P}X-Huge: aaa~~{J}", "{S}X-Huge: aaa~~{C}", Goes),
    ("many-headers 2", "{P}X-Many-1: 1~X-Many-2: 2~~{J}", "{S}X-Many-1: 1~X-Many-2: 2~~{C}", Goes),
    ("lf-only", "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 29\n\n{J}",
        "HTTP/1.1 200 OK\nContent-Type: application/json\nTransfer-Encoding: chunked\n\n{C}", Goes),
    ("drip 1ms", "=", "=", Goes),
    ("endless-head 14", "{P}X-Endless: a~", "{S}X-Endless: a~", Silence),
    ("content-length short 2", "{H}Content-Length: 27~~{J}", "{H}Content-Length: 27~~{J}", Goes),
    ("content-length long 2", "{H}Content-Length: 31~~{J}", "{H}Content-Length: 31~~{J}", Goes),
    ("content-length conflict", "{P}Content-Length: 30~~{J}", "{P}Content-Length: 30~~{J}", Goes),
    ("content-length chunked", "{S}Content-Length: 29~~1d~{J}~0~~", "{S}Content-Length: 29~~{C}", Goes),
    ("no-framing", "{H}~{J}", "{H}~{J}", Fin),
    ("premature-eof", "{P}~{\"id\":7,\"tags\"", "{S}~{1}15~\"tags\"", Fin),
    ("forbidden-body", "HTTP/1.1 204 No Content~Content-Type: application/json~Content-Length: 29~~{J}",
        "HTTP/1.1 204 No Content~Content-Type: application/json~Transfer-Encoding: chunked~~{C}", Goes),
    ("connection-close", "{P}Connection: close~~{J}", "{S}Connection: close~~{C}", Fin),
    ("bad-chunk-size", "{S}~zz~{J}~0~~", "{S}~zz~{\"id\":7,~{2}0~~", Goes),
    ("bad-chunk-size -1 at part 2", "{S}~1d~{J}~-1~~", "{S}~{1}-1~\"tags\":[1,2],\"s\":\"x\"}~0~~", Goes),
    ("missing-crlf", "{S}~1d~{J}0~~", "{S}~8~{\"id\":7,{2}0~~", Goes),
    ("missing-last-chunk", "{S}~1d~{J}~", "{S}~{1}{2}", Fin),
    ("missing-last-chunk open", "{S}~1d~{J}~", "{S}~{1}{2}", Silence),
    ("cut-chunk-size", "{S}~1", "{S}~8", Fin),
    ("chunk-extension 2", "{S}~1d;x=aa~{J}~0~~", "{S}~8;x=aa~{\"id\":7,~{2}0~~", Goes),
    ("bad-trailer", "{S}~1d~{J}~0~no colon~~", "{S}~{1}{2}0~no colon~~", Goes),
    ("rechunk 20", "{S}~14~{\"id\":7,\"tags\":[1,2]~9~,\"s\":\"x\"}~0~~", "{S}~14~{\"id\":7,\"tags\":[1,2]~9~,\"s\":\"x\"}~0~~", Goes),
    ("says-gzip-but-plain", "{P}Content-Encoding: gzip~~{J}", "{S}Content-Encoding: gzip~~{C}", Goes),
    ("unknown-encoding", "{P}Content-Encoding: retape~~{J}", "{S}Content-Encoding: retape~~{C}", Goes),
    ("wrong-charset", "HTTP/1.1 200 OK~Content-Type: application/json; charset=utf-16~Content-Length: 29~~{J}",
        "HTTP/1.1 200 OK~Content-Type: application/json; charset=utf-16~Transfer-Encoding: chunked~~{C}", Goes),
    ("redirect x", "HTTP/1.1 302 Found~Content-Length: 0~Location: x~~", "HTTP/1.1 302 Found~Transfer-Encoding: chunked~Location: x~~0~~", Goes),
    ("redirect-loop", "HTTP/1.1 302 Found~Content-Length: 0~Location: /a~~", "HTTP/1.1 302 Found~Transfer-Encoding: chunked~Location: /a~~0~~", Goes),
    ("truncate at body 8", "{H}Content-Length: 8~~{\"id\":7,", "{S}~{1}0~~", Goes),
    ("truncate keep-framing", "{P}~{\"id\":7,\"tags\"", "{S}~1d~{\"id\":7,\"tags\"~0~~", Goes),
    ("empty", "{H}Content-Length: 0~~", "{S}~0~~", Goes),
    ("html-instead", "HTTP/1.1 200 OK~Content-Type: text/html; charset=utf-8~Content-Length: 163~~{HTML}",
        "HTTP/1.1 200 OK~Content-Type: text/html; charset=utf-8~Transfer-Encoding: chunked~~a3~{HTML}~0~~", Goes),
    ("not-json", "{H}Content-Length: 25~~upstream request timeout\n", "{S}~19~upstream request timeout\n~0~~", Goes),
    ("bom", "{H}Content-Length: 32~~\u{feff}{J}", "{S}~b~\u{feff}{\"id\":7,~{2}0~~", Goes),
    ("trailing-garbage }", "{H}Content-Length: 30~~{J}}", "{S}~{1}16~\"tags\":[1,2],\"s\":\"x\"}}~0~~", Goes),
    ("remove at json $.s", "{H}Content-Length: 21~~{\"id\":7,\"tags\":[1,2]}", "{S}~{1}d~\"tags\":[1,2]}~0~~", Goes),
    ("null at json $.id", "{H}Content-Length: 32~~{\"id\":null,\"tags\":[1,2],\"s\":\"x\"}", "{S}~b~{\"id\":null,~{2}0~~", Goes),
    ("retype at json $.id", "{H}Content-Length: 31~~{\"id\":\"7\",\"tags\":[1,2],\"s\":\"x\"}", "{S}~a~{\"id\":\"7\",~{2}0~~", Goes),
    ("add-unknown at json $", "{H}Content-Length: 54~~{\"unknown\":{\"added\":true},\"id\":7,\"tags\":[1,2],\"s\":\"x\"}",
        "{S}~21~{\"unknown\":{\"added\":true},\"id\":7,~{2}0~~", Goes),
    ("duplicate-key at json $.s", "{H}Content-Length: 38~~{\"id\":7,\"tags\":[1,2],\"s\":\"x\",\"s\":null}",
        "{S}~{1}1e~\"tags\":[1,2],\"s\":\"x\",\"s\":null}~0~~", Goes),
    ("number 1e400 at json $.id", "{H}Content-Length: 33~~{\"id\":1e400,\"tags\":[1,2],\"s\":\"x\"}", "{S}~c~{\"id\":1e400,~{2}0~~", Goes),
    ("string lone-surrogate at json $.s", "{H}Content-Length: 34~~{\"id\":7,\"tags\":[1,2],\"s\":\"\\ud800\"}",
        "{S}~{1}1a~\"tags\":[1,2],\"s\":\"\\ud800\"}~0~~", Goes),
    ("array empty at json $.tags", "{H}Content-Length: 26~~{\"id\":7,\"tags\":[],\"s\":\"x\"}", "{S}~{1}12~\"tags\":[],\"s\":\"x\"}~0~~", Goes),
    ("deep-nesting 3 at json $.id", "{H}Content-Length: 34~~{\"id\":[[[]]],\"tags\":[1,2],\"s\":\"x\"}", "{S}~d~{\"id\":[[[]]],~{2}0~~", Goes),
];

/// A fault, the answer it fits, and what comes.
#[rustfmt::skip]
pub(super) const ODD_ROWS: &[(&str, &str, &str)] = &[
    ("range-ignored", "HTTP/1.1 206 Partial Content~Content-Range: bytes 5-6/9~Content-Length: 2~~ab", "HTTP/1.1 200 OK~Content-Length: 2~~ab"),
    ("wrong-range", "HTTP/1.1 206 Partial Content~Content-Range: bytes 5-6/9~Content-Length: 2~~ab",
        "HTTP/1.1 206 Partial Content~Content-Range: bytes 6-7/9~Content-Length: 2~~ab"),
    ("clock-skew 1s", "HTTP/1.1 200 OK~Date: Tue, 29 Feb 2028 23:59:59 GMT~Content-Length: 2~~ab",
        "HTTP/1.1 200 OK~Date: Wed, 01 Mar 2028 00:00:00 GMT~Content-Length: 2~~ab"),
    ("forbidden-body", "HTTP/1.1 304 Not Modified~ETag: x~~", "HTTP/1.1 304 Not Modified~ETag: x~Content-Length: 16~~unexpected body\n"),
    ("status 500 keep-body", "HTTP/1.1 204 No Content~X: y~~", "HTTP/1.1 500 Internal Server Error~X: y~~"),
];

const CHUNK_1: &str = "8~{\"id\":7,~";
const CHUNK_2: &str = "15~\"tags\":[1,2],\"s\":\"x\"}~";

fn plain() -> Vec<String> {
    vec![get("/a"), written("{P}~{J}")]
}

/// In three pieces, in chunks.
fn streamed() -> Vec<String> {
    let pieces = ["{S}~", CHUNK_1, "{2}0~~"].map(written);
    let mut chunks = vec![get("/a")];
    for piece in pieces {
        chunks.extend([piece, String::new()]);
    }
    chunks
}

fn written(text: &str) -> String {
    let chunks = [CHUNK_1, CHUNK_2, "0~~"].concat();
    let head = "HTTP/1.1 200 OK~Content-Type: application/json~";
    let replaced = [
        ("{P}", "{H}Content-Length: 29~"),
        ("{S}", "{H}Transfer-Encoding: chunked~"),
        ("{H}", head),
        ("{C}", &chunks),
        ("{1}", CHUNK_1),
        ("{2}", CHUNK_2),
        ("{J}", BODY),
        ("{HTML}", PAGE),
        ("{503}", PROBLEM),
        ("~", "\r\n"),
    ];
    replaced.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn say(stream: &mut TcpStream, path: &str) {
    stream.write_all(get(path).as_bytes()).unwrap();
}

#[track_caller]
fn expect(stream: &mut TcpStream, expected: &str, why: &str) {
    let mut bytes = vec![0; expected.len()];
    let read = stream.read_exact(&mut bytes);
    let said = String::from_utf8_lossy(&bytes);
    assert_eq!(said, expected, "{why}: {read:?}");
}

/// Asks for it on a connection that is fresh, or has been used before.
#[track_caller]
fn see(fault: &str, answer: &[String], expected: &str, then: Then, kept: bool) {
    let tape = Tape::new().get("/b").chunks(answer).get("/c");
    let replay = Replay::of(tape.stage_of(&[&format!("{fault} on GET /a")]));
    let why = format!("{fault}, {} connection", if kept { "kept" } else { "fresh" });
    let mut stream = replay.connect();
    if kept {
        say(&mut stream, "/b");
        expect(&mut stream, &ok("/b"), &why);
    }
    say(&mut stream, "/a");
    expect(&mut stream, expected, &why);
    match then {
        Goes => {
            say(&mut stream, "/c");
            expect(&mut stream, &ok("/c"), &why);
        }
        Fin => assert_eq!(stream.read(&mut [0]).unwrap(), 0, "{why}"),
        Silence => expect_silence(&mut stream),
    }
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    drop(stream);
    replay.end();
}

#[test]
fn plain_answers_are_broken_to_the_byte_on_fresh_and_kept_connections() {
    for (fault, expected, _, then) in ROWS {
        let recorded = *expected == "=";
        let (expected, then) = if recorded { ("{P}~{J}", Goes) } else { (*expected, *then) };
        for kept in [false, true] {
            see(fault, &plain(), &written(expected), then, kept);
        }
    }
}

#[test]
fn streamed_answers_are_broken_to_the_byte_on_fresh_and_kept_connections() {
    for (fault, _, expected, then) in ROWS {
        let recorded = *expected == "=";
        let (expected, then) = if recorded { ("{S}~{C}", Goes) } else { (*expected, *then) };
        for kept in [false, true] {
            see(fault, &streamed(), &written(expected), then, kept);
        }
    }
}

#[test]
fn answers_of_a_certain_form_are_broken_to_the_byte() {
    for (fault, answer, expected) in ODD_ROWS {
        let answer = [get("/a"), written(answer)];
        for kept in [false, true] {
            see(fault, &answer, &written(expected), Goes, kept);
        }
    }
}
