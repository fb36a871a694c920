//! Players without sockets: what the client does, and what it is to be sent.

use std::time::Duration;

use cassettes::model::How;

use super::*;
use crate::options::{Limits, Order, Pace, ReplayOptions};
use crate::player::Player;
use crate::report::{Kind, Verdict};
use crate::testing::{Tape, get, ok, post};

/// A client at a player, with a clock cranked by hand.
pub(super) struct Play {
    stage: Arc<Stage>,
    player: Player,
    now: Timestamp,
}

impl Play {
    fn of(tape: Tape) -> Self {
        Self::at(tape.stage())
    }

    fn with(tape: Tape, options: ReplayOptions) -> Self {
        Self::at(tape.stage_with(options))
    }

    /// Another connection to a stage.
    pub(super) fn at(stage: Arc<Stage>) -> Self {
        let now = Timestamp::from_nanos(1);
        Self { player: Player::new(stage.clone(), Arrival::direct(5000), now), stage, now }
    }

    pub(super) fn client(mut self, bytes: &str) -> Self {
        self.now = self.now.later(Duration::from_nanos(10));
        self.player.receive(Bytes::copy_from_slice(bytes.as_bytes()), self.now);
        self
    }

    pub(super) fn closes(mut self) -> Self {
        self.player.client_closed(self.now);
        self
    }

    /// Cranks the clock.
    pub(super) fn passes(mut self, time: Duration) -> Self {
        let end = self.now.later(time);
        while let Some(due) = self.player.poll_timeout().filter(|due| *due <= end) {
            self.player.timeout(due);
        }
        self.now = end;
        self
    }

    /// All that is sent now, and how the connection ends: `/` flushed, `|` half-closed, `.` closed, `!` reset, `?` alert.
    pub(super) fn said(&mut self) -> String {
        let mut said = String::new();
        while let Some(action) = self.player.poll_action() {
            match action {
                Action::Send(bytes) => said.push_str(std::str::from_utf8(&bytes).unwrap()),
                Action::Applied(fault) => said.extend(["<", &*fault, ">"]),
                Action::Flush => said.push('/'),
                Action::Beneath(bytes) => said.push_str(&String::from_utf8_lossy(&bytes)),
                Action::HalfClose => said.push('|'),
                Action::Close | Action::Cut => said.push('.'),
                Action::Alert(_) => said.push('?'),
                Action::Reset => said.push('!'),
            }
        }
        said
    }

    #[track_caller]
    pub(super) fn expect(mut self, expected: impl AsRef<str>) -> Self {
        assert_eq!(self.said(), expected.as_ref());
        self
    }

    #[track_caller]
    pub(super) fn expect_miss(mut self, why: &str) -> Self {
        let said = self.said();
        assert!(
            said.starts_with("HTTP/1.1 470 No Recorded Answer\r\nretape-miss: 1\r\n"),
            "{said}"
        );
        assert!(said.contains(why), "{said}");
        self
    }

    #[track_caller]
    pub(super) fn verdict(self, kinds: &[Kind]) -> Verdict {
        let Self { stage, player, .. } = self;
        drop(player);
        let verdict = stage.verdict();
        let found: Vec<_> = verdict.outcomes.iter().map(|outcome| outcome.kind).collect();
        assert_eq!(found, kinds, "{verdict:#?}");
        verdict
    }
}

fn paced(pace: f64) -> ReplayOptions {
    ReplayOptions { pace: Pace::Times(pace), ..ReplayOptions::default() }
}

fn repeating() -> ReplayOptions {
    ReplayOptions { repeat_last: true, ..ReplayOptions::default() }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_recorded_request_gets_its_recorded_answer() {
    let play = Play::of(Tape::new().get("/a").get("/b"));
    let play = play.client(&get("/b")).expect(ok("/b"));
    play.client(&get("/a")).expect(ok("/a")).verdict(&[Kind::Same, Kind::Reordered]);
}

#[test]
fn a_request_is_the_same_however_it_is_cut() {
    let request = post("/a", "hello");
    for size in 1..request.len() {
        let mut play = Play::of(Tape::new().exchange(&request, &ok("x")));
        for piece in request.as_bytes().chunks(size) {
            play = play.client(std::str::from_utf8(piece).unwrap());
        }
        play.expect(ok("x")).verdict(&[Kind::Same]);
    }
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let both = get("/b") + &get("/a");
    let play = Play::of(Tape::new().get("/a").get("/b"));
    play.client(&both).expect(ok("/b") + &ok("/a"));
}

#[test]
fn equal_requests_are_answered_in_recorded_order_then_missed() {
    let tape = Tape::new().exchange(&get("/"), &ok("1")).exchange(&get("/"), &ok("2"));
    let play = Play::of(tape).client(&get("/")).expect(ok("1"));
    let play = play.client(&get("/")).expect(ok("2"));
    let play = play.client(&get("/")).expect_miss("all recorded answers to it were played");
    play.verdict(&[Kind::Same, Kind::Same, Kind::Extra]);
}

#[test]
fn the_last_of_equal_answers_is_repeated_if_told_so() {
    let tape = Tape::new().exchange(&get("/"), &ok("1")).exchange(&get("/"), &ok("2"));
    let mut play = Play::with(tape, repeating()).client(&get("/")).expect(ok("1"));
    for _ in 0..3 {
        play = play.client(&get("/")).expect(ok("2"));
    }
    let verdict = play.verdict(&[Kind::Same, Kind::Same]);
    assert_eq!(verdict.outcomes[1].played, 3);
}

#[test]
fn bodies_decide_where_several_differ() {
    let tape =
        Tape::new().exchange(&post("/", "one"), &ok("1")).exchange(&post("/", "two"), &ok("2"));
    let play = Play::of(tape).client(&post("/", "two")).expect(ok("2"));
    play.client(&post("/", "one")).expect(ok("1"));
}

#[test]
fn a_body_that_is_none_of_several_is_a_miss_and_never_a_guess() {
    let tape =
        Tape::new().exchange(&post("/", "one"), &ok("1")).exchange(&post("/", "two"), &ok("2"));
    let play = Play::of(tape).client(&post("/", "six")).expect_miss("the body is none of those");
    let play = play.client(&post("/", "one")).expect(ok("1"));
    // Only one is left: that is the one meant, and it has changed.
    play.client(&post("/", "six")).expect(ok("2")).verdict(&[
        Kind::Same,
        Kind::Changed,
        Kind::Extra,
    ]);
}

#[test]
fn a_changed_header_is_served_and_reported() {
    let request = "GET / HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nAccept: a\r\n\r\n";
    let live = "GET / HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nAccept: b\r\n\r\n";
    let play = Play::of(Tape::new().exchange(request, &ok("x"))).client(live).expect(ok("x"));
    let verdict = play.verdict(&[Kind::Changed]);
    assert_eq!(verdict.outcomes[0].mismatches.len(), 1);
}

#[test]
fn nothing_is_invented_for_what_was_not_recorded() {
    let play = Play::of(Tape::new().get("/a")).client(&get("/b"));
    play.expect_miss("nothing was recorded").verdict(&[Kind::Missing, Kind::Extra]);
}

#[test]
fn a_connection_goes_on_after_a_miss() {
    let play = Play::of(Tape::new().get("/a")).client(&get("/b")).expect_miss("");
    play.client(&get("/a")).expect(ok("/a"));
}

#[test]
fn an_answer_that_closed_its_connection_closes_it_again() {
    let answer = "HTTP/1.0 200 OK\r\n\r\nuntil the end";
    let tape = Tape::new().exchange(&get("/"), answer).server(How::Fin).connect().get("/b");
    let play = Play::of(tape).client(&get("/b")).expect(ok("/b"));
    play.client(&get("/")).expect(answer.to_owned() + ".");
}

#[test]
fn an_answer_that_was_reset_in_its_middle_is_reset_there_again() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    let tape = Tape::new().exchange(&get("/"), cut).server(How::Reset);
    Play::of(tape).client(&get("/")).expect(cut.to_owned() + "!").verdict(&[Kind::Same]);
}

#[test]
fn an_exchange_from_a_kept_alive_connection_leaves_a_fresh_one_open() {
    let stage = Tape::new().get("/a").get("/b").stage();
    for path in ["/b", "/a"] {
        let play = Play::at(stage.clone()).client(&get(path)).expect(ok(path));
        assert!(!play.player.is_over());
    }
}

#[test]
fn a_client_that_asks_for_the_end_gets_it() {
    let request = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
    let play = Play::of(Tape::new().exchange(request, &ok("x"))).client(request);
    play.expect(ok("x") + ".");
}

#[test]
fn an_old_client_keeps_the_connection_that_the_server_kept() {
    let request = "CONNECT a:1 HTTP/1.0\r\nProxy-Connection: Keep-Alive\r\n\r\n";
    let refused = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n";
    let tape = Tape::new().exchange(request, refused).exchange(request, refused);
    let play = Play::of(tape).client(request).expect(refused);
    play.client(request).expect(refused.to_owned() + ".").verdict(&[Kind::Same, Kind::Same]);
}

#[test]
fn a_client_that_half_closes_is_still_answered() {
    let play = Play::of(Tape::new().get("/")).client(&get("/")).closes();
    play.expect(ok("/") + ".").verdict(&[Kind::Same]);
}

#[test]
fn continue_is_sent_before_the_body_comes() {
    let head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    let interim = "HTTP/1.1 100 Continue\r\n\r\n";
    let tape = Tape::new().chunks(&[head, interim, "hi", &ok("x")]);
    let play = Play::of(tape).client(head).expect(interim).client("hi").expect(ok("x"));
    play.verdict(&[Kind::Same]);
}

#[test]
fn continue_is_sent_before_bodies_decide() {
    let head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    let interim = "HTTP/1.1 100 Continue\r\n\r\n";
    let tape = Tape::new().chunks(&[head, interim, "hi", &ok("1")]).chunks(&[
        head,
        interim,
        "ho",
        &ok("2"),
    ]);
    let play = Play::of(tape).client(head).expect(interim).client("ho").expect(ok("2"));
    play.client(head).expect(interim).client("hi").expect(ok("1"));
}

#[test]
fn an_early_refusal_comes_before_the_body() {
    let head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n";
    let refusal =
        "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let tape = Tape::new().chunks(&[head, refusal]).server(How::Fin);
    Play::of(tape).client(head).expect(refusal.to_owned() + ".");
}

#[test]
fn after_an_upgrade_both_sides_go_in_lock_step() {
    let request = "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
    let switch = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n";
    let tape = || Tape::new().chunks(&[request, switch, "ping", "pong", "bye", "see you"]);
    let play = Play::of(tape()).client(request).expect(switch);
    let play = play.client("pi").expect("").client("ng").expect("pong");
    play.client("bye").expect("see you.").verdict(&[Kind::Same]);

    let play = Play::of(tape()).client(request).expect(switch);
    let play = play.client("pong").expect("pong").closes();
    let verdict = play.verdict(&[Kind::Changed]);
    let tail = &verdict.outcomes[0].mismatches[0];
    assert_eq!((tail.expected.as_deref(), tail.actual.as_deref()), (Some("ingbye"), Some("ong")));
}

#[test]
fn bytes_that_are_not_http_are_matched_with_raw_exchanges() {
    let tape = || Tape::new().chunks(&["\0\u{1}hello", "\0\u{2}", "more", "done"]).raw().get("/");
    let play = Play::of(tape()).client("\0\u{1}hello").expect("\0\u{2}");
    play.client("more").expect("done.").verdict(&[Kind::Same, Kind::Missing]);

    let mut play = Play::of(tape()).client("\0\u{3}other");
    let said = play.said();
    assert!(said.starts_with("HTTP/1.1 400 Bad Request\r\nretape-miss: 1\r\n"), "{said}");
    assert!(said.ends_with('.'), "{said}");
    play.verdict(&[Kind::Missing, Kind::Missing, Kind::Extra]);
}

#[test]
fn a_request_cut_short_is_extra_unless_it_was_recorded_so() {
    let half = "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhal";
    let play = Play::of(Tape::new().exchange(&post("/", "whole"), &ok("x")));
    play.client(half).closes().expect_miss("ended before").verdict(&[Kind::Missing, Kind::Extra]);

    let bad = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let tape = Tape::new().chunks(&[half]).client(How::Fin);
    Play::of(tape).client(half).closes().verdict(&[Kind::Same]);
    let tape = Tape::new().chunks(&[half, bad]).server(How::Fin);
    let play = Play::of(tape).client(half).closes();
    play.expect(bad.to_owned() + ".").verdict(&[Kind::Same]);
}

#[test]
fn a_recorded_order_binds_if_told_so() {
    let options = ReplayOptions { order: Order::Recorded, ..ReplayOptions::default() };
    let play = Play::with(Tape::new().get("/a").get("/b"), options);
    let play = play.client(&get("/b")).expect_miss("exchange 1 of tape came first");
    let play = play.client(&get("/a")).expect(ok("/a"));
    play.client(&get("/b")).expect(ok("/b"));
}

#[test]
fn at_recorded_pace_answers_wait_as_they_did() {
    let tape = Tape::new().exchange(&get("/"), &ok("x"));
    let play = Play::with(tape, paced(0.001)).client(&get("/")).expect("");
    let play = play.passes(Duration::from_nanos(999_999_999)).expect("");
    play.passes(Duration::from_nanos(1)).expect(ok("x"));
}

#[test]
fn a_server_that_closed_an_idle_connection_does_so_at_recorded_pace_only() {
    let tape = || Tape::new().get("/a").pause(5000).server(How::Fin);
    let play = Play::of(tape()).client(&get("/a")).expect(ok("/a"));
    play.passes(SECOND * 60).expect("");

    let play = Play::with(tape(), paced(1.0)).client(&get("/a")).passes(SECOND * 4);
    let play = play.expect(ok("/a"));
    play.passes(SECOND * 2).expect(".");
}

#[test]
fn what_a_server_said_unasked_follows_the_exchange_before_it() {
    let late = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let tape = || Tape::new().get("/a").pause(5000).chunks(&["", late]).server(How::Fin);
    Play::of(tape()).client(&get("/a")).expect(ok("/a")).verdict(&[Kind::Same]);
    let play = Play::with(tape(), paced(1.0)).client(&get("/a")).passes(SECOND);
    let play = play.expect(ok("/a")).passes(SECOND * 5);
    play.expect(late.to_owned() + ".").verdict(&[Kind::Same]);
}

#[test]
fn a_head_that_does_not_end_is_given_up() {
    let limits = Limits { head: SECOND, ..Limits::default() };
    let options = ReplayOptions { limits, ..ReplayOptions::default() };
    let play = Play::with(Tape::new(), options).client("GET / HT");
    let play = play.passes(SECOND / 2).client("T").passes(SECOND / 2).expect(".");
    play.verdict(&[Kind::Extra]);
}

#[test]
fn a_client_silent_in_lock_step_is_given_up_and_reported() {
    let head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    let tape = Tape::new().chunks(&[head, "HTTP/1.1 100 Continue\r\n\r\n", "hi", &ok("x")]);
    let play = Play::of(tape).client(head).passes(SECOND * 31);
    play.verdict(&[Kind::Changed]);
}

#[test]
fn a_foreign_host_decides_where_there_are_several() {
    let named = |host: &str| format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let tape =
        Tape::new().exchange(&named("a.test"), &ok("a")).exchange(&named("b.test"), &ok("b"));
    let play = Play::of(tape).client(&named("b.test")).expect(ok("b"));
    play.client(&named("A.test")).expect(ok("a")).client(&named("c.test")).expect_miss("");

    let play = Play::of(Tape::new().exchange(&named("a.test"), &ok("a")));
    play.client(&named("c.test")).expect(ok("a")).verdict(&[Kind::Changed]);
}

#[test]
fn the_same_bytes_have_the_same_verdict() {
    let run = || {
        let tape = Tape::new().get("/a").exchange(&post("/", "one"), &ok("1")).get("/c");
        let play = Play::of(tape).client(&get("/c")).client(&post("/", "two"));
        play.client(&get("/x")).closes()
    };
    let (mut one, mut two) = (run(), run());
    assert_eq!(one.said(), two.said());
    assert_eq!(one.stage.verdict(), two.stage.verdict());
}
