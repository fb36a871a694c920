//! A recorder killed at any instant, and a file cut or changed at any byte.

use std::fs;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cassettes::format::Reader;
use cassettes::model::Direction;
use rustix::process::Signal;

use crate::support::{Origin, Retape, record_all};

/// How often the recorder is killed.
const KILLS: u64 = 50;

/// What a client had this long before the kill must be in the file: the recorder promises 100 ms; the
/// rest is for a busy machine.
const FLUSHED: Duration = Duration::from_millis(200);

#[test]
fn a_recorder_killed_at_any_instant_keeps_every_flushed_exchange() {
    let retape = Retape::new();
    let origin = Origin::echo();
    let mut checked = 0;
    for round in 0..KILLS {
        checked += kill_and_check(&retape, &origin, instant(round));
    }
    assert!(checked > 100, "too few exchanges were old enough to be checked: {checked}");
}

/// Spread over 400 ms without a pattern: Knuth's multiplicative hash.
fn instant(round: u64) -> Duration {
    Duration::from_micros((round + 1).wrapping_mul(2_654_435_761) % 400_000)
}

/// Kills a recorder after `lifetime` under load. Returns how many exchanges had to be in the file, and were.
fn kill_and_check(retape: &Retape, origin: &Origin, lifetime: Duration) -> usize {
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
    let must: Vec<_> = completed.iter().take_while(old).collect();
    for (n, (_, answer)) in must.iter().enumerate() {
        assert_eq!(kept.get(n), Some(answer), "exchange {n} of {} is lost", must.len());
    }
    must.len()
}

/// What the server said, by complete exchange.
fn answers_in(file: Vec<u8>) -> Vec<Vec<u8>> {
    let reader = Reader::open(Bytes::from(file)).unwrap();
    let complete = (0..reader.len()).filter(|n| reader.entry(*n).complete());
    complete.map(|n| reader.exchange(n).unwrap().bytes(Direction::ToClient).to_vec()).collect()
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
