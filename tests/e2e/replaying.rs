//! Replaying, as its user sees it.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::support::{Client, Origin, Retape, json, record, record_all, replay_of};

#[test]
fn a_replay_gives_back_the_recorded_bytes_and_finds_the_same_client_the_same() {
    let retape = Retape::new();
    let recorded = record_all(&retape, "a.cassette", &["/one", "/two"]);
    let ended = replay_of(&retape, &["a.cassette"], |url| {
        assert_eq!(Client::connect(url).get("/one"), recorded[0]);
        assert_eq!(Client::connect(url).get("/two"), recorded[1]);
    });
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("2 exchanges: 2 same"), "{}", ended.stdout);
}

#[test]
fn one_connection_may_be_used_for_what_was_recorded_on_several() {
    let retape = Retape::new();
    let recorded = record_all(&retape, "a.cassette", &["/one", "/two"]);
    let ended = replay_of(&retape, &["a.cassette"], |url| {
        let mut client = Client::connect(url);
        assert_eq!(client.get("/one"), recorded[0]);
        assert_eq!(client.get("/two"), recorded[1]);
    });
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn links_lead_back_to_whoever_answers_the_recorder_or_the_replayer() {
    let retape = Retape::new();
    let origin_url = Arc::new(OnceLock::<String>::new());
    let known = Arc::clone(&origin_url);
    let origin =
        Origin::start(move |_, _| json(&format!("{{\"next\": \"{}/2\"}}", known.get().unwrap())));
    origin_url.set(origin.url()).unwrap();
    let to = origin.url();
    let args = ["record", "--rewrite-origin", "--to", &to, "-o", "a.cassette"];
    let recording = retape.serve(args);
    let by_name = |url: &str, got: Vec<u8>| {
        let text = String::from_utf8(got).unwrap();
        assert!(text.ends_with(&format!("{{\"next\": \"{url}/2\"}}")), "{text}");
        text.replace(url, "URL")
    };
    let recorded = by_name(&recording.url, recording.client().get("/1"));
    let ended = recording.stop();
    assert!(!ended.stderr.contains("may still name"), "{}", ended.stderr);
    let shown = retape.run(["show", "a.cassette", "1"]).stdout;
    assert!(shown.contains(&format!("{to}/2")), "as the server said it: {shown}");
    let verified = retape.run(["verify", "--roundtrip", "a.cassette"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    drop(origin);
    let ended = replay_of(&retape, &["a.cassette"], |url| {
        assert_eq!(by_name(url, Client::connect(url).get("/1")), recorded);
    });
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_transcript_compares_as_the_replay_did() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one", "/two"]);
    let args = ["a.cassette", "--transcript", "same.cassette"];
    let same = replay_of(&retape, &args, |url| {
        Client::connect(url).get("/one");
        Client::connect(url).get("/two");
    });
    assert_eq!(same.code, Some(0), "{same:?}");
    let diff = retape.run(["diff", "a.cassette", "same.cassette"]);
    assert_eq!(diff.code, Some(0), "{diff:?}");
    let args = ["a.cassette", "--transcript", "other.cassette"];
    let other = replay_of(&retape, &args, |url| {
        Client::connect(url).get("/one");
    });
    assert_eq!(other.code, Some(1));
    let diff = retape.run(["diff", "--side", "client", "a.cassette", "other.cassette"]);
    assert_eq!(diff.code, Some(1));
    assert!(diff.stdout.contains("missing #2 GET /two"), "{}", diff.stdout);
}

#[test]
fn a_cassette_written_by_hand_is_played() {
    let retape = Retape::new();
    let yaml = "\
retape: 1
exchanges:
  - request: |
      GET /hello
      Host: localhost
    response: |
      HTTP/1.1 200 OK
      Content-Type: text/plain
      Content-Length: 6

      hello
";
    retape.write("hand.yaml", yaml);
    let ended = replay_of(&retape, &["hand.yaml"], |url| {
        let answer = String::from_utf8(Client::connect(url).get("/hello")).unwrap();
        assert!(answer.ends_with("\r\n\r\nhello\n"), "{answer:?}");
    });
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn several_cassettes_play_as_one() {
    let retape = Retape::new();
    let one = record_all(&retape, "one.cassette", &["/one"]);
    let two = record_all(&retape, "two.yaml", &["/two"]);
    let ended = replay_of(&retape, &["one.cassette", "two.yaml"], |url| {
        assert_eq!(Client::connect(url).get("/two"), two[0]);
        assert_eq!(Client::connect(url).get("/one"), one[0]);
    });
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn the_last_answer_repeats_only_if_asked_to() {
    let retape = Retape::new();
    let recorded = record_all(&retape, "a.cassette", &["/poll"]);
    let once = replay_of(&retape, &["a.cassette"], |url| {
        assert_eq!(Client::connect(url).get("/poll"), recorded[0]);
        assert!(Client::connect(url).get("/poll").starts_with(b"HTTP/1.1 470 "));
    });
    assert_eq!(once.code, Some(1));
    let repeated = replay_of(&retape, &["a.cassette", "--repeat", "last"], |url| {
        for _ in 0..3 {
            assert_eq!(Client::connect(url).get("/poll"), recorded[0]);
        }
    });
    assert_eq!(repeated.code, Some(0), "{repeated:?}");
}

#[test]
fn recorded_pace_keeps_the_servers_waits_and_a_factor_scales_them() {
    let retape = Retape::new();
    let origin = Origin::start(|_, _| {
        std::thread::sleep(Duration::from_secs(1));
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_vec()
    });
    record(&retape, &origin, "slow.cassette", |url| {
        Client::connect(url).get("/");
    });
    let time = |pace: &str| {
        let mut took = Duration::ZERO;
        let ended = replay_of(&retape, &["slow.cassette", "--pace", pace], |url| {
            let mut client = Client::connect(url);
            let start = Instant::now();
            client.get("/");
            took = start.elapsed();
        });
        assert_eq!(ended.code, Some(0), "{ended:?}");
        took
    };
    assert!(time("recorded") >= Duration::from_millis(995));
    assert!(time("x4") >= Duration::from_millis(245));
    assert!(time("instant") < Duration::from_millis(990));
}

#[test]
fn a_cut_answer_is_cut_again_at_the_same_byte() {
    let retape = Retape::new();
    let yaml = "\
retape: 1
exchanges:
  - request: |
      GET /cut
      Host: localhost
    response:
      head: |
        HTTP/1.1 200 OK
        Content-Length: 100
      body: only this
      incomplete: true
    end: server closes
";
    retape.write("cut.yaml", yaml);
    let ended = replay_of(&retape, &["cut.yaml"], |url| {
        let mut client = Client::connect(url);
        client.send("GET /cut", "", b"");
        assert!(client.rest().ends_with(b"\r\n\r\nonly this"));
    });
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn rules_decide_what_counts_as_a_difference() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one"]);
    let ask = |args: &[&str]| {
        replay_of(&retape, args, |url| {
            Client::connect(url).ask("GET /one", "X-New: 1\r\n", b"");
        })
    };
    assert_eq!(ask(&["a.cassette"]).code, Some(1));
    retape.write("retape.toml", "[verify.headers]\nx-new = \"ignore\"\n");
    let here = ask(&["a.cassette"]);
    assert_eq!(here.code, Some(0), "{here:?}");
    retape.write("strict.toml", "");
    assert_eq!(ask(&["a.cassette", "--rules", "strict.toml"]).code, Some(1));
}
