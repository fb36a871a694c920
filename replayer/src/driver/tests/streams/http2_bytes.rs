//! The network's faults over HTTP/2: they touch one stream, and others get all of their answer.

use std::time::{Duration, Instant};

use super::http2_client::{Http2Client, about, recorded};
use super::replay;
use crate::testing::Tape;

fn tape() -> Tape {
    let one = recorded(1, "/one", ["hello", "you"]);
    Tape::new().stream(one).stream(recorded(3, "/two", ["how", "do"]))
}

/// What is said on a broken stream while another is asked for, which gets all of its answer; and how long it took.
#[track_caller]
fn broken(fault: &str, lines: usize) -> (Vec<String>, Duration) {
    let replay = replay(tape(), &[&format!("{fault} on GET /one")]);
    let mut client = Http2Client::of(&replay);
    let began = Instant::now();
    client.get(1, &["/one", "/two"]);
    let heard = client.heard(lines + 2);
    let took = began.elapsed();
    assert_eq!(about(3, &heard), ["3 HEADERS 200", "3 DATA howdo ."], "{fault}");
    drop(client);
    replay.end();
    (about(1, &heard).into_iter().map(str::to_owned).collect(), took)
}

#[track_caller]
fn told(fault: &str, expected: &[&str]) {
    assert_eq!(broken(fault, expected.len()).0, expected, "{fault}");
}

const HEAD: &str = "1 HEADERS 200";
const WHOLE: [&str; 2] = [HEAD, "1 DATA helloyou ."];

#[test]
fn bytes_of_a_body_are_others_in_whole_frames() {
    told("delete 2 at body 3", &[HEAD, "1 DATA helyou ."]);
    told("duplicate 2 at body 3", &[HEAD, "1 DATA helloloyou ."]);
    told("swap 2 at body 3", &[HEAD, "1 DATA helyolou ."]);
    told("insert text xyz at body 5", &[HEAD, "1 DATA helloxyzyou ."]);
}

#[test]
fn garbage_is_data_and_ends_or_precedes_the_stream() {
    let (first, _) = broken("garbage-first 3", 3);
    assert!(first[0].starts_with("1 DATA ") && first[0] != WHOLE[1], "{first:?}");
    assert_eq!(first[1..], WHOLE);
    let (last, _) = broken("garbage-then-close 3 at body 2", 2);
    assert_eq!(last[0], HEAD);
    assert!(last[1].starts_with("1 DATA he") && last[1].ends_with(" ."), "{last:?}");
    assert_ne!(last, broken("garbage-then-close 3 at body 2 seed=9", 2).0);
    let (flipped, _) = broken("flip at body 2", 2);
    assert!(flipped[1].starts_with("1 DATA he") && flipped[1].ends_with("loyou ."), "{flipped:?}");
    assert_ne!(flipped, WHOLE);
}

#[test]
fn what_a_stream_cannot_carry_is_not_done() {
    for fault in ["trailing 3", "wrong-protocol ssh", "race-close", "insert 3 at end"] {
        told(fault, &WHOLE);
    }
}

#[test]
fn a_body_comes_in_frames_of_data_and_its_time() {
    for (fault, data) in [
        ("stall for 40ms at body 2", &["he", "lloyou ."][..]),
        ("slice 3 every 20ms", &["hel", "lo", "you ."]),
        ("latency 40ms", &["helloyou ."]),
    ] {
        let (heard, took) = broken(fault, 1 + data.len());
        let data = data.iter().map(|data| format!("1 DATA {data}"));
        let expected: Vec<_> = std::iter::once(HEAD.to_owned()).chain(data).collect();
        assert_eq!(heard, expected, "{fault}");
        assert!(took >= Duration::from_millis(40), "{fault}: {took:?}");
    }
    let (bytes, _) = broken("byte-wise", 9);
    assert_eq!(bytes[1..4], ["1 DATA h", "1 DATA e", "1 DATA l"]);
    assert_eq!(bytes[8], "1 DATA u .");
    let (thin, took) = broken("bandwidth 400/s", 3);
    let said: String = thin[1..].iter().map(|line| line.trim_start_matches("1 DATA ")).collect();
    assert_eq!(said, "helloyou .");
    assert!(took >= Duration::from_millis(40), "{took:?}");
}

#[test]
fn an_idle_connection_ends_once_no_stream_is_open() {
    let replay = replay(tape(), &["idle-close 40ms on GET /one"]);
    let mut client = Http2Client::of(&replay);
    client.get(1, &["/one"]);
    let began = Instant::now();
    assert_eq!(client.heard_to_end(), WHOLE);
    assert!(began.elapsed() >= Duration::from_millis(30));
    let mut client = Http2Client::of(&replay);
    client.get(1, &["/two"]);
    assert_eq!(client.heard(2), ["1 HEADERS 200", "1 DATA howdo ."]);
    drop(client);
    replay.end();
}
