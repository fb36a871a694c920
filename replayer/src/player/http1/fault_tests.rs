//! Faults, and what is staged: who is asked again, and what is played then.

use std::time::Duration;

use cassettes::model::{Staging, Step, Until};

use super::tests::Play;
use crate::report::Kind;
use crate::testing::{Tape, get, ok};

const MS: Duration = Duration::from_millis(1);

/// The first bytes of the answer to this path.
fn first(path: &str, len: usize) -> String {
    ok(path)[..len].to_owned()
}

#[test]
fn a_fault_that_is_once_leaves_the_exchange_to_be_asked_again() {
    let stage = Tape::new().get("/a").get("/b").stage_of(&["close at byte 20 on 1 once"]);
    let broken = first("/a", 20);
    Play::at(stage.clone())
        .client(&get("/a"))
        .expect(format!("<close at byte 20 on 1 once>{broken}."));
    Play::at(stage.clone()).client(&get("/a")).expect(ok("/a")).client(&get("/b")).expect(ok("/b"));
    Play::at(stage.clone())
        .client(&get("/a"))
        .expect_miss("all recorded answers to it were played");
    let verdict = stage.verdict();
    let kinds: Vec<_> = verdict.outcomes.iter().map(|outcome| outcome.kind).collect();
    assert_eq!(kinds, [Kind::Same, Kind::Same, Kind::Extra]);
    assert_eq!(verdict.outcomes[0].played, 2);
    let hit = verdict.outcomes[0].hits[0].to_string();
    assert_eq!(hit, "close at byte 20 on 1 once, attempt 1");
    assert_eq!(stage.unused_faults(), []);
}

#[test]
fn a_sticky_fault_breaks_every_retry() {
    let stage = Tape::new().get("/a").stage_of(&["reset at byte 20"]);
    let broken = first("/a", 20);
    for _ in 0..3 {
        Play::at(stage.clone()).client(&get("/a")).expect(format!("<reset at byte 20>{broken}!"));
    }
    let hits = &stage.verdict().outcomes[0].hits;
    assert_eq!(hits[0].to_string(), "reset at byte 20, 3 times from attempt 1 on");
}

#[test]
fn mere_timing_leaves_an_exchange_to_be_asked_once() {
    let stage = Tape::new().get("/a").stage_of(&["latency 250ms"]);
    let play = Play::at(stage.clone()).client(&get("/a")).expect("<latency 250ms>");
    let play = play.passes(249 * MS).expect("").passes(MS).expect(ok("/a"));
    play.client(&get("/a")).expect_miss("all recorded answers to it were played");
}

#[test]
fn a_fault_that_hit_nothing_is_named_with_the_reason() {
    let stage = Tape::new().get("/a").stage_of(&["close at event 9 on 1", "reset at byte 1 on 7"]);
    Play::at(stage.clone()).client(&get("/a")).expect(ok("/a"));
    let unused = stage.unused_faults();
    assert_eq!(unused.len(), 2);
    assert_eq!(unused[0].misfit.as_ref().map(|(exchange, _)| *exchange), Some(1));
    assert_eq!(unused[1].misfit, None);
}

#[test]
fn an_idle_connection_ends_after_its_time_unless_the_next_request_comes_before() {
    let stage = || Tape::new().get("/a").get("/b").stage_of(&["idle-close 50ms on 1"]);
    let told = format!("<idle-close 50ms on 1>{}", ok("/a"));
    let play = Play::at(stage()).client(&get("/a")).expect(&told);
    play.passes(49 * MS).expect("").passes(MS).expect(".");
    let play = Play::at(stage()).client(&get("/a")).expect(&told).passes(49 * MS);
    play.client(&get("/b")).expect(ok("/b")).passes(100 * MS).expect("");
}

#[test]
fn a_connection_ends_in_a_race_with_the_next_request() {
    let stage = Tape::new().get("/a").get("/b").stage_of(&["race-close on 1"]);
    let told = format!("<race-close on 1>{}", ok("/a"));
    let play = Play::at(stage.clone()).client(&get("/a")).expect(&told);
    play.passes(Duration::from_secs(9)).expect("").client(&get("/b")).expect(".");
    Play::at(stage.clone()).client(&get("/b")).expect(ok("/b"));
    assert!(stage.verdict().is_same());
}

#[test]
fn a_request_that_is_sent_ahead_loses_the_race_at_once() {
    let stage = Tape::new().get("/a").get("/b").stage_of(&["race-close on 1"]);
    let both = get("/a") + &get("/b");
    Play::at(stage).client(&both).expect(format!("<race-close on 1>{}.", ok("/a")));
}

#[test]
fn a_client_is_not_given_up_for_time_that_the_script_let_pass() {
    let upgrade = "GET /w HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";
    let granted = "HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";
    let tape = Tape::new().chunks(&[upgrade, granted, "one", "two"]);
    let (head, tail) = (granted.len() as u64, 3);
    let script = vec![
        Step::Receive(Until::RequestEnd),
        Step::Delay(Duration::from_secs(60)),
        Step::Send(head),
        Step::Receive(Until::Tail(3)),
        Step::Send(tail),
    ];
    let staging = Staging { script: Some(script), ..Staging::default() };
    let stage = tape.staged(staging).stage();
    let play =
        Play::at(stage.clone()).client(upgrade).passes(Duration::from_secs(60)).expect(granted);
    play.passes(Duration::from_secs(29)).client("one").expect("two");
}

#[test]
fn what_is_staged_is_played_and_served_again_if_it_repeats() {
    let answer = ok("/a");
    let len = answer.len() as u64;
    let script = vec![
        Step::Receive(Until::RequestEnd),
        Step::Send(10),
        Step::Flush,
        Step::Delay(5 * MS),
        Step::Send(len - 10),
        Step::Cut,
    ];
    let faults = vec!["cut somewhere".to_owned()];
    let staging = Staging { script: Some(script), repeats: true, faults, ..Staging::default() };
    let stage = Tape::new().get("/a").staged(staging).stage();
    for _ in 0..2 {
        let play = Play::at(stage.clone()).client(&get("/a"));
        let play = play.expect(format!("<cut somewhere>{}/", &answer[..10]));
        play.passes(4 * MS).expect("").passes(MS).expect(format!("{}.", &answer[10..]));
    }
    assert_eq!(stage.verdict().outcomes[0].played, 2);
}

#[test]
fn a_spare_exchange_is_there_for_a_retry_and_not_missed_without() {
    let spare = Staging { spare: true, ..Staging::default() };
    let tape = || Tape::new().get("/a").get("/a").staged(spare.clone());
    let stage = tape().stage();
    Play::at(stage.clone()).client(&get("/a")).expect(ok("/a"));
    assert!(stage.verdict().is_same());
    Play::at(stage.clone()).client(&get("/a")).expect(ok("/a"));
    assert_eq!(stage.verdict().outcomes.len(), 2);
}
