//! Scripts of one stream beside others, at instant pace.

use cassettes::model::{Staging, Step, Until};

use super::*;
use crate::testing::faults_of;

/// The exchange of a `GET`, played so; the sends are those of its head, and of its body.
fn staged(steps: impl FnOnce(Step<u64>, Step<u64>) -> Vec<Step<u64>>) -> Tape {
    let frames = get(1, "/a");
    let said: Vec<_> = frames[1..].iter().map(|(_, frame)| frame.encode().len() as u64).collect();
    let steps = steps(Step::Send(said[0]), Step::Send(said[1]));
    let script = Some([vec![Step::Receive(Until::RequestEnd)], steps].concat());
    let tape = Tape::new().stream(frames).staged(Staging { script, ..Staging::default() });
    tape.stream(get(3, "/b"))
}

fn answer(id: u32, path: &str) -> [String; 2] {
    [format!("{id} HEADERS 200"), format!("{id} DATA {path} .")]
}

#[test]
fn a_pause_on_one_stream_holds_up_no_other() {
    let tape = staged(|head, body| vec![head, Step::Delay(SECOND), body]);
    let client = Client::of(tape).gets(1, "/a").gets(3, "/b");
    let [head, body] = answer(1, "/a");
    let [other_head, other_body] = answer(3, "/b");
    let client = client.expect(&[&head, &other_head, &other_body]);
    let client = client.passes(SECOND / 2).expect(&[]).passes(SECOND / 2).expect(&[&body]);
    client.verdict(&[Outcome::Same, Outcome::Same]);
}

#[test]
fn a_flush_ends_a_write_amid_a_stream() {
    let tape = staged(|head, body| vec![head, Step::Flush, body, Step::Flush]);
    let [head, body] = answer(1, "/a");
    let client = Client::of(tape).gets(1, "/a").expect(&[&head, "Flush", &body, "Flush"]);
    client.verdict(&[Outcome::Same, Outcome::Missing]);
}

#[test]
fn bytes_beneath_end_no_connection() {
    let beneath = Step::Beneath(Bytes::from_static(b"x"));
    let tape = staged(|head, body| vec![head, beneath, body]);
    let [head, body] = answer(1, "/a");
    let [other_head, other_body] = answer(3, "/b");
    let client = Client::of(tape).gets(1, "/a").expect(&[&head, "Beneath(b\"x\")", &body]);
    client.gets(3, "/b").expect(&[&other_head, &other_body]);
}

#[test]
fn a_stream_that_stalls_is_not_given_up_and_others_go_on() {
    let limits = Limits { step: SECOND, ..Limits::default() };
    let options = ReplayOptions { limits, ..ReplayOptions::default() };
    let tape = staged(|head, body| vec![head, body, Step::Stall(None)]);
    let client = Client::with(tape, options, &[]).gets(1, "/a");
    let [head, body] = answer(1, "/a");
    let client = client.expect(&[&head, &body]).passes(SECOND * 60).expect(&[]);
    let [other_head, other_body] = answer(3, "/b");
    client.gets(3, "/b").expect(&[&other_head, &other_body]);
}

#[test]
fn faults_touch_the_stream_that_they_are_meant_for() {
    let outcome = |fault: &str| {
        let options = ReplayOptions { faults: faults_of(&[fault]), ..ReplayOptions::default() };
        let tape = Tape::new().stream(get(1, "/a")).stream(get(3, "/b"));
        let mut client = Client::with(tape, options, &[]).gets(1, "/a").gets(3, "/b");
        let mut said = client.said();
        client = client.passes(SECOND * 5);
        said.extend(client.said());
        let is_other = |line: &&String| line.starts_with("3 ");
        assert_eq!(said.iter().filter(is_other).count(), 2, "{fault}: {said:?}");
        said.into_iter().filter(|line| line.starts_with("1 ")).collect::<Vec<_>>()
    };
    assert_eq!(
        outcome("reset at after-headers on 1"),
        ["1 HEADERS 200", "1 RST_STREAM INTERNAL_ERROR"]
    );
    assert_eq!(outcome("close at after-headers on 1"), ["1 HEADERS 200", "1 DATA  ."]);
    assert_eq!(outcome("stall at after-headers on 1"), ["1 HEADERS 200"]);
    assert_eq!(outcome("stall for 2s at after-headers on 1"), answer(1, "/a"));
}
