//! What can be broken, as the command tells it.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::{Ended, Retape, replay_of, text_of};

#[test]
fn the_page_of_kinds_says_what_the_kinds_say() {
    let told = Retape::new().run(["faults", "--format", "markdown"]).stdout;
    let kept = include_str!("../../docs/faults.md");
    assert!(told == kept, "write it anew: retape faults --format markdown > docs/faults.md");
}

#[test]
fn a_cassette_tells_the_points_that_it_offers() {
    let retape = Retape::new();
    retape.write("one.yaml", include_str!("../../cassettes/library/minimal.yaml"));
    let told = retape.run(["faults", "one.yaml"]).stdout;
    assert!(told.contains("at after-headers"), "{told}");
}

#[test]
fn a_fault_that_hits_nothing_is_refused_with_the_reason() {
    let retape = Retape::new();
    retape.write("one.yaml", include_str!("../../cassettes/library/minimal.yaml"));
    let ran = retape.run(["mutate", "one.yaml", "--fault", "close at event 9", "-o", "out.yaml"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("close at event 9"), "{}", ran.stderr);
    let ran = retape.run(["mutate", "one.yaml", "--fault", "close at head on 1", "-o", "out.yaml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

const TWO: &str = "\
retape: 1
exchanges:
  - request: GET /users/1
    response:
      head: |
        HTTP/1.1 200 OK
        Content-Length: 10
      body: 0123456789
  - request: GET /users/2
    response:
      head: |
        HTTP/1.1 200 OK
        Content-Length: 3
      body: two
";

/// What a client gets until the connection ends, and how it ends.
fn ask(url: &str, path: &str) -> (String, Option<ErrorKind>) {
    let authority = url.strip_prefix("http://").unwrap();
    let mut stream = match TcpStream::connect(authority) {
        Ok(stream) => stream,
        Err(error) => return (String::new(), Some(error.kind())),
    };
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut got = Vec::new();
    let ended = stream.read_to_end(&mut got);
    (String::from_utf8(got).unwrap(), ended.err().map(|error| error.kind()))
}

/// Replays the two answers with these faults to a client.
fn broken(faults: &[&str], client: impl FnOnce(&str)) -> Ended {
    let retape = Retape::new();
    retape.write("two.yaml", TWO);
    let flags = faults.iter().flat_map(|fault| ["--fault", fault]);
    let args: Vec<&str> = ["two.yaml"].into_iter().chain(flags).collect();
    replay_of(&retape, &args, client)
}

#[test]
fn a_reset_comes_after_exactly_the_bytes_before_it_and_the_retry_is_whole() {
    let ended = broken(&["reset at body 4 on GET /users/1 once"], |url| {
        let (got, how) = ask(url, "/users/1");
        assert!(got.ends_with("\r\n\r\n0123"), "{got}");
        assert_eq!(how, Some(ErrorKind::ConnectionReset));
        assert!(ask(url, "/users/1").0.ends_with("0123456789"));
        assert_eq!(
            ask(url, "/users/2"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo".into(), None)
        );
    });
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("reset at body 4 on GET /users/1 once"), "{ended:?}");
}

#[test]
fn a_sticky_fault_breaks_every_retry() {
    broken(&["close at body 1 on 1"], |url| {
        for _ in 0..3 {
            let (got, how) = ask(url, "/users/1");
            assert!(got.ends_with("\r\n\r\n0"), "{got}");
            assert_eq!(how, None);
        }
    });
}

#[test]
fn a_fault_that_no_client_met_fails_the_replay() {
    let ended = broken(&["close at body 1 on 2"], |url| drop(ask(url, "/users/1")));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("close at body 1 on 2"), "{ended:?}");
}

#[test]
fn who_is_refused_finds_nobody_listening() {
    broken(&["refuse"], |url| {
        assert_eq!(ask(url, "/users/1"), (String::new(), Some(ErrorKind::ConnectionRefused)));
    });
}

#[test]
fn a_mutated_cassette_plays_what_the_fault_plays() {
    let retape = Retape::new();
    retape.write("two.yaml", TWO);
    for fault in ["reset drop at body 4 on 1 once", "status 503 retry-after 2 on 1", "close at 50%"]
    {
        let play = |args: &[&str]| {
            let mut got = Vec::new();
            replay_of(&retape, args, |url| {
                got.extend(["/users/1", "/users/1", "/users/2"].map(|path| ask(url, path)));
            });
            got
        };
        let direct = play(&["two.yaml", "--fault", fault]);
        for out in ["out.yaml", "out.cassette"] {
            let ran =
                retape.run(["mutate", "two.yaml", "--fault", fault, "-o", out, "--overwrite"]);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            assert_eq!(play(&[out]), direct, "{fault}");
        }
    }
}

#[test]
fn a_transcript_tells_what_hit_the_client() {
    let retape = Retape::new();
    retape.write("two.yaml", TWO);
    let args = ["two.yaml", "--fault", "close at body 4 on 1", "--transcript", "did.yaml"];
    replay_of(&retape, &args, |url| drop(ask(url, "/users/1")));
    let told = text_of(&retape.path("did.yaml"));
    assert!(told.contains("close at body 4 on 1"), "{told}");
}

#[test]
fn a_mutated_cassette_is_sound_plays_back_and_is_converted_without_loss() {
    let retape = Retape::new();
    retape.write("two.yaml", TWO);
    for fault in ["close at body 4 on 1 once", "reset at 50%", "stall for 2s at body 1", "expired"]
    {
        let done = |args: &[&str]| {
            let ran = retape.run(args.iter().copied());
            assert_eq!(ran.code, Some(0), "{fault}: {} {}", ran.stdout, ran.stderr);
            ran.stdout
        };
        done(&["mutate", "two.yaml", "--fault", fault, "-o", "out.cassette", "--overwrite"]);
        done(&["verify", "--roundtrip", "out.cassette"]);
        done(&["convert", "out.cassette", "out.yaml", "--overwrite"]);
        done(&["convert", "out.yaml", "back.cassette", "--overwrite"]);
        let bytes = |name| std::fs::read(retape.path(name)).unwrap();
        assert_eq!(bytes("out.cassette"), bytes("back.cassette"), "{fault}");
        let fault_is_told =
            done(&["show", "out.cassette", "1"]).contains(&format!("fault: {fault}"));
        assert!(fault_is_told, "{fault}");
    }
}

const UPLOAD: &str = "\
retape: 1
exchanges:
  - request:
      head: |
        PUT /file HTTP/1.1
        Content-Length: 10
      body: 0123456789
    response:
      head: |
        HTTP/1.1 201 Created
        Content-Length: 6
      body: stored
";

/// What a client gets that has sent so much of its upload, and how that ends.
fn upload(url: &str, sent: usize) -> (String, Option<ErrorKind>) {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let body = &"0123456789"[..sent];
    write!(stream, "PUT /file HTTP/1.1\r\nContent-Length: 10\r\n\r\n{body}").unwrap();
    let mut got = vec![0; 100];
    let end = stream.read(&mut got).map(|len| got.truncate(len));
    (String::from_utf8(got).unwrap().replace('\0', ""), end.err().map(|error| error.kind()))
}

#[test]
fn an_upload_is_broken_off_in_its_middle_by_a_fault_and_by_a_mutated_cassette() {
    let retape = Retape::new();
    retape.write("up.yaml", UPLOAD);
    let offered = retape.run(["faults", "up.yaml"]).stdout;
    assert!(offered.contains("at body 50% of request"), "{offered}");
    let fault = "reset at body 50% of request once";
    let ran = retape.run(["mutate", "up.yaml", "--fault", fault, "-o", "broken.yaml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for args in [&["up.yaml", "--fault", fault][..], &["broken.yaml"]] {
        let ended = replay_of(&retape, args, |url| {
            assert_eq!(upload(url, 5), (String::new(), Some(ErrorKind::ConnectionReset)));
            assert!(upload(url, 10).0.ends_with("stored"));
        });
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.contains(fault), "{ended:?}");
    }
}
