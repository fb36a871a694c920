//! Exchanges, attempts and time, told as plays.

use std::time::Duration;

use super::play::Play;
use crate::faults::{Act, Ending};

const UPGRADE: &str = "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

#[test]
fn of_a_kept_alive_connection_the_second_exchange_is_broken_and_the_first_is_whole() {
    for size in 1..=OK.len() {
        let mut play = Play::http(&["reset at byte 40 on 2"]);
        play.ask(get("/a"));
        play.say(OK, size);
        assert_eq!(play.got().bytes, OK.as_bytes());
        play.ask(get("/b"));
        play.say(OK, size);
        let got = play.got();
        assert_eq!(got.bytes, &OK.as_bytes()[..40]);
        assert_eq!(got.acts, [Act::End(Ending::Reset)]);
        assert_eq!(
            play.told(),
            ["broke exchange 2, GET /b: reset at byte 40 on 2 (after 40 bytes)"]
        );
    }
}

#[test]
fn pipelined_answers_that_come_at_once_are_told_apart() {
    let mut play = Play::http(&["close at byte 3 on GET /b"]);
    play.ask(get("/a") + &get("/b"));
    play.say(OK.repeat(2), usize::MAX);
    let got = play.got();
    assert_eq!(got.bytes, [OK, "HTT"].concat().as_bytes());
    assert_eq!(got.acts, [Act::End(Ending::Close)]);
}

#[test]
fn a_fault_that_comes_once_spares_the_second_asking_of_the_same() {
    let mut play = Play::http(&["status 503 on GET /a once"]);
    for (path, body, broken) in
        [("/a", "", true), ("/b", "", false), ("/a", "x", true), ("/a", "", false)]
    {
        let length = body.len();
        play.ask(format!("GET {path} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}"));
        play.say(OK, 7);
        let got = String::from_utf8(play.got().bytes).unwrap();
        assert_eq!(got.starts_with("HTTP/1.1 503"), broken, "{path} {body:?}: {got}");
    }
}

#[test]
fn bytes_before_the_point_pass_as_they_come() {
    let mut play = Play::http(&["stall at byte 30"]);
    play.ask(get("/"));
    play.say(&OK[..20], 20);
    assert_eq!(play.got().bytes.len(), 20);
    play.say(&OK[20..], 20);
    assert_eq!(play.got().bytes.len(), 10);
    assert!(!play.takes_more(), "what a silent client does not get stays with its server");
    assert_eq!(play.due(), None);
    play.client_ends();
    assert_eq!(play.got().acts, [Act::End(Ending::Close)]);
}

#[test]
fn an_endless_stream_is_cut_after_its_second_event() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    let mut play = Play::http(&["close at event 2"]);
    play.ask(get("/feed"));
    play.say(head, usize::MAX);
    for number in 1..=3 {
        play.say(format!("data: {number}\n\n"), 3);
    }
    let got = play.got();
    assert_eq!(got.bytes, format!("{head}data: 1\n\ndata: 2\n\n").as_bytes());
    assert_eq!(got.acts, [Act::End(Ending::Close)]);
}

#[test]
fn an_answer_that_does_not_end_is_not_held_for_ever() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    let mut play = Play::http(&["status 500"]);
    play.ask(get("/feed"));
    play.say(head, usize::MAX);
    play.say("data: 1\n\n", 4);
    assert_eq!(play.got().bytes, b"");
    assert_eq!(play.due(), Some(Duration::from_secs(30)));
    play.pass(Duration::from_secs(30));
    assert_eq!(play.got().bytes, format!("{head}data: 1\n\n").as_bytes());
    play.say("data: 2\n\n", 4);
    assert_eq!(play.got().bytes, b"data: 2\n\n");
    let told = play.told();
    assert!(
        told[0].contains("let pass exchange 1, GET /feed: status 500: it needs the whole answer, and that was not there after 30s"),
        "{told:?}"
    );
}

#[test]
fn an_answer_that_is_too_long_to_be_held_passes_unbroken() {
    let length = 17 << 20;
    let mut play = Play::http(&["status 500"]);
    play.ask(get("/big"));
    play.say(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"), 50);
    let piece = vec![b'x'; 1 << 20];
    let mut got = 0;
    for _ in 0..17 {
        play.say(&piece, usize::MAX);
        got += play.got().bytes.len();
    }
    assert!(got > length, "all of it, and its head: {got}");
    assert!(play.told()[0].ends_with("the exchange is longer than 16 MiB"), "{:?}", play.told());
}

#[test]
fn an_answer_that_the_server_breaks_off_is_not_edited() {
    let mut play = Play::http(&["status 500"]);
    play.ask(get("/"));
    play.say(&OK[..OK.len() - 1], 9);
    play.end();
    assert_eq!(play.gets().bytes, &OK.as_bytes()[..OK.len() - 1]);
    assert!(play.told()[0].ends_with("the server broke the answer off"), "{:?}", play.told());
}

#[test]
fn a_delayed_answer_is_delayed_once() {
    let mut play = Play::http(&["latency 250ms"]);
    play.ask(get("/"));
    play.say(OK, 10);
    assert_eq!(play.got().bytes, b"");
    assert_eq!(play.due(), Some(Duration::from_millis(250)));
    play.pass(Duration::from_millis(250));
    assert_eq!(play.got().bytes, OK.as_bytes());
}

#[test]
fn a_slower_pace_counts_from_what_came_before() {
    let mut play = Play::http(&["pace x3"]);
    play.ask(get("/"));
    play.say(&OK[..20], 20);
    assert_eq!(play.got().bytes, &OK.as_bytes()[..20]);
    play.pass(Duration::from_millis(10));
    play.say(&OK[20..], 30);
    assert_eq!(play.got().bytes, b"");
    assert_eq!(play.due(), Some(Duration::from_millis(20)), "10 of 30 ms have passed");
    play.pass(Duration::from_millis(20));
    assert_eq!(play.got().bytes, &OK.as_bytes()[20..]);
}

#[test]
fn bandwidth_gives_each_piece_its_time_whatever_the_server_does() {
    let mut play = Play::raw(&["bandwidth 1000/s"]);
    play.ask("x");
    play.say([b'x'; 150], usize::MAX);
    let mut sent = Vec::new();
    while let Some(due) = play.due().or_else(|| Some(Duration::ZERO).filter(|_| sent.is_empty())) {
        play.pass(due);
        sent.push(play.got().bytes.len());
    }
    assert_eq!(sent, [0, 50, 50, 50]);
}

#[test]
fn what_is_not_http_is_broken_as_plain_tcp() {
    for mut play in [Play::http(&["close at byte 4"]), Play::raw(&["close at byte 4"])] {
        play.ask("\x01\x02 hello");
        play.say("good day", 3);
        let got = play.got();
        assert_eq!(got.bytes, b"good");
        assert_eq!(got.acts, [Act::End(Ending::Close)]);
        assert_eq!(play.told(), ["broke exchange 1: close at byte 4 (after 4 bytes)"]);
    }
}

#[test]
fn messages_of_a_dialect_are_counted() {
    let mut play = Play::raw(&["reset at message 2"]);
    play.ask("*1\r\n$4\r\nPING\r\n");
    play.say("+PONG\r\n", 3);
    play.ask("*1\r\n$4\r\nPING\r\n");
    play.say("$5\r\nhello\r\n+never\r\n", 2);
    let got = play.got();
    assert_eq!(got.bytes, b"+PONG\r\n$5\r\nhello\r\n");
    assert_eq!(got.acts, [Act::End(Ending::Reset)]);
}

#[test]
fn what_needs_a_whole_answer_lets_plain_tcp_pass_and_says_so() {
    let mut play = Play::raw(&["status 500"]);
    play.ask("hello");
    play.say("good day", 3);
    assert_eq!(play.got().bytes, b"good day");
    assert!(play.told()[0].contains("plain TCP does not say where one ends"), "{:?}", play.told());
}

#[test]
fn a_websocket_is_cut_after_a_message() {
    for size in [1, 3, 1000] {
        let mut play = Play::http(&["close at message 2"]);
        play.ask(UPGRADE);
        play.say(SWITCH, size);
        play.say(b"\x81\x02hi\x81\x05there\x81\x01!", size);
        let got = play.got();
        assert_eq!(got.bytes, [SWITCH.as_bytes(), b"\x81\x02hi\x81\x05there"].concat());
        assert_eq!(got.acts, [Act::End(Ending::Close)]);
    }
}

#[test]
fn an_upgrade_is_refused_though_the_server_agreed_and_another_passes() {
    for (sentence, start, passes) in [
        ("upgrade-status 403", "HTTP/1.1 403", false),
        ("status 503", "HTTP/1.1 503", false),
        ("ws-close 1011 at message 9", "HTTP/1.1 101", true),
    ] {
        let mut play = Play::http(&[sentence]);
        play.ask(UPGRADE);
        play.say(SWITCH, 9);
        let got = String::from_utf8(play.got().bytes).unwrap();
        assert!(got.starts_with(start), "{sentence}: {got}");
        play.say(b"\x81\x02hi", 2);
        assert_eq!(play.got().bytes == b"\x81\x02hi", passes, "{sentence}");
    }
}

#[test]
fn in_a_dialogue_each_turn_of_the_servers_is_late() {
    let mut play = Play::raw(&["latency 250ms"]);
    for _ in 0..3 {
        play.ask("*1\r\n$4\r\nPING\r\n");
        play.say("+PO", 9);
        assert_eq!(play.got().bytes, b"");
        assert_eq!(play.due(), Some(Duration::from_millis(250)));
        play.pass(Duration::from_millis(250));
        play.say("NG\r\n", 9);
        assert_eq!(play.got().bytes, b"+PONG\r\n", "nobody spoke in between");
    }
}

#[test]
fn what_waits_for_an_answers_end_lets_pass_what_has_none() {
    let mut play = Play::raw(&["coalesce"]);
    play.ask("hello");
    play.say("good day", 3);
    assert_eq!(play.got().bytes, b"good day");
    assert!(play.told()[0].contains("plain TCP does not say where one ends"), "{:?}", play.told());
    let mut play = Play::http(&["coalesce", "latency 10ms"]);
    play.ask(UPGRADE);
    play.say(SWITCH, 9);
    assert_eq!(play.gets().bytes, SWITCH.as_bytes());
    for _ in 0..2 {
        play.ask(b"\x81\x02hi");
        play.say(b"\x81\x02hi", 1);
        assert_eq!(play.got().bytes, b"");
        assert_eq!(play.due(), Some(Duration::from_millis(10)));
        assert_eq!(play.gets().bytes, b"\x81\x02hi");
    }
}

#[test]
fn of_two_faults_the_one_that_comes_too_late_is_told() {
    let mut play = Play::http(&["close at byte 9", "reset at byte 20"]);
    play.ask(get("/"));
    play.say(OK, 7);
    assert_eq!(play.got().bytes, &OK.as_bytes()[..9]);
    let told = play.told();
    assert!(told[1].ends_with("another fault had ended the answer before"), "{told:?}");
}

const PUT: &str = "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
const GO_ON: &str = "HTTP/1.1 100 Continue\r\n\r\n";

#[test]
fn a_client_that_uploads_for_long_after_it_was_told_to_go_on_gets_its_edited_answer() {
    for faults in [&["status 503"][..], &["100-late 10ms", "status 503"]] {
        let mut play = Play::http(faults);
        play.ask(PUT);
        play.say(GO_ON, 7);
        assert_eq!(play.gets().bytes, GO_ON.as_bytes(), "{faults:?}");
        assert_eq!(play.due(), None, "nothing is held");
        play.pass(Duration::from_secs(60));
        play.ask("hi");
        play.say(OK, 7);
        let got = String::from_utf8(play.got().bytes).unwrap();
        assert!(got.starts_with("HTTP/1.1 503"), "{faults:?}: {got}");
    }
}

#[test]
fn a_client_is_told_to_go_on_late_or_never_and_its_answer_streams() {
    for (fault, time, told) in [("100-late 2s", 2, GO_ON), ("100-never", 0, "")] {
        let mut play = Play::http(&[fault]);
        play.ask(PUT);
        play.say(GO_ON, 7);
        assert_eq!(play.got().bytes, b"");
        assert_eq!(play.told().len(), 1, "{fault}");
        play.pass(Duration::from_secs(time));
        assert_eq!(play.got().bytes, told.as_bytes());
        play.ask("hi");
        play.say(&OK[..OK.len() - 1], 7);
        assert_eq!(play.got().bytes, &OK.as_bytes()[..OK.len() - 1], "{fault}");
    }
}

#[test]
fn a_client_that_is_not_told_to_go_on_cannot_be_told_so_late() {
    let mut play = Play::http(&["100-late 2s"]);
    play.ask(get("/"));
    play.say(OK, 7);
    assert_eq!(play.got().bytes, OK.as_bytes());
    assert!(play.told()[0].ends_with("no `100 Continue` came before the answer"));
}

#[test]
fn an_interim_answer_that_a_fault_may_be_about_is_held_and_one_before_it_is_not() {
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    for (fault, passes) in [("flip at byte 50", [true, false]), ("flip at 1%", [false; 2])] {
        let mut play = Play::http(&[fault]);
        play.ask(get("/"));
        for is_passed in passes {
            play.say(hints, 7);
            assert_eq!(play.got().bytes, if is_passed { hints.as_bytes() } else { b"" });
        }
        play.say(OK, 7);
        let got = play.got().bytes.len() + if passes[0] { hints.len() } else { 0 };
        assert_eq!(got, hints.len() * 2 + OK.len(), "{fault}");
    }
}

#[test]
fn an_idle_connection_closes_and_a_busy_one_does_not() {
    let mut play = Play::http(&["idle-close 1s on 1"]);
    play.ask(get("/a"));
    play.say(OK, 9);
    assert_eq!(play.got().bytes, OK.as_bytes());
    assert_eq!(play.due(), Some(Duration::from_secs(1)));
    play.ask(get("/b"));
    play.say(OK, 9);
    let got = play.gets();
    assert_eq!((&got.bytes[..], &got.acts[..]), (OK.as_bytes(), &[][..]));
    let mut idle = Play::http(&["idle-close 1s"]);
    idle.ask(get("/a"));
    idle.say(OK, 9);
    assert_eq!(idle.gets().acts, [Act::End(Ending::Close)]);
}

#[test]
fn without_a_hit_every_byte_passes_as_it_came() {
    let mut play = Play::http(&["close at end on GET /other"]);
    assert_eq!(play.ask(&get("/")[..2]), "GE");
    assert_eq!(play.ask(&get("/")[2..]), get("/")[2..]);
    play.say([OK, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"].concat(), 5);
    play.end();
    assert!(play.got().bytes.ends_with(b"Connection: close\r\n\r\n"));
    assert!(play.told().is_empty());
}

#[test]
fn a_break_after_a_read_comes_after_that_read() {
    for number in 1..=3 {
        let mut play = Play::http(&[&format!("close at chunk {number}")]);
        play.ask(get("/"));
        play.say(OK, 20);
        assert_eq!(play.got().bytes, &OK.as_bytes()[..OK.len().min(20 * number)], "{number}");
    }
}
