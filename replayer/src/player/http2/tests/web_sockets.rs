//! A WebSocket's server on a stream (RFC 8441), played in step with its client.

use cassettes::wire::websocket::{Opcode, encode};

use super::*;

fn connect() -> Vec<Field> {
    let mut fields = request("CONNECT", "/chat");
    fields.insert(1, field(":protocol", "websocket"));
    fields.push(field("sec-websocket-version", "13"));
    fields
}

/// A frame of a client, masked.
fn masked(opcode: Opcode, payload: &[u8], mask: u8) -> Vec<u8> {
    let mut frame = encode(opcode, payload);
    let body = frame.split_off(2);
    frame[1] |= 0x80;
    frame.extend([mask; 4]);
    frame.extend(body.iter().map(|byte| byte ^ mask));
    frame
}

fn text(payload: &str) -> Vec<u8> {
    masked(Opcode::Text, payload.as_bytes(), 0x55)
}

fn close(code: u16) -> Vec<u8> {
    masked(Opcode::Close, &code.to_be_bytes(), 0x33)
}

fn of(direction: Direction, bytes: Vec<u8>, end: bool) -> (Direction, Frame) {
    (direction, compose::data(1, bytes.into(), end))
}

fn asked_in(bytes: Vec<u8>) -> (Direction, Frame) {
    of(Direction::ToServer, bytes, false)
}

fn told_in(opcode: Opcode, payload: &[u8], end: bool) -> (Direction, Frame) {
    of(Direction::ToClient, encode(opcode, payload), end)
}

/// Two questions with their answers, a close of both.
fn recorded() -> Tape {
    Tape::new().stream([
        (Direction::ToServer, headers(1, &connect(), false)),
        status(1, "200", false),
        asked_in(text("{\"ask\": 1}")),
        told_in(Opcode::Text, b"one", false),
        asked_in(text("two?")),
        told_in(Opcode::Text, b"two", false),
        of(Direction::ToServer, close(1000), false),
        told_in(Opcode::Close, &1000_u16.to_be_bytes(), true),
        of(Direction::ToServer, Vec::new(), true),
    ])
}

impl Client {
    fn connected(tape: Tape) -> Self {
        Self::of(tape).asks(1, &connect(), false).expect(&["1 HEADERS 200"])
    }

    fn sends(self, bytes: Vec<u8>, end: bool) -> Self {
        self.says(&compose::data(1, bytes.into(), end))
    }

    #[track_caller]
    fn finds(self, outcome: Outcome, expected: &[&str]) {
        let verdict = self.verdict(&[outcome]);
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let found = verdict.outcomes[0].mismatches.iter();
        let found = found
            .map(|it| format!("{}: {} → {}", it.place, value(&it.expected), value(&it.actual)));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn an_answer_waits_for_the_message_that_came_before_it() {
    let client = Client::connected(recorded());
    let question = text("{ \"ask\":1 }");
    let client = client.sends(question[..7].to_vec(), false).expect(&[]);
    let client = client.sends(question[7..].to_vec(), false).expect(&["1 DATA \u{fffd}\u{3}one"]);
    let client = client.sends(text("two?"), false).expect(&["1 DATA \u{fffd}\u{3}two"]);
    let client = client.sends(close(1000), false).expect(&["1 DATA \u{fffd}\u{2}\u{3}\u{fffd} ."]);
    let spelling = "message 1 spelling of the body: {\"ask\": 1} → { \"ask\":1 }";
    client.sends(Vec::new(), true).expect(&[]).finds(Outcome::Same, &[spelling]);
}

#[test]
fn a_message_that_says_something_else_is_told_with_its_place() {
    let client = Client::connected(recorded()).sends(text("{\"ask\": 2}"), false);
    let client = client.sends(text("two?"), false).sends(close(1001), true);
    client.finds(
        Outcome::Changed,
        &["message 1 body $.ask: 1 → 2", "message 3: close 1000 → close 1001"],
    );
}

#[test]
fn a_client_that_closes_too_early_is_let_go_at_once() {
    let client = Client::connected(recorded()).sends(close(1000), false);
    let client = client.expect(&["1 DATA \u{fffd}\0 ."]).sends(Vec::new(), true).expect(&[]);
    client.finds(
        Outcome::Changed,
        &["message 1: text {\"ask\": 1} → close 1000", "message 2: text two? → -"],
    );
}

#[test]
fn pings_are_answered_and_noted_if_they_were_not_recorded() {
    let client = Client::connected(recorded()).sends(masked(Opcode::Ping, b"p", 1), false);
    let client = client.expect(&["1 DATA \u{fffd}\u{1}p"]).sends(text("{\"ask\": 1}"), false);
    let client = client.sends(text("two?"), false).sends(close(1000), true);
    client.finds(Outcome::Same, &["pings and pongs: 0 → 1"]);
}

#[test]
fn a_client_that_falls_silent_is_given_up_and_told() {
    let limits = Limits { step: SECOND, ..Limits::default() };
    let options = ReplayOptions { limits, ..ReplayOptions::default() };
    let client = Client::with(recorded(), options, &[]).asks(1, &connect(), false);
    let client = client.sends(text("{\"ask\": 1}"), false);
    let client = client.expect(&["1 HEADERS 200", "1 DATA \u{fffd}\u{3}one"]);
    let client = client.passes(SECOND * 3).expect(&["1 RST_STREAM CANCEL"]);
    client.finds(Outcome::Changed, &["message 2: text two? → -"]);
}
