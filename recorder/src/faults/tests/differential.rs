//! A fault does to a live answer, however it comes, what it does to a recorded one.

use bytes::Bytes;
use cassettes::fault::{Action, Kind, NoExchanges, PointUse, Scene};
use cassettes::model::{
    Chunk, Connection, ConnectionId, Direction, Exchange, Protocol, Step, Timestamp,
};
use cassettes::transcribe::compile;

use super::of_answers;
use super::play::{Got, Play, sentence_of, set};
use crate::faults::{Act, Ending};

const GET: &str = "GET /users?page=2 HTTP/1.1\r\nHost: origin.test\r\n\r\n";

const PLAIN: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{\"users\":[1,2,3,4,5]}";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";
const EVENTS: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nd\r\ndata: one\n\nda\r\nd\r\nta: two\n\ndata\r\n9\r\n: three\n\n\r\n0\r\n\r\n";
const INTERIM: &str =
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
const INTERIM_CHUNKED: &str = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
const EMPTY: &str = "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n";

const PUT: &str =
    "PUT /users?page=2 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
const GO_ON: &str = "HTTP/1.1 100 Continue\r\n\r\n";

const ANSWERS: [&str; 6] = [PLAIN, CHUNKED, EVENTS, INTERIM, INTERIM_CHUNKED, EMPTY];

const POINTS: [&str; 22] = [
    "byte 0",
    "byte 1",
    "byte 40",
    "byte 70",
    "50%",
    "100%",
    "head",
    "status-line",
    "header 1",
    "header 2",
    "after-headers",
    "part 1",
    "part 2",
    "part 3",
    "body 0",
    "body 1",
    "body 50%",
    "body 100%",
    "event 1",
    "event 2",
    "event 3",
    "end",
];

fn exchange(answer: &str) -> Exchange {
    let chunk = |direction, text: &str| Chunk {
        direction,
        at: Timestamp::ZERO,
        bytes: Bytes::copy_from_slice(text.as_bytes()),
    };
    let chunks = vec![chunk(Direction::ToServer, GET), chunk(Direction::ToClient, answer)];
    Exchange { connection: ConnectionId(0), protocol: Protocol::Http1, chunks }
}

/// What a client of a replay gets; none where the fault does not fit.
fn replayed(sentence: &str, answer: &str) -> Option<Got> {
    let exchange = exchange(answer);
    let script = compile(&exchange, &Connection::opened_at(Timestamp::ZERO), false);
    let set = set(&[sentence]);
    let fault = &set.faults()[0];
    let random = fault.random(1, 1, set.seed());
    let scene = Scene::new(&exchange, script, false, random, &NoExchanges);
    let mut got = Got::default();
    for step in fault.apply(scene).ok()?.steps {
        match step {
            Step::Send(bytes) => got.bytes.extend_from_slice(&bytes),
            Step::Beneath(bytes) => got.acts.push(Act::Beneath(bytes)),
            Step::HalfClose => got.acts.push(Act::HalfClose),
            Step::Close => got.acts.push(Act::End(Ending::Close)),
            Step::Cut => got.acts.push(Act::End(Ending::Cut)),
            Step::Alert(number) => got.acts.push(Act::End(Ending::Alert(number))),
            Step::Reset => got.acts.push(Act::End(Ending::Reset)),
            Step::Stall(None) => break,
            _ => {}
        }
    }
    Some(got)
}

fn live(sentence: &str, answer: &str, size: usize) -> Got {
    let mut play = Play::http(&[sentence]);
    play.ask(GET);
    play.say(answer, size);
    let mut got = play.gets();
    // What waits for the next request happens now.
    play.ask(GET);
    got.acts.extend(play.gets().acts);
    // Where one write ends and the next begins depends on how it came.
    got.acts.retain(|act| *act != Act::Flush);
    got
}

/// What a client gets that is told to go on before it sends its body; and whether it would wait for that in vain.
fn live_in_turns(sentence: &str, answer: &str, size: usize) -> (Got, bool) {
    let mut play = Play::http(&[sentence]);
    play.ask(PUT);
    play.say(GO_ON, size);
    let mut got = play.got();
    let waits = got.bytes != GO_ON.as_bytes() && play.due().is_none();
    play.ask("abc");
    play.say(answer, usize::MAX);
    let rest = play.gets();
    play.ask(GET);
    let last = play.gets();
    got.bytes.extend(rest.bytes);
    got.acts.extend(rest.acts.into_iter().chain(last.acts));
    got.acts.retain(|act| *act != Act::Flush);
    (got, waits)
}

/// What edits an answer may keep the pieces in which it came.
fn sizes_of(kind: &Kind, answer: &str) -> Vec<usize> {
    match kind.action {
        Action::Edit(_) => vec![answer.len()],
        _ => vec![1, 2, 3, 7, 16, 50, answer.len()],
    }
}

fn assert_same(sentence: &str, answer: &str) {
    let unbroken = Got { bytes: answer.into(), acts: Vec::new() };
    let expected = replayed(sentence, answer).unwrap_or(unbroken);
    for size in sizes_of(set(&[sentence]).faults()[0].kind(), answer) {
        let got = live(sentence, answer, size);
        assert_eq!(text(&got), text(&expected), "{sentence}, in pieces of {size}: {answer}");
    }
}

#[test]
fn breaks_at_every_point_come_after_exactly_the_bytes_before_it_however_the_answer_is_cut() {
    for answer in ANSWERS {
        for point in POINTS {
            for kind in ["close", "reset", "stall", "half-close"] {
                assert_same(&format!("{kind} at {point}"), answer);
            }
        }
    }
}

#[test]
fn every_kind_does_to_a_live_answer_what_it_does_to_a_recorded_one() {
    for kind in of_answers() {
        for sample in kind.samples {
            let sentence = sentence_of(kind, sample, "at byte 30");
            for answer in ANSWERS {
                assert_same(&sentence, answer);
            }
        }
    }
}

#[test]
fn a_client_is_told_to_go_on_at_once_and_gets_in_the_end_what_it_gets_of_a_recorded_answer() {
    let answer = [GO_ON, PLAIN].concat();
    for kind in of_answers() {
        for sample in kind.samples {
            for place in ["at body 3", "at head", "at byte 3", "at byte 40"] {
                let sentence = sentence_of(kind, sample, place);
                let unbroken = Got { bytes: answer.clone().into(), acts: Vec::new() };
                let expected = replayed(&sentence, &answer).unwrap_or(unbroken);
                let spared = expected.bytes.starts_with(GO_ON.as_bytes());
                for size in [1, 10, GO_ON.len()] {
                    let (got, waits) = live_in_turns(&sentence, PLAIN, size);
                    assert_eq!(text(&got), text(&expected), "{sentence}, in pieces of {size}");
                    // What could not be done is known only when the whole answer is.
                    let is_tried = place == "at byte 3" && kind.point != PointUse::None;
                    assert!(!waits || !spared || is_tried, "{sentence}, in pieces of {size}");
                }
            }
        }
    }
}

fn text(got: &Got) -> (String, Vec<Act>) {
    (String::from_utf8_lossy(&got.bytes).into_owned(), got.acts.clone())
}
