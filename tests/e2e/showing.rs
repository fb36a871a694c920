//! show, of what only TLS and HTTP/2 have.

use crate::support::{Client, Origin, Retape, record};

const HTTP2: &str = include_str!("../../cassettes/library/http2.yaml");
const TLS: &str = include_str!("../../cassettes/library/tls.yaml");

#[test]
fn streams_are_listed_with_what_ended_them() {
    let retape = Retape::new();
    retape.write("h2.yaml", HTTP2);
    let list = retape.run(["show", "h2.yaml"]).stdout;
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines[0], "2 exchanges on 1 connection");
    assert!(lines[2].contains("http/2 control"), "{list}");
    assert!(lines[3].contains("http/2 stream 1  GET /users/1"), "{list}");
    let ends = "server GOAWAY ENHANCE_YOUR_CALM, client RST_STREAM CANCEL, incomplete";
    assert!(lines[4].contains("http/2 stream 3  POST /") && lines[4].ends_with(ends), "{list}");
}

#[test]
fn a_stream_is_shown_as_messages_and_in_time_as_frames() {
    let retape = Retape::new();
    retape.write("h2.yaml", HTTP2);
    let shown = retape.run(["show", "h2.yaml", "2"]).stdout;
    for line in ["> GET /users/1 HTTP/2", "< HTTP/2 200", "< {\"id\":1,\"name\":\"Ada\"}"] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in {shown}");
    }
    assert!(shown.contains("(TLS to the client: 1.3, for api.example.com, h2 chosen"), "{shown}");
    let timeline = retape.run(["show", "h2.yaml", "2", "--timeline"]).stdout;
    assert!(timeline.contains("[1] DATA: 1 B, 5 of padding"), "{timeline}");
    let control = retape.run(["show", "h2.yaml", "1"]).stdout;
    assert!(control.contains("> SETTINGS: ENABLE_PUSH 0, INITIAL_WINDOW_SIZE 1048576"));
}

#[test]
fn programs_are_told_of_tls_and_frames() {
    let retape = Retape::new();
    retape.write("h2.yaml", HTTP2);
    retape.write("tls.yaml", TLS);
    let json = |args: &[&str]| -> serde_json::Value {
        let ended = retape.run(args);
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let stream = json(&["show", "h2.yaml", "3", "--format", "json"]);
    assert_eq!(stream["stream"], 3);
    assert_eq!(stream["frames"][2]["kind"], "RST_STREAM");
    assert_eq!(stream["frames"][2]["code"], "CANCEL");
    let list = json(&["show", "tls.yaml", "--format", "json"]);
    assert_eq!(list["connections"][0]["way"], "connect");
    assert_eq!(list["connections"][0]["tls"]["cipher"], "TLS_AES_128_GCM_SHA256");
    assert_eq!(list["connections"][1]["closes"][0]["alert"]["name"], "unknown_ca");
}

#[test]
fn connections_that_came_to_nothing_are_listed() {
    let retape = Retape::new();
    let open = "  mute: {opened: 3ms, upstream: \"https://mute.example.com\"}\n\nexchanges:";
    retape.write("tls.yaml", &TLS.replacen("\nexchanges:", open, 1));
    let list = retape.run(["show", "tls.yaml"]).stdout;
    let told: Vec<&str> = list.lines().filter(|line| line.contains("came to nothing")).collect();
    assert_eq!(
        told,
        [
            "connection 1 to api.example.com came to nothing: TLS alert unknown_ca, by the client",
            "connection 2 to https://old.example.com came to nothing: certificate refused, by the server",
            "connection 5 to https://mute.example.com came to nothing: it was still open when the recording stopped",
        ]
    );
}

#[test]
fn programs_get_every_character_that_was_recorded() {
    let retape = Retape::new();
    let body: String = ('\0'..'\u{300}').chain(['\u{2028}', '\u{feff}', '\u{1f600}']).collect();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let sent = answer.clone();
    let origin = Origin::start(move |_, _| sent.clone().into_bytes());
    record(&retape, &origin, "odd.cassette", |url| drop(Client::connect(url).get("/")));
    let shown = retape.run(["show", "odd.cassette", "1", "--format", "json"]).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let chunks = shown["chunks"].as_array().unwrap().iter();
    let server = chunks.filter(|chunk| chunk["by"] == "server");
    let got: String = server.map(|chunk| chunk["bytes"].as_str().unwrap()).collect();
    assert_eq!(got, answer);
}
