//! HTTP/2: the stream is broken, and its sibling is answered in full.

use cassettes::model::Direction;

use super::super::Replay;
use super::super::streams::http2_client::{Http2Client, about, data, get, headers, recorded};
use super::{BODY, PAGE, PROBLEM};
use crate::testing::Tape;

/// A fault, and what comes on its stream, a frame a line. `{H}`: the recorded head, `{J}` the body; `.`: the stream ends; `=`: as recorded, since
/// it fits no stream.
#[rustfmt::skip]
const ROWS: &[(&str, &[&str])] = &[
    ("status 503", &["HEADERS 503 content-type=application/problem+json", "DATA {503} ."]),
    ("status 204", &["HEADERS 204 content-type=application/json ."]),
    ("wrong-exchange 2", &["HEADERS 200", "DATA howdo ."]),
    ("bad-version", &["="]),
    ("no-reason", &["="]),
    ("http-0.9", &["="]),
    ("1xx-flood 2", &["HEADERS 100", "HEADERS 100", "{H}", "DATA {J} ."]),
    ("unsolicited-101", &["="]),
    ("drop-header Content-Type", &["HEADERS 200", "DATA {J} ."]),
    ("replace-header Content-Type a/b", &["HEADERS 200 content-type=a/b", "DATA {J} ."]),
    ("add-header A b", &["{H} a=b", "DATA {J} ."]),
    ("duplicate-header Content-Type", &["{H} content-type=application/json", "DATA {J} ."]),
    ("header-case lower", &["="]),
    ("obs-fold", &["="]),
    ("control-byte 7", &["HEADERS 200 content-type=applicat\x07ion/json", "DATA {J} ."]),
    ("huge-header 3", &["{H} x-huge=aaa", "DATA {J} ."]),
    ("many-headers 2", &["{H} x-many-1=1 x-many-2=2", "DATA {J} ."]),
    ("lf-only", &["="]),
    ("drip 1ms", &["="]),
    ("endless-head", &["="]),
    ("content-length short 2", &["{H} content-length=27", "DATA {J} ."]),
    ("content-length conflict", &["{H} content-length=29 content-length=30", "DATA {J} ."]),
    ("content-length chunked", &["="]),
    ("no-framing", &["="]),
    ("premature-eof", &["{H}", "DATA {\"id\":7,\"tags\" ."]),
    ("forbidden-body", &["HEADERS 204 content-type=application/json", "DATA {J} ."]),
    ("connection-close", &["="]),
    ("bad-chunk-size", &["="]),
    ("missing-last-chunk", &["="]),
    ("rechunk 20", &["{H}", "DATA {\"id\":7,\"tags\":[1,2]", "DATA ,\"s\":\"x\"} ."]),
    ("says-gzip-but-plain", &["{H} content-encoding=gzip", "DATA {J} ."]),
    ("unknown-encoding", &["{H} content-encoding=retape", "DATA {J} ."]),
    ("wrong-charset", &["{H}; charset=utf-16", "DATA {J} ."]),
    ("redirect x", &["HEADERS 302 location=x ."]),
    ("redirect-loop", &["HEADERS 302 location=/one ."]),
    ("truncate at body 8", &["{H}", "DATA {\"id\":7, ."]),
    ("empty", &["{H} ."]),
    ("html-instead", &["HEADERS 200 content-type=text/html; charset=utf-8", "DATA {HTML} ."]),
    ("not-json", &["{H}", "DATA upstream request timeout\n ."]),
    ("trailing-garbage }", &["{H}", "DATA {J}} ."]),
    ("remove at json $.s", &["{H}", "DATA {\"id\":7,\"tags\":[1,2]} ."]),
    ("null at json $.id", &["{H}", "DATA {\"id\":null,\"tags\":[1,2],\"s\":\"x\"} ."]),
    ("retype at json $.tags", &["{H}", "DATA {\"id\":7,\"tags\":{},\"s\":\"x\"} ."]),
    ("number -1 at json $.id", &["{H}", "DATA {\"id\":-1,\"tags\":[1,2],\"s\":\"x\"} ."]),
    ("string empty at json $.s", &["{H}", "DATA {\"id\":7,\"tags\":[1,2],\"s\":\"\"} ."]),
    ("array reversed at json $.tags", &["{H}", "DATA {\"id\":7,\"tags\":[2,1],\"s\":\"x\"} ."]),
];

fn tape() -> Tape {
    let (one, two) = BODY.as_bytes().split_at(8);
    let head = [(":status", "200"), ("content-type", "application/json")];
    let broken = vec![
        (Direction::ToServer, get(1, "/one")),
        (Direction::ToClient, headers(1, &head, false)),
        (Direction::ToClient, data(1, one, false)),
        (Direction::ToClient, data(1, two, true)),
    ];
    Tape::new().stream(broken).stream(recorded(3, "/two", ["how", "do"]))
}

fn written(text: &str) -> String {
    let replaced = [
        ("{H}", "HEADERS 200 content-type=application/json"),
        ("{J}", BODY),
        ("{HTML}", PAGE),
        ("{503}", PROBLEM),
    ];
    let text = replaced.iter().fold(format!("1 {text}"), |text, (from, to)| text.replace(from, to));
    // The client shows DATA so that it is a line.
    if text.contains(" DATA ") { text.as_bytes().escape_ascii().to_string() } else { text }
}

#[test]
fn a_stream_is_broken_frame_by_frame_and_its_sibling_is_not() {
    for (fault, lines) in ROWS {
        let lines = if *lines == ["="] { &["{H}", "DATA {J} ."][..] } else { lines };
        let expected: Vec<String> = lines.iter().map(|line| written(line)).collect();
        let replay = Replay::of(tape().stage_of(&[&format!("{fault} on GET /one")]));
        let mut client = Http2Client::of(&replay);
        client.get(1, &["/one", "/two"]);
        let heard = client.heard(expected.len() + 2);
        assert_eq!(about(1, &heard), expected, "{fault}");
        assert_eq!(about(3, &heard), ["3 HEADERS 200", "3 DATA howdo ."], "{fault}");
        drop(client);
        replay.end();
    }
}
