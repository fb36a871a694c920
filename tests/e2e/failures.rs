//! What goes wrong around retape has a clear outcome: a cause, a remedy, and a code.

use std::net::TcpListener;

use crate::support::{Client, Ended, Origin, Retape, record_all, wait_for};

/// The cause is told, and what to do.
fn assert_fails(ended: &Ended, code: i32, cause: &str, remedy: &str) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    for part in ["retape: error: ", cause, remedy] {
        assert!(ended.stderr.contains(part), "{part} in {}", ended.stderr);
    }
}

#[test]
fn a_port_in_use_is_a_usage_failure() {
    let retape = Retape::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let args = ["record", "--to", "http://127.0.0.1:1", "-o", "a.cassette", "--listen", &address];
    assert_fails(&retape.run(args), 2, "in use", "choose another");
    assert!(!retape.path("a.cassette").exists(), "nothing is created before it is known to start");
}

#[test]
fn a_directory_that_is_not_there_or_not_writable_is_an_output_failure() {
    let retape = Retape::new();
    let record = |to: &str| retape.run(["record", "--to", "http://127.0.0.1:1", "-o", to]);
    assert_fails(
        &record("no/such/dir.cassette"),
        5,
        "cannot write no/such/dir.cassette",
        "create its directory",
    );
    assert_fails(&record("."), 5, "cannot write .", "name of a file");
    // Not even root may write there.
    assert_fails(&record("/proc/a.cassette"), 5, "cannot write /proc/a.cassette", "");
}

#[test]
fn a_server_that_is_gone_exits_4_and_its_refusal_is_recorded() {
    let retape = Retape::new();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let to = format!("http://{gone}");
    let running = retape.serve(["record", "--to", &to, "-o", "a.cassette"]);
    let mut client = running.client();
    client.send("GET /", "", b"");
    assert_eq!(client.answer(), b"", "there is nobody to answer");
    let ended = running.stop();
    assert_fails(&ended, 4, "could not be reached", "check that the server runs");
    let shown = retape.run(["show", "a.cassette", "1", "--timeline"]);
    assert!(shown.stdout.contains("server connection refused"), "{shown:?}");
}

#[test]
fn a_full_disk_is_told_at_once_and_traffic_goes_on() {
    let retape = Retape::new();
    let origin = Origin::echo();
    let running = retape.serve(["record", "--to", &origin.url(), "-o", "/dev/full"]);
    wait_for("the warning", || running.said().contains("recording stopped, traffic goes on"));
    for _ in 0..3 {
        assert!(running.client().get("/still/served").starts_with(b"HTTP/1.1 200 OK"));
    }
    let ended = running.stop();
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.stderr.contains("No space left"), "{}", ended.stderr);
}

#[test]
fn a_file_size_limit_leaves_what_was_written_readable() {
    let retape = Retape::new();
    let big = "x".repeat(300_000);
    let origin = Origin::start(move |_, _| crate::support::json(&big));
    let script = format!(
        "ulimit -f 1000; exec {} record --to {} -o a.cassette",
        assert_cmd::cargo::cargo_bin!("retape").display(),
        origin.url()
    );
    let running = retape.serve_script(&script);
    let mut client = running.client();
    for _ in 0..4 {
        assert!(client.get("/").len() > 300_000);
    }
    let ended = running.stop();
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let verified = retape.run(["verify", "a.cassette"]);
    assert!(verified.stderr.contains("sound up to byte"), "{verified:?}");
    let list = retape.run(["show", "a.cassette"]);
    assert_eq!(list.code, Some(0), "{list:?}");
}

#[test]
fn what_is_no_cassette_is_refused_with_its_reason() {
    let retape = Retape::new();
    retape.write("noise.cassette", "this is not a cassette at all");
    assert_fails(
        &retape.run(["show", "noise.cassette"]),
        3,
        "byte 0: this is not a .cassette file",
        "name the right file",
    );
    assert_fails(
        &retape.run(["replay", "none.cassette"]),
        3,
        "cannot open none.cassette",
        "check the path",
    );
    retape.write("bad.yaml", "retape: 1\nexchanges:\n  - requst: GET /\n");
    let bad = retape.run(["replay", "bad.yaml"]);
    assert_eq!(bad.code, Some(3), "{bad:?}");
    assert!(bad.stderr.contains("line 3"), "it says where: {}", bad.stderr);
    retape.write("retape.toml", "[verify]\nnonsense = 1\n");
    record_all(&retape, "a.cassette", &["/one"]);
    assert_fails(&retape.run(["replay", "a.cassette"]), 3, "retape.toml", "docs/retape-toml.md");
}

#[test]
fn what_cannot_be_meant_is_a_usage_failure() {
    let retape = Retape::new();
    let cases: [&[&str]; 6] = [
        &["record", "--to", "ftp://example.com", "-o", "a.cassette"],
        &["record", "--to", "localhost:80", "-o", "a.cassette"],
        &["record", "--to", "http://a", "-o", "a.cassette", "--append", "--overwrite"],
        &["replay"],
        &["replay", "a.cassette", "--pace", "fast"],
        &["replay", "a.cassette", "--report", "html"],
    ];
    for args in cases {
        let ended = retape.run(args);
        assert_eq!(ended.code, Some(2), "{args:?}: {ended:?}");
        assert!(!ended.stderr.is_empty());
    }
    record_all(&retape, "a.cassette", &["/one"]);
    assert_fails(
        &retape.run(["show", "a.cassette", "2"]),
        2,
        "there is no exchange 2",
        "retape show a.cassette",
    );
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one"]);
    let retape_at = assert_cmd::cargo::cargo_bin!("retape");
    let script = format!("{} show a.cassette | true; exit ${{PIPESTATUS:-0}}", retape_at.display());
    let ended = retape.run_script(&script);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let full = format!("{} show a.cassette > /dev/full", retape_at.display());
    let ended = retape.run_script(&full);
    assert_eq!(ended.code, Some(5), "{ended:?}");
}

#[test]
fn a_cassette_cut_while_it_is_replayed_ends_with_a_message() {
    let retape = Retape::new();
    let big = "x".repeat(1 << 20);
    let origin = Origin::start(move |_, _| crate::support::json(&big));
    crate::support::record(&retape, &origin, "a.cassette", |url| {
        Client::connect(url).get("/");
    });
    let mut running = retape.serve(["replay", "a.cassette"]);
    let file = std::fs::File::options().write(true).open(retape.path("a.cassette")).unwrap();
    file.set_len(0).unwrap();
    let mut client = running.client();
    client.send("GET /", "", b"");
    let ended = running.wait();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("cut short while it was in use"), "{}", ended.stderr);
}
