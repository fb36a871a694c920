//! Recording, as its user sees it.

use rustix::process::Signal;

use crate::support::{Client, Origin, Retape, json, record, record_all};

#[test]
fn the_client_gets_the_servers_bytes_and_so_does_the_file() {
    let retape = Retape::new();
    let odd = b"HTTP/1.1  200 Fine\r\nX-a: 1\r\nx-A:2\r\nContent-Length: 3\r\n\r\nabc";
    let origin = Origin::start(move |_, _| odd.to_vec());
    record(&retape, &origin, "a.cassette", |url| {
        assert_eq!(Client::connect(url).get("/"), odd);
    });
    let shown = retape.run(["show", "a.cassette", "1", "--format", "json"]).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let chunks = shown["chunks"].as_array().unwrap().iter();
    let said = chunks.filter(|chunk| chunk["by"] == "server");
    let said: String = said.map(|chunk| chunk["bytes"].as_str().unwrap()).collect();
    assert_eq!(said.as_bytes(), odd);
}

#[test]
fn one_line_on_standard_output_says_where_it_listens() {
    let retape = Retape::new();
    let origin = Origin::echo();
    let running = retape.serve(["record", "--to", &origin.url(), "-o", "a.cassette"]);
    assert!(running.url.starts_with("http://127.0.0.1:"), "{}", running.url);
    let ended = running.stop();
    assert_eq!(ended.stdout, "", "nothing follows the line");
    assert!(ended.stderr.contains("recorded 0 exchanges"), "{}", ended.stderr);
}

#[test]
fn answers_that_may_still_name_the_server_are_counted_in_a_warning() {
    let retape = Retape::new();
    let coded = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc";
    let origin = Origin::start(move |_, _| coded.to_vec());
    let to = origin.url();
    for (switch, warned) in [(Some("--rewrite-origin"), true), (None, false)] {
        let args = ["record", "--to", &to, "--overwrite", "-o", "a.cassette"];
        let recording = retape.serve(args.into_iter().chain(switch));
        assert_eq!(recording.client().get("/"), coded);
        let said = recording.stop().stderr;
        let warning = format!("1 answer may still name {to}: compressed");
        assert_eq!(said.contains(&warning), warned, "{said}");
    }
}

#[test]
fn ctrl_c_and_sigterm_close_the_file_properly() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let retape = Retape::new();
        let origin = Origin::echo();
        let mut running = retape.serve(["record", "--to", &origin.url(), "-o", "a.cassette"]);
        // It stays connected, and idle: that must not keep the recorder.
        let mut client = running.client();
        client.get("/");
        running.signal(signal);
        assert_eq!(running.wait().code, Some(0));
        let verified = retape.run(["verify", "--strict", "--roundtrip", "a.cassette"]);
        assert_eq!(verified.code, Some(0), "{verified:?}");
        assert_eq!(verified.stderr, "", "the index is there: nothing had to be recovered");
    }
}

#[test]
fn an_exchange_still_running_at_the_end_is_recorded_as_incomplete() {
    let retape = Retape::new();
    let origin = Origin::start(|_, _| b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".to_vec());
    let running = retape.serve(["record", "--to", &origin.url(), "-o", "a.cassette"]);
    let mut client = running.client();
    client.send("GET /", "", b"");
    let part = client.part(b"half");
    assert!(part.ends_with(b"half"));
    assert_eq!(running.stop().code, Some(0));
    let list = retape.run(["show", "a.cassette"]).stdout;
    assert!(list.contains("GET /") && list.contains("incomplete"), "{list}");
}

#[test]
fn an_existing_file_is_left_alone_unless_told() {
    let retape = Retape::new();
    retape.write("a.cassette", "precious");
    let origin = Origin::echo();
    let refused = retape.run(["record", "--to", &origin.url(), "-o", "a.cassette"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("exists already"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--overwrite"), "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(retape.path("a.cassette")).unwrap(), "precious");
    let args = ["record", "--to", &origin.url(), "-o", "a.cassette", "--overwrite"];
    assert_eq!(retape.serve(args).stop().code, Some(0));
    assert_eq!(retape.run(["verify", "a.cassette"]).code, Some(0));
    let left = std::fs::read_dir(retape.path(".")).unwrap().count();
    assert_eq!(left, 1, "no file is left beside it");
}

#[test]
fn appending_adds_exchanges_after_those_that_were_there() {
    let retape = Retape::new();
    let origin = Origin::echo();
    for path in ["/one", "/two", "/three"] {
        let args = ["record", "--to", &origin.url(), "--append", "-o", "a.cassette"];
        let running = retape.serve(args);
        running.client().get(path);
        assert_eq!(running.stop().code, Some(0));
    }
    let list = retape.run(["show", "a.cassette"]).stdout;
    let order = ["/one", "/two", "/three"].map(|path| list.find(path).unwrap());
    assert!(order.is_sorted(), "{list}");
    assert_eq!(retape.run(["verify", "--strict", "a.cassette"]).code, Some(0));
}

#[test]
fn a_recording_cannot_be_continued_with_another_server() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one"]);
    let before = std::fs::read(retape.path("a.cassette")).unwrap();
    let origin = Origin::echo();
    let refused = retape.run(["record", "--to", &origin.url(), "--append", "-o", "a.cassette"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("file of its own"), "{}", refused.stderr);
    assert_eq!(std::fs::read(retape.path("a.cassette")).unwrap(), before);
}

#[test]
fn two_recorders_do_not_write_into_one_file() {
    let retape = Retape::new();
    let origin = Origin::echo();
    let args = ["record", "--to", &origin.url(), "-o", "a.cassette"];
    let running = retape.serve(args);
    for how in ["--append", "--overwrite"] {
        let second = retape.run(args.iter().chain([&how]));
        assert_eq!(second.code, Some(2), "{second:?}");
        assert!(second.stderr.contains("is being recorded to"), "{}", second.stderr);
    }
    running.client().get("/");
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn a_text_cassette_can_be_recorded_directly() {
    let retape = Retape::new();
    let answers = record_all(&retape, "a.yaml", &["/one"]);
    let yaml = std::fs::read_to_string(retape.path("a.yaml")).unwrap();
    assert!(yaml.contains("/one"), "{yaml}");
    assert!(!answers[0].is_empty());
    assert_eq!(std::fs::read_dir(retape.path(".")).unwrap().count(), 1);
}

#[test]
fn a_recording_is_private_and_warns_of_credentials() {
    use std::os::unix::fs::PermissionsExt;
    let retape = Retape::new();
    let origin = Origin::start(|_, _| json("{}"));
    let running = retape.serve(["record", "--to", &origin.url(), "-o", "a.cassette"]);
    let mut client = running.client();
    client.ask("GET /", "Authorization: Bearer s3cret\r\n", b"");
    client.get("/open");
    let ended = running.stop();
    assert!(ended.stderr.contains("1 exchange of a.cassette carries credentials"), "{ended:?}");
    let mode = std::fs::metadata(retape.path("a.cassette")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn compressed_recordings_replay_to_the_same_bytes() {
    let retape = Retape::new();
    let body = "abc ".repeat(10_000);
    let answer = json(&format!("\"{body}\""));
    let served = answer.clone();
    let origin = Origin::start(move |_, _| served.clone());
    let args = ["record", "--to", &origin.url(), "-o", "a.cassette", "--compress"];
    let running = retape.serve(args);
    assert_eq!(running.client().get("/"), answer);
    assert_eq!(running.stop().code, Some(0));
    assert!(std::fs::metadata(retape.path("a.cassette")).unwrap().len() < 10_000);
    drop(origin);
    let replaying = retape.serve(["replay", "a.cassette"]);
    assert_eq!(replaying.client().get("/"), answer);
}
