//! A recorder killed at any instant, and a file cut or changed at any byte.

use std::fs;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cassettes::format::Reader;
use cassettes::model::Direction;
use rustix::process::Signal;

use crate::support::{Origin, Retape, record_all, wait_for};

/// How often the recorder is killed.
const KILLS: u64 = 50;

/// What a client had this long before the kill must be in the file: the recorder promises 100 ms; the
/// rest is for a busy machine.
const FLUSHED: Duration = Duration::from_millis(200);

/// How often it may take longer: a disk that is busy with others can hold one write up for as long as it likes.
const HELD_UP: usize = 3;

#[test]
fn a_recorder_killed_at_any_instant_keeps_every_flushed_exchange() {
    let retape = Retape::new();
    let origin = Origin::echo();
    let rounds = (0..KILLS).map(|round| kill_and_check(&retape, &origin, instant(round)));
    let (late, in_time): (Vec<_>, Vec<_>) = rounds.partition(|kept| kept.lost > 0);
    assert!(late.len() <= HELD_UP, "old exchanges are lost: {late:?}");
    let checked: usize = in_time.iter().map(|kept| kept.old).sum();
    assert!(checked > 100, "too few exchanges were old enough to be checked: {checked}");
}

/// What a killed recorder had written.
#[derive(Debug)]
struct Kept {
    /// How many exchanges were old enough to be in the file.
    old: usize,
    /// How many of these are not.
    lost: usize,
}

/// Spread over 400 ms without a pattern: Knuth's multiplicative hash.
fn instant(round: u64) -> Duration {
    Duration::from_micros((round + 1).wrapping_mul(2_654_435_761) % 400_000)
}

/// Kills a recorder after `lifetime` under load. What it kept is what was said, up to some exchange.
fn kill_and_check(retape: &Retape, origin: &Origin, lifetime: Duration) -> Kept {
    let args = ["record", "--to", &origin.url(), "-o", "a.cassette", "--overwrite"];
    let mut running = retape.serve(args);
    let mut client = running.client();
    let start = Instant::now();
    let mut completed = Vec::new();
    while start.elapsed() < lifetime {
        let answer = client.get(&format!("/{}", completed.len()));
        completed.push((Instant::now(), answer));
    }
    let killed = Instant::now();
    running.signal(Signal::KILL);
    assert_eq!(running.wait().code, None);
    let kept = answers_in(fs::read(retape.path("a.cassette")).unwrap());
    let old = |(at, _): &&(Instant, Vec<u8>)| killed.duration_since(*at) >= FLUSHED;
    for (n, ((_, answer), kept)) in completed.iter().zip(&kept).enumerate() {
        assert_eq!(kept, answer, "exchange {n} is another");
    }
    let old = completed.iter().take_while(old).count();
    Kept { old, lost: old.saturating_sub(kept.len()) }
}

/// What the server said, by complete exchange.
fn answers_in(file: Vec<u8>) -> Vec<Vec<u8>> {
    let reader = Reader::open(Bytes::from(file)).unwrap();
    let complete = (0..reader.len()).filter(|n| reader.entry(*n).complete());
    complete.map(|n| reader.exchange(n).unwrap().bytes(Direction::ToClient).to_vec()).collect()
}

#[test]
fn what_a_killed_recorder_left_can_be_continued() {
    let retape = Retape::new();
    let origin = Origin::echo();
    let args = ["record", "--to", &origin.url(), "-o", "a.cassette", "--append"];
    let path = retape.path("a.cassette");
    let mut running = retape.serve(args);
    running.client().get("/before");
    wait_for("the exchange in the file", || answers_in(fs::read(&path).unwrap()).len() == 1);
    running.signal(Signal::KILL);
    running.wait();
    // Killed in the middle of a write.
    let mut torn = fs::read(&path).unwrap();
    torn.extend_from_slice(&torn.clone()[40..90]);
    fs::write(&path, torn).unwrap();
    let running = retape.serve(args);
    wait_for("the warning", || running.said().contains("sound up to byte"));
    running.client().get("/after");
    assert_eq!(running.stop().code, Some(0));
    let verified = retape.run(["verify", "--strict", "--roundtrip", "a.cassette"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let list = retape.run(["show", "a.cassette"]).stdout;
    assert!(list.contains("/before") && list.contains("/after"), "{list}");
}

#[test]
fn what_a_killed_text_recording_left_is_not_overwritten() {
    let retape = Retape::new();
    let origin = Origin::echo();
    let args = ["record", "--to", &origin.url(), "-o", "a.yaml"];
    let staged = retape.path("a.yaml.unfinished.cassette");
    let mut running = retape.serve(args);
    running.client().get("/precious");
    wait_for("the exchange in the file", || answers_in(fs::read(&staged).unwrap()).len() == 1);
    running.signal(Signal::KILL);
    running.wait();
    let refused = retape.run(args);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("retape convert a.yaml.unfinished.cassette"), "{refused:?}");
    assert_eq!(retape.run(["convert", "a.yaml.unfinished.cassette", "kept.yaml"]).code, Some(0));
    assert!(fs::read_to_string(retape.path("kept.yaml")).unwrap().contains("/precious"));
}

#[test]
fn a_cassette_cut_at_any_byte_is_refused_or_read_up_to_there() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one"]);
    let whole = fs::read(retape.path("a.cassette")).unwrap();
    for len in 0..whole.len() {
        fs::write(retape.path("cut.cassette"), &whole[..len]).unwrap();
        let ended = retape.run(["verify", "--strict", "cut.cassette"]);
        assert!(matches!(ended.code, Some(1 | 3)), "cut at {len}: {ended:?}");
        assert!(ended.stderr.contains("byte"), "it says where: {ended:?}");
    }
}

#[test]
fn a_cassette_with_any_byte_changed_is_found_damaged() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one"]);
    let whole = fs::read(retape.path("a.cassette")).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        fs::write(retape.path("changed.cassette"), &changed).unwrap();
        let ended = retape.run(["verify", "--strict", "changed.cassette"]);
        assert!(matches!(ended.code, Some(1 | 3)), "byte {at}: {ended:?}");
    }
}
