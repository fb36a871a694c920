//! import: captures into cassettes, and what is done with those.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Capture, Client, Ended, Retape, replay_of, text_of};

const GET: &str = "GET /users/7 HTTP/1.1\r\nHost: api.test\r\n\r\n";
const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"id\":7";
const REST: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone";

/// A conversation in HTTP, and one in something else.
fn capture() -> Capture {
    let mut capture = Capture::new();
    let mut web = capture.open(40000);
    let mut mail = capture.open(40001);
    capture.client(&mut web, GET);
    capture.server(&mut mail, "220 mail\r\n");
    capture.server(&mut web, ANSWER);
    capture.client(&mut mail, "QUIT\r\n");
    capture.close(web);
    capture.close(mail);
    capture
}

fn with(capture: Capture) -> Retape {
    let retape = Retape::new();
    std::fs::write(retape.path("capture.pcap"), capture.into_bytes()).unwrap();
    retape
}

fn import(retape: &Retape, more: &[&str]) -> Ended {
    retape.run([&["import", "capture.pcap"], more].concat())
}

#[test]
fn a_captured_answer_is_replayed_to_a_client_that_comes_directly_or_by_proxy() {
    let retape = with(capture());
    let ended = import(&retape, &["-o", "app.cassette", "--strict"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("imported 2 exchanges on 2 connections"), "{ended:?}");
    let mut answers = Vec::new();
    let ended = replay_of(&retape, &["app.cassette"], |url| {
        let mut client = Client::connect(url);
        answers.push(client.ask("GET /users/7", "", b""));
    });
    assert_eq!(answers.pop().unwrap(), ANSWER.as_bytes(), "{ended:?}");
    assert!(!ended.stdout.contains("changed"), "{ended:?}");
    replay_of(&retape, &["app.cassette"], |url| {
        let mut client = Client::connect(url);
        client.send_raw(b"GET http://api.test/users/7 HTTP/1.1\r\nHost: api.test\r\n\r\n");
        answers.push(client.answer());
    });
    assert_eq!(answers.pop().unwrap(), ANSWER.as_bytes());
}

#[test]
fn the_cassette_tells_who_spoke_when_and_how_it_ended() {
    let retape = with(capture());
    assert_eq!(import(&retape, &["-o", "app.yaml"]).code, Some(0));
    let yaml = text_of(&retape.path("app.yaml"));
    for part in ["10.0.0.1:40000", "10.0.0.2:8080", "http://api.test", "tcp://10.0.0.2:8080"] {
        assert!(yaml.contains(part), "{part} in {yaml}");
    }
    let shown = retape.run(["show", "app.yaml", "--format", "json"]).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["header"]["created_unix_nanos"], 1_767_225_600_000_000_000_u64);
    assert_eq!(shown["exchanges"][0]["first_at"], 6_000_000);
    assert_eq!(shown["connections"][0]["closes"][0]["by"], "client");
    assert_eq!(shown["connections"][1]["opened"], 3_000_000);
    let verified = retape.run(["verify", "app.yaml", "--roundtrip", "--strict"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

#[test]
fn the_list_tells_what_is_there_before_anything_is_written() {
    let retape = with(capture());
    let listed = import(&retape, &["--list", "--digest"]);
    let lines: Vec<_> = listed.stdout.lines().collect();
    assert_eq!(lines.len(), 7, "{listed:?}");
    assert!(lines[1].contains("http/1") && lines[1].ends_with("api.test"), "{listed:?}");
    assert!(lines[4].contains("raw"), "{listed:?}");
    let listed = import(&retape, &["--list", "--digest", "--format", "json", "--quiet"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed["streams"][1]["to_client"]["bytes"], 10);
    let digest = "355fa010ce231191fdbafe3f402f83b7c3cc57cd196559999a061f9ab4133e1b";
    assert_eq!(listed["streams"][1]["to_client"]["sha256"], digest);
    assert_eq!(listed["summary"]["packets"], 16);
}

#[test]
fn a_filter_chooses_whole_connections_and_a_wrong_one_is_shown_where_it_is_wrong() {
    let retape = with(capture());
    let ended =
        import(&retape, &["-o", "web.cassette", "--filter", "host *.test and protocol http"]);
    assert!(ended.stderr.contains("imported 1 exchange on 1 connection"), "{ended:?}");
    assert!(ended.stderr.contains("1 connection left out by --filter"), "{ended:?}");
    let wrong = import(&retape, &["-o", "b.cassette", "--filter", "port 80 nad stream 1"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("\n          ^^^"), "{wrong:?}");
    assert!(!retape.path("b.cassette").exists());
}

#[test]
fn missing_bytes_are_told_and_fail_a_strict_import() {
    let mut capture = Capture::new();
    let mut flow = capture.open(40000);
    capture.client(&mut flow, GET);
    capture.server_lost(&mut flow, 100);
    capture.server(&mut flow, REST);
    capture.close(flow);
    let retape = with(capture);
    let ended = import(&retape, &["-o", "app.cassette", "--strict", "--format", "json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("warning: 1 gap in which 100 bytes are missing"), "{ended:?}");
    let told: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(told["losses"][0]["kind"], "gaps");
    let shown = retape.run(["show", "app.cassette", "--format", "json"]).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["connections"][0]["gaps"][0]["length"], 100, "{shown}");
}

#[test]
fn a_file_that_is_cut_is_imported_up_to_the_cut() {
    let mut bytes = capture().into_bytes();
    bytes.truncate(bytes.len() - 3);
    let retape = Retape::new();
    std::fs::write(retape.path("capture.pcap"), bytes).unwrap();
    let ended = import(&retape, &["-o", "app.cassette"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("warning: the file is cut short"), "{ended:?}");
    assert!(ended.stderr.contains("imported 2 exchanges"), "{ended:?}");
}

#[test]
fn a_capture_comes_by_standard_input_too() {
    let retape = Retape::new();
    let mut command = retape.command(["import", "-", "-o", "app.cassette"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&capture().into_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(retape.run(["show", "app.cassette"]).stdout.contains("GET /users/7"));
}

#[test]
fn what_is_no_capture_is_refused_and_nothing_is_written() {
    let retape = Retape::new();
    retape.write("capture.pcap", "<html>");
    let ended = import(&retape, &["-o", "app.cassette"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("not a capture"), "{ended:?}");
    assert!(!retape.path("app.cassette").exists());
    retape.write("key.pem", "no key");
    let key = import(&retape, &["--list", "--private-key", "key.pem"]);
    assert_eq!(key.code, Some(3), "{key:?}");
    let missing = retape.run(["import", "none.pcap", "--list"]);
    assert_eq!(missing.code, Some(3), "{missing:?}");
}
