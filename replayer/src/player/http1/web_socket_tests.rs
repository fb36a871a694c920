//! A WebSocket's server, played in step with its client.

use std::time::Duration;

use cassettes::model::{Close, How, Side};
use cassettes::wire::websocket::{Kind, MessageReader, Opcode, accept_key, encode};

use super::*;
use crate::player::Player;
use crate::testing::Tape;
use crate::verify::Mismatch;

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const OTHER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAA==";

fn upgrade(key: &str) -> Vec<u8> {
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13";
    format!(
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n{upgrade}\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    .into()
}

fn switch(key: &str) -> Vec<u8> {
    let accept = accept_key(key.as_bytes());
    let upgrade = "Upgrade: websocket\r\nConnection: Upgrade";
    format!(
        "HTTP/1.1 101 Switching Protocols\r\n{upgrade}\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    )
    .into()
}

/// A frame of a client, masked.
fn masked(opcode: Opcode, payload: &str, mask: u8) -> Vec<u8> {
    let mut frame = encode(opcode, payload.as_bytes());
    let body = frame.split_off(2);
    frame[1] |= 0x80;
    frame.extend([mask; 4]);
    frame.extend(body.iter().map(|byte| byte ^ mask));
    frame
}

fn text(payload: &str) -> Vec<u8> {
    masked(Opcode::Text, payload, 0)
}

fn said(payload: &str) -> Vec<u8> {
    encode(Opcode::Text, payload.as_bytes())
}

fn close(code: u16) -> Vec<u8> {
    let mut frame = vec![0x88, 0x82, 0, 0, 0, 0];
    frame.extend(code.to_be_bytes());
    frame
}

/// What was recorded: a greeting, two questions with their answers, a close of both.
fn recorded() -> Tape {
    let chunks = [
        upgrade(KEY),
        [switch(KEY), said("welcome")].concat(),
        text("{\"ask\": 1}"),
        said("one"),
        text("ask two"),
        said("two"),
        close(1000),
        encode(Opcode::Close, &1000_u16.to_be_bytes()),
    ];
    Tape::new().chunks(&chunks).server(How::Fin)
}

/// A client at a player, which reads whole messages.
struct Client {
    stage: Arc<Stage>,
    player: Player,
    reader: MessageReader,
    now: Timestamp,
}

impl Client {
    fn of(tape: Tape) -> Self {
        let stage = tape.stage();
        let now = Timestamp::from_nanos(1);
        let player = Player::new(stage.clone(), Arrival::direct(5000), now);
        Self { stage, player, reader: MessageReader::default(), now }
    }

    /// Upgraded with this key.
    fn upgraded(tape: Tape, key: &str) -> Self {
        let mut client = Self::of(tape);
        client.player.receive(upgrade(key).into(), client.now);
        let Some(Action::Send(answer)) = client.player.poll_action() else { panic!("no answer") };
        let end = memchr::memmem::find(&answer, b"\r\n\r\n").unwrap() + 4;
        assert_eq!(answer[..end], switch(key));
        client.read(&answer[end..]);
        client
    }

    fn read(&mut self, mut bytes: &[u8]) -> String {
        let mut told = String::new();
        while let Some(message) = self.reader.advance(&mut bytes).unwrap() {
            let payload = String::from_utf8_lossy(&message.payload);
            match message.kind {
                Kind::Text => told.extend([&payload, " "]),
                Kind::Close => told += "close ",
                kind => told.extend([kind.name(), ":", &payload, " "]),
            }
        }
        told
    }

    fn says(mut self, bytes: &[u8]) -> Self {
        self.player.receive(Bytes::copy_from_slice(bytes), self.now);
        self
    }

    /// What comes now: messages by name; `.` the connection's end.
    #[track_caller]
    fn hears(mut self, expected: &str) -> Self {
        let mut told = String::new();
        while let Some(action) = self.player.poll_action() {
            match action {
                Action::Send(bytes) => told += &self.read(&bytes),
                Action::Close => told.push('.'),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(told.trim_end(), expected);
        self
    }

    fn passes(mut self, time: Duration) -> Self {
        self.now = self.now.later(time);
        self.player.timeout(self.now);
        self
    }

    /// What was found, without what is always noted of the key.
    fn mismatches(self) -> Vec<Mismatch> {
        let Self { stage, player, .. } = self;
        drop(player);
        let outcomes = stage.verdict().outcomes;
        let found = outcomes.into_iter().flat_map(|outcome| outcome.mismatches);
        found.filter(|found| !found.place.to_string().contains("sec-websocket-key")).collect()
    }

    #[track_caller]
    fn finds(self, expected: &[&str]) {
        let found = self.mismatches();
        let shown: Vec<_> = found.iter().map(shown).collect();
        assert_eq!(shown, expected);
    }
}

fn shown(found: &Mismatch) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let note = if found.is_failure() { "" } else { "(note) " };
    format!("{note}{}: {} → {}", found.place, value(&found.expected), value(&found.actual))
}

#[test]
fn the_handshake_is_answered_for_the_key_of_now() {
    Client::upgraded(recorded(), OTHER_KEY);
    Client::upgraded(recorded(), KEY);
}

#[test]
fn an_answer_waits_for_the_message_that_came_before_it() {
    let client = Client::upgraded(recorded(), OTHER_KEY).hears("");
    let question = masked(Opcode::Text, "{\"ask\": 1}", 0x5a);
    let client = client.says(&question[..9]).hears("").says(&question[9..]).hears("one");
    client.says(&text("ask two")).hears("two").says(&close(1000)).hears("close .").finds(&[]);
}

#[test]
fn masks_fragments_and_spelling_do_not_matter() {
    let client = Client::upgraded(recorded(), OTHER_KEY);
    let client = client.says(&text("{ \"ask\":1 }")).hears("one");
    let mut first = masked(Opcode::Text, "ask", 7);
    first[0] &= 0x7f;
    let client = client.says(&first).hears("");
    let client = client.says(&masked(Opcode::Continuation, " two", 9)).hears("two");
    client
        .says(&close(1000))
        .hears("close .")
        .finds(&["(note) message 1 spelling of the body: {\"ask\": 1} → { \"ask\":1 }"]);
}

#[test]
fn a_message_that_says_something_else_is_told_with_its_place() {
    let client = Client::upgraded(recorded(), KEY).says(&text("{\"ask\": 11}")).hears("one");
    let client = client.says(&masked(Opcode::Binary, "ask two", 3)).hears("two");
    client.says(&close(1001)).hears("close .").finds(&[
        "message 1 body $.ask: 1 → 11",
        "message 2: text ask two → binary of 7 bytes",
        "message 3: close 1000 → close 1001",
    ]);
}

#[test]
fn a_client_that_closes_too_early_is_let_go_at_once() {
    let client = Client::upgraded(recorded(), KEY).says(&close(1000)).hears("close .");
    client.finds(&["message 1: text {\"ask\": 1} → close 1000", "message 2: text ask two → -"]);
}

#[test]
fn messages_too_many_are_told() {
    let chunks = [upgrade(KEY), switch(KEY), text("a"), said("b")];
    let tape = Tape::new().chunks(&chunks).client(How::Fin);
    let client = Client::upgraded(tape, KEY).says(&text("a")).hears("b");
    client.says(&text("c")).hears("").finds(&["message 2: - → text c"]);
}

#[test]
fn a_goodbye_that_was_not_recorded_is_answered() {
    let chunks = [upgrade(KEY), switch(KEY), text("a"), said("b")];
    let tape = Tape::new().chunks(&chunks).client(How::Fin);
    let client = Client::upgraded(tape, KEY).says(&text("a")).hears("b");
    client.says(&close(1000)).hears("close .").finds(&["message 2: - → close 1000"]);
}

#[test]
fn a_goodbye_whose_answer_came_only_after_the_client_had_closed_gets_that_answer() {
    let between = Timestamp::from_nanos(8_500_000);
    let fin = Close { at: between, by: Side::Client, how: How::Fin };
    let tape = recorded().line(|connection| connection.closes.insert(0, fin));
    let mut client = Client::upgraded(tape, KEY)
        .says(&text("{\"ask\": 1}"))
        .hears("one")
        .says(&text("ask two"))
        .hears("two");
    client.player.receive(close(1000).into(), client.now);
    let answer = Bytes::from(encode(Opcode::Close, &1000_u16.to_be_bytes()));
    assert_eq!(client.player.poll_action(), Some(Action::Send(answer)));
    assert_eq!(client.player.poll_action(), Some(Action::Close));
}

#[test]
fn pings_are_answered_and_noted_if_they_were_not_recorded() {
    let client = Client::upgraded(recorded(), KEY);
    let client = client.says(&masked(Opcode::Ping, "p", 1)).hears("pong:p");
    let client = client.says(&text("{\"ask\": 1}")).hears("one").says(&text("ask two"));
    client
        .hears("two")
        .says(&close(1000))
        .hears("close .")
        .finds(&["(note) pings and pongs: 0 → 1"]);
}

#[test]
fn a_recorded_ping_gets_its_recorded_pong_and_no_other() {
    let chunks = [
        upgrade(KEY),
        switch(KEY),
        [masked(Opcode::Ping, "p", 1), text("a")].concat(),
        [encode(Opcode::Pong, b"p"), said("b")].concat(),
    ];
    let client = Client::upgraded(Tape::new().chunks(&chunks), KEY);
    let client = client.says(&masked(Opcode::Ping, "p", 2)).hears("");
    client.says(&text("a")).hears("pong:p b .").finds(&[]);
}

#[test]
fn a_ping_whose_recorded_pong_went_before_it_gets_another() {
    let chunks = [
        upgrade(KEY),
        switch(KEY),
        text("a"),
        said("b"),
        masked(Opcode::Ping, "p", 1),
        encode(Opcode::Pong, b"p"),
        text("c"),
        said("d"),
    ];
    let client = Client::upgraded(Tape::new().chunks(&chunks), KEY);
    let client = client.says(&text("a")).hears("b pong:p");
    let client = client.says(&masked(Opcode::Ping, "p", 2)).hears("pong:p");
    client.says(&text("c")).hears("d .").finds(&[]);
}

#[test]
fn a_client_that_falls_silent_is_given_up_and_told() {
    let client = Client::upgraded(recorded(), KEY).says(&text("{\"ask\": 1}")).hears("one");
    let found = client.passes(Duration::from_secs(31)).hears(".").mismatches();
    assert_eq!(found[0].place.to_string(), "message 2");
    assert_eq!(found[0].detail.as_deref(), Some("1 of 3 recorded messages came"));
}

#[test]
fn bytes_that_are_no_frames_are_told() {
    let client = Client::upgraded(recorded(), KEY).says(b"\xff\xff and more rubbish");
    let found = client.mismatches();
    let detail = "opcode 0xf has no meaning, in the websocket frame at byte 0";
    assert_eq!(found[0].detail.as_deref(), Some(detail));
}
