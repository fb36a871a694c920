//! HTTP archives: what a browser saved is replayed.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Client, Retape, record_all, replay_of};

/// As Chromium saves it, in short: HTTP/2, and a body without the coding that it had.
const SITE: &str = r#"{"log":{"version":"1.2","entries":[
{"startedDateTime":"2026-11-21T12:00:00.100Z","time":50,"connection":"443","serverIPAddress":"192.0.2.1",
 "request":{"method":"GET","url":"http://site.test/a?b=1","httpVersion":"http/2.0",
  "headers":[{"name":":authority","value":"site.test"},{"name":"accept","value":"*/*"}]},
 "response":{"status":200,"statusText":"","headers":[{"name":"content-encoding","value":"br"},{"name":"content-type","value":"text/plain"}],
  "content":{"size":5,"mimeType":"text/plain","text":"hello"}},"timings":{"send":1,"wait":40,"receive":9}},
{"startedDateTime":"2026-11-21T12:00:01Z","time":5,"connection":"443",
 "request":{"method":"GET","url":"http://site.test/lost","headers":[]},
 "response":{"status":200,"statusText":"OK","headers":[],"content":{"size":99,"mimeType":"text/plain"}}}
]}}"#;

const HELLO: &[u8] = b"HTTP/1.1 200 \r\ncontent-type: text/plain\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn what_a_browser_saved_is_replayed_and_what_it_did_not_save_is_told() {
    let retape = Retape::new();
    retape.write("site.har", SITE);
    let ended = retape.run(["import", "site.har", "-o", "site.cassette"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for told in [
        "imported 2 exchanges on 1 connection",
        "1 exchange, spelled in HTTP/1.1",
        "1 answer, without the content coding",
        "1 answer, of which the file does not hold the body",
    ] {
        assert!(ended.stderr.contains(told), "{told}: {}", ended.stderr);
    }
    let verified = retape.run(["verify", "--roundtrip", "site.cassette"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    for ask in ["GET /a?b=1", "GET http://site.test/a?b=1"] {
        replay_of(&retape, &["site.cassette"], |url| {
            let answer = Client::connect(url).ask(ask, "accept: */*\r\n", b"");
            assert_eq!(answer, HELLO, "{ask}: {}", String::from_utf8_lossy(&answer));
        });
    }
    let strict = retape.run(["import", "site.har", "-o", "again.cassette", "--strict"]);
    assert_eq!(strict.code, Some(1), "{strict:?}");
}

#[test]
fn an_archive_is_known_by_its_content_on_standard_input_too() {
    let retape = Retape::new();
    let mut command = retape.command(["import", "-", "-o", "site.cassette"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(SITE.as_bytes()).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    assert!(retape.run(["show", "site.cassette"]).stdout.contains("GET /a?b=1"));
}

#[test]
fn what_is_no_archive_or_cannot_be_chosen_from_says_so() {
    let retape = Retape::new();
    retape.write("other.json", "{\"a\": 1}");
    let ended = retape.run(["import", "other.json", "-o", "a.cassette"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("no HAR") && !retape.path("a.cassette").exists(), "{ended:?}");
    retape.write("site.har", SITE);
    let ended = retape.run(["import", "site.har", "--list"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[test]
fn an_exported_archive_is_imported_as_it_was_meant() {
    let retape = Retape::new();
    let recorded = record_all(&retape, "a.cassette", &["/one", "/two"]);
    let export = retape.run(["export", "a.cassette", "--as", "har", "-o", "a.har"]);
    assert_eq!(export.code, Some(0), "{export:?}");
    let import = retape.run(["import", "a.har", "-o", "b.cassette"]);
    assert_eq!(import.code, Some(0), "{import:?}");
    replay_of(&retape, &["b.cassette"], |url| {
        let answer = Client::connect(url).get("/two");
        let body = |answer: &[u8]| {
            String::from_utf8_lossy(answer).rsplit("\r\n\r\n").next().map(str::to_owned)
        };
        assert_eq!(body(&answer), body(&recorded[1]));
    });
}
