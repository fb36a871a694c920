//! Raw connections, played by hand: what the client says, and what it gets.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cassettes::model::{How, Timestamp};

use crate::options::Pace;
use crate::report::{Kind, Verdict};
use crate::testing::Tape;
use crate::{Action, Arrival, Player, ReplayOptions, Stage};

/// A client of a replay, with a clock turned by hand.
struct Client {
    player: Player,
    now: Timestamp,
}

impl Client {
    fn of(stage: &Arc<Stage>) -> Self {
        let now = Timestamp::ZERO;
        Self { player: Player::new(Arc::clone(stage), Arrival::direct(5000), now), now }
    }

    /// Says this; gives what comes back.
    fn say(&mut self, bytes: &str) -> String {
        self.player.receive(Bytes::copy_from_slice(bytes.as_bytes()), self.now);
        self.hear()
    }

    fn close(&mut self) -> String {
        self.player.client_closed(self.now);
        self.hear()
    }

    /// As long as the replay waits for anything.
    fn wait(&mut self) -> String {
        let Some(at) = self.player.poll_timeout() else { return self.hear() };
        self.now = self.now.max(at);
        self.player.timeout(self.now);
        self.hear()
    }

    fn hear(&mut self) -> String {
        let mut heard = String::new();
        while let Some(action) = self.player.poll_action() {
            match action {
                Action::Send(bytes) => heard += std::str::from_utf8(&bytes).unwrap(),
                other => write!(heard, "<{other:?}>").unwrap(),
            }
        }
        heard
    }
}

/// Client and server in turn; an empty first piece lets the server begin.
fn raw(chunks: &[&str]) -> Tape {
    Tape::new().chunks(chunks).raw()
}

fn kinds(stage: &Stage) -> Vec<Kind> {
    stage.verdict().outcomes.iter().map(|outcome| outcome.kind).collect()
}

fn told(verdict: &Verdict) -> String {
    verdict.outcomes[0].mismatches[0].detail.clone().unwrap()
}

#[test]
fn what_the_server_said_is_sent_once_the_client_has_sent_what_came_before_it() {
    let stage = raw(&["ping", "pong", "more", "done"]).client(How::Fin).stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.say("pi"), "");
    assert_eq!(client.say("ng"), "pong");
    assert_eq!(client.say("more"), "done");
    assert_eq!(client.close(), "<Close>");
    assert_eq!(kinds(&stage), [Kind::Same]);
}

#[test]
fn a_server_that_spoke_first_does_so_again() {
    let stage = raw(&["", "220 ready", "QUIT", "221 bye"]).server(How::Fin).stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.hear(), "220 ready");
    assert_eq!(client.say("QUIT"), "221 bye<Close>");
    assert_eq!(kinds(&stage), [Kind::Same]);
}

#[test]
fn a_server_that_said_all_there_was_says_it_again() {
    let stage = raw(&["", "12:34"]).server(How::Fin).stage();
    assert_eq!(Client::of(&stage).hear(), "12:34<Close>");
    assert_eq!(kinds(&stage), [Kind::Same]);
}

#[test]
fn among_others_a_silent_client_is_greeted_and_others_are_not() {
    let tape = Tape::new().get("/").connect().chunks(&["", "220 ready", "QUIT", "221 bye"]).raw();
    let stage = tape.server(How::Fin).stage();
    assert_eq!(Client::of(&stage).hear(), "");
    let arrival = Arrival { silent: true, ..Arrival::direct(5000) };
    let now = Timestamp::ZERO;
    let player = || Player::new(Arc::clone(&stage), arrival.clone(), now);
    let mut client = Client { player: player(), now };
    assert_eq!(client.hear() + &client.say("QUIT"), "220 ready221 bye<Close>");
    assert_eq!(kinds(&stage), [Kind::Missing, Kind::Same]);
    let mut late = Client { player: player(), now };
    assert_eq!(late.hear(), "", "no greeting is left");
}

#[test]
fn connections_are_told_by_their_first_bytes_and_else_by_their_order() {
    let tape = raw(&["a", "1"]).connect().chunks(&["b", "2"]).raw();
    let stage = tape.connect().chunks(&["a", "3"]).raw().stage();
    let mut said = Vec::new();
    for first in ["b", "a", "a"] {
        said.push(Client::of(&stage).say(first));
    }
    assert_eq!(said, ["2<Close>", "1<Close>", "3<Close>"]);
    assert_eq!(kinds(&stage), [Kind::Same; 3]);
}

#[test]
fn something_else_of_the_same_length_is_answered_and_named() {
    let stage = raw(&["get a", "1", "get b", "2"]).client(How::Fin).stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.say("get c"), "1");
    assert_eq!(client.say("get b"), "2");
    drop(client);
    assert_eq!(kinds(&stage), [Kind::Changed]);
    let detail = "something else than recorded, from byte 4 on: 10 were recorded, 10 came";
    assert_eq!(told(&stage.verdict()), detail);
}

#[test]
fn something_longer_ends_the_connection_at_once() {
    let stage = raw(&["get a", "1"]).client(How::Fin).stage();
    assert_eq!(Client::of(&stage).say("get the rest"), "<Close>");
    let detail = "something else than recorded, from byte 4 on: 5 were recorded, 12 came";
    assert_eq!(told(&stage.verdict()), detail);
}

#[test]
fn something_shorter_is_given_a_moment_and_no_more() {
    let stage = raw(&["get abc", "1"]).client(How::Fin).stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.say("put"), "");
    assert_eq!(client.wait(), "<Close>");
    assert!(client.now < Timestamp::from_duration(Duration::from_secs(1)));
    assert_eq!(kinds(&stage), [Kind::Changed]);
}

#[test]
fn a_client_that_differed_before_is_given_its_time_again() {
    let stage = raw(&["get a", "1", "get b", "2"]).client(How::Fin).stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.say("get c"), "1");
    assert_eq!(client.wait(), "<Close>");
    assert!(client.now >= Timestamp::from_duration(Duration::from_secs(10)));
}

#[test]
fn in_a_dialect_a_message_of_any_length_has_its_answer() {
    let tape = raw(&["", "220 hi\r\n", "EHLO me\r\n", "250 ok\r\n", "QUIT\r\n", "221 bye\r\n"]);
    let stage = tape.server(How::Fin).stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.hear(), "220 hi\r\n");
    assert_eq!(client.say("EHLO me.and"), "");
    assert_eq!(client.say(".you\r\n"), "250 ok\r\n");
    assert_eq!(client.say("QUIT\r\n"), "221 bye\r\n<Close>");
    let verdict = stage.verdict();
    let mismatches = &verdict.outcomes[0].mismatches;
    assert_eq!(mismatches.len(), 1);
    assert_eq!(mismatches[0].place.to_string(), "message 1");
    let detail = "something else than recorded, from its byte 7 on, byte 7 of the recording";
    assert_eq!(told(&verdict), detail);
}

#[test]
fn in_a_dialect_messages_too_few_and_too_many_are_no_reason_to_wait() {
    let tape = || raw(&["a\n", "1\n", "b\nc\n", "2\n"]).client(How::Fin);
    let stage = tape().stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.say("a\n") + &client.say("c\n") + &client.wait(), "1\n<Close>");
    assert!(client.now < Timestamp::from_duration(Duration::from_secs(1)));
    assert_eq!(kinds(&stage), [Kind::Changed]);
    let stage = tape().stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.say("a\nb\nc\nd\n"), "1\n2\n<Close>");
    let detail = "more than recorded: 3 messages were recorded, 4 came";
    assert_eq!(told(&stage.verdict()), detail);
}

#[test]
fn what_is_not_in_the_dialect_ends_the_connection_at_once() {
    let stage = raw(&["*1\r\n$4\r\nPING\r\n", "+PONG\r\n"]).client(How::Fin).stage();
    assert_eq!(Client::of(&stage).say("*1\r\n$x"), "<Close>");
    let detail = "something else than recorded, from its byte 5 on, byte 5 of the recording";
    assert_eq!(told(&stage.verdict()), detail);
}

#[test]
fn what_has_no_answer_may_differ_and_take_its_time() {
    let stage = raw(&["load 1\nload 2\n"]).client(How::Fin).stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.say("load 3\n") + &client.wait(), "<Close>");
    assert!(client.now >= Timestamp::from_duration(Duration::from_secs(10)));
}

#[test]
fn a_client_that_ends_too_early_gets_no_answer() {
    let stage = raw(&["get abc", "1"]).client(How::Fin).stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.say("get"), "");
    assert_eq!(client.close(), "<Close>");
    let detail = "less than recorded, from byte 3 on: 7 were recorded, 3 came";
    assert_eq!(told(&stage.verdict()), detail);
}

#[test]
fn a_client_that_goes_on_too_long_is_answered_and_then_let_go() {
    let stage = raw(&["get", "1"]).client(How::Fin).stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.say("get"), "1");
    assert_eq!(client.say("more"), "<Close>");
    let detail = "more than recorded, from byte 3 on: 3 were recorded, 7 came";
    assert_eq!(told(&stage.verdict()), detail);
}

#[test]
fn a_silent_client_is_not_waited_for_for_ever() {
    let stage = raw(&["get", "1"]).client(How::Fin).stage();
    let mut client = Client::of(&stage);
    assert_eq!(client.wait(), "<Close>");
    assert_eq!(kinds(&stage), [Kind::Missing, Kind::Extra]);
    let mut client = Client::of(&stage);
    assert_eq!(client.say("ge"), "");
    assert_eq!(client.wait(), "<Close>");
    assert_eq!(kinds(&stage), [Kind::Changed, Kind::Extra]);
}

#[test]
fn a_connection_more_than_recorded_is_extra() {
    let stage = raw(&["get", "1"]).client(How::Fin).stage();
    for expected in ["1", "<Close>"] {
        assert_eq!(Client::of(&stage).say("get"), expected);
    }
    assert_eq!(kinds(&stage), [Kind::Same, Kind::Extra]);
}

#[test]
fn one_greeting_too_many_is_not_waited_for() {
    let stage = raw(&["", "220 hi"]).client(How::Fin).stage();
    assert_eq!(Client::of(&stage).hear(), "220 hi");
    assert!(stage.patience(None).is_some_and(|patience| patience < Duration::from_secs(1)));
    let arrival = Arrival { silent: true, ..Arrival::direct(5000) };
    let now = Timestamp::ZERO;
    let mut client = Client { player: Player::new(Arc::clone(&stage), arrival, now), now };
    assert_eq!(client.hear(), "<Close>");
    assert_eq!(kinds(&stage), [Kind::Same, Kind::Extra]);
}

#[test]
fn a_recorded_reset_comes_where_it_came() {
    let stage = raw(&["get", "1"]).server(How::Reset).stage();
    assert_eq!(Client::of(&stage).say("get"), "1<Reset>");
}

#[test]
fn at_recorded_pace_the_server_takes_its_time() {
    let options = ReplayOptions { pace: Pace::Times(1.0), ..ReplayOptions::default() };
    let tape = raw(&["get", "1"]).pause(100).client(How::Fin);
    let stage = tape.stage_with(options);
    let mut client = Client::of(&stage);
    assert_eq!(client.say("get"), "");
    assert_eq!(client.wait(), "1");
    assert_eq!(client.now, Timestamp::from_nanos(1_000_000));
}
