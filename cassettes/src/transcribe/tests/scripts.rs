//! What a replayer does to play the server's part.

use std::time::Duration;

use super::{Bytes, How, Playbook, Side};
use crate::model::Step::{Close, HalfClose, Receive, Reset, Stall, Wait};
use crate::model::{Direction, Staging, Step, Timestamp, Until};
use crate::transcribe::{compile, enact};

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
const UNTIL_CLOSE: &str = "HTTP/1.1 200 OK\r\n\r\nhi";

/// All plays happen a millisecond apart.
const MS: Step = Wait(Duration::from_millis(1));
const ASKED: Step = Receive(Until::RequestEnd);

fn send(bytes: &str) -> Step {
    Step::Send(Bytes::copy_from_slice(bytes.as_bytes()))
}

/// The script of the play's exchange `index`; its connection's last if it is the last.
fn script_of(play: &Playbook, index: usize) -> Vec<Step> {
    let tape = play.tape();
    let last = index + 1 == tape.exchanges.len();
    compile(&tape.exchanges[index].0, &tape.connection, last).steps
}

fn script(play: &Playbook) -> Vec<Step> {
    script_of(play, 0)
}

#[test]
fn an_answer_is_sent_once_the_request_is_whole() {
    let play = Playbook::http1().client(GET).server(&OK[..9]).server(&OK[9..]);
    assert_eq!(script(&play), [ASKED, MS, send(&OK[..9]), MS, send(&OK[9..])]);
}

#[test]
fn an_answer_to_a_head_waits_for_no_more() {
    let post = "POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n";
    let carry_on = "HTTP/1.1 100 Continue\r\n\r\n";
    let play = Playbook::http1().client(post).server(carry_on).client("a").client("b").server(OK);
    assert_eq!(script(&play), [Receive(Until::Head), MS, send(carry_on), ASKED, MS, send(OK)]);
}

#[test]
fn an_answer_amid_a_body_waits_for_as_many_bytes() {
    let post = "POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\n";
    let early = "HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let play = Playbook::http1().client(post).client("abc").server(early).server_closes();
    let until = Receive(Until::Bytes(post.len() as u64 + 3));
    assert_eq!(script(&play), [until, MS, send(early), MS, Close]);
}

#[test]
fn an_unasked_answer_waits_for_nothing() {
    let late = "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let play = Playbook::http1().client(GET).server(OK).server(late).server_closes();
    assert_eq!(script_of(&play, 0), [ASKED, MS, send(OK)]);
    assert_eq!(script_of(&play, 1), [send(late), MS, Close]);
}

#[test]
fn a_tail_is_played_in_lock_step_counted_from_the_requests_end() {
    let upgrade = "GET / HTTP/1.1\r\nupgrade: x\r\n\r\n";
    let agreed = "HTTP/1.1 101 Switching\r\n\r\n";
    let play =
        Playbook::http1().client(upgrade).server(agreed).client("12345").server("a").client("678");
    let play = play.server("b").client_closes().server("bye").server_closes();
    let expected = [
        [ASKED, MS, send(agreed)],
        [Receive(Until::Tail(5)), MS, send("a")],
        [Receive(Until::Tail(8)), MS, send("b")],
        [Receive(Until::ClientClose), MS, send("bye")],
    ];
    assert_eq!(script(&play), [&expected.concat()[..], &[MS, Close]].concat());
}

#[test]
fn a_raw_exchange_is_played_in_lock_step() {
    let play =
        Playbook::raw().server("220").client("QUIT").client("\r\n").server("221").server_closes();
    assert_eq!(script(&play), [send("220"), Receive(Until::Bytes(6)), MS, send("221"), MS, Close]);
}

#[test]
fn an_answer_that_ends_with_the_connection_is_closed() {
    let play = Playbook::http1().client(GET).server(UNTIL_CLOSE);
    let sent = [ASKED, MS, send(UNTIL_CLOSE)];
    assert_eq!(script(&play.clone().server_closes()), [&sent[..], &[MS, Close]].concat());
    assert_eq!(
        script(&play.clone().ends(Side::Server, How::Reset)),
        [&sent[..], &[MS, Reset]].concat()
    );
    // Not even where nobody saw its end.
    assert_eq!(script(&play), [&sent[..], &[Close]].concat());
    // A client that closes its side early is no reason to wait for it.
    let early = Playbook::http1().client(GET).client_closes().server(UNTIL_CLOSE).server_closes();
    let later = Wait(Duration::from_millis(2));
    assert_eq!(script(&early), [ASKED, later, send(UNTIL_CLOSE), MS, Close]);
}

#[test]
fn a_truncated_answer_ends_as_it_did() {
    let part = &OK[..OK.len() - 1];
    let play = Playbook::http1().client(GET).server(part);
    let sent = [ASKED, MS, send(part)];
    assert_eq!(script(&play.clone().server_closes()), [&sent[..], &[MS, Close]].concat());
    assert_eq!(
        script(&play.clone().ends(Side::Server, How::Reset)),
        [&sent[..], &[MS, Reset]].concat()
    );
    let timeout = play.clone().ends(Side::Server, How::Timeout);
    assert_eq!(script(&timeout), [&sent[..], &[Stall(None)]].concat());
    // The client left first: the server had more to say, sooner or later.
    let left = [&sent[..], &[Receive(Until::ClientClose), Close]].concat();
    assert_eq!(script(&play.clone().ends(Side::Client, How::Reset)), left);
    assert_eq!(script(&play.client_closes()), left);
}

#[test]
fn a_server_that_was_not_reached_resets() {
    for how in [How::Refused, How::Unreachable] {
        let play = Playbook::http1().client(GET).ends(Side::Server, how);
        assert_eq!(script(&play), [ASKED, MS, Reset]);
    }
}

#[test]
fn the_end_of_a_connection_belongs_to_its_last_exchange() {
    let play = Playbook::http1().client(GET).server(OK).client(GET).server(OK).server_closes();
    assert_eq!(script_of(&play, 0), [ASKED, MS, send(OK)]);
    assert_eq!(script_of(&play, 1), [ASKED, MS, send(OK), MS, Close]);
}

#[test]
fn the_end_of_a_connection_belongs_to_what_it_cut_off() {
    let play =
        Playbook::http1().client(GET).client(GET).server(&OK[..20]).ends(Side::Server, How::Reset);
    let later = Wait(Duration::from_millis(2));
    assert_eq!(script_of(&play, 0), [ASKED, later, send(&OK[..20]), MS, Reset]);
    assert_eq!(script_of(&play, 1).last(), Some(&Reset));
}

#[test]
fn a_close_that_answers_the_clients_is_not_played() {
    let play = Playbook::http1().client(GET).server(OK).client_closes().server_closes();
    assert_eq!(script(&play), [ASKED, MS, send(OK)]);
}

#[test]
fn an_announced_close_is_played_though_the_client_was_faster() {
    let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let play = Playbook::http1().client(GET).server(answer).client_closes().server_closes();
    let later = Wait(Duration::from_millis(2));
    assert_eq!(script(&play), [ASKED, MS, send(answer), later, Close]);
}

#[test]
fn an_idle_close_stalls_first() {
    let tape = Playbook::http1().client(GET).server(OK).server_closes().tape();
    let (exchange, mut connection) = (&tape.exchanges[0].0, tape.connection.clone());
    connection.closes[0].at = exchange.ended().later(Duration::from_secs(60));
    let idle = Stall(Some(Duration::from_secs(60)));
    assert_eq!(compile(exchange, &connection, true).steps, [ASKED, MS, send(OK), idle, Close]);
}

#[test]
fn a_half_close_stands_where_it_happened() {
    let play = Playbook::raw().client("a").server_closes().client("b").client_closes();
    assert_eq!(
        script(&play),
        [Receive(Until::Bytes(1)), MS, HalfClose, Receive(Until::ClientClose), Close]
    );
    let play =
        Playbook::raw().client("a").server("x").server_closes().ends(Side::Server, How::Reset);
    assert_eq!(script(&play).last(), Some(&Reset));
}

#[test]
fn a_script_sends_every_recorded_byte() {
    let play =
        Playbook::http1().client(GET).server("nonsense").client("x").server("more").server_closes();
    let sent: Vec<u8> = script(&play)
        .iter()
        .flat_map(|step| match step {
            Step::Send(bytes) => bytes.to_vec(),
            _ => Vec::new(),
        })
        .collect();
    assert_eq!(sent, b"nonsensemore");
    assert_eq!(play.tape().exchanges[0].0.started(), Timestamp::from_nanos(1_000_000));
}

#[test]
fn an_end_noted_before_the_last_bytes_is_played_after_them() {
    for (how, end) in [(How::Fin, Close), (How::Reset, Reset)] {
        let tape = Playbook::http1().client(GET).server(&OK[..9]).server(&OK[9..20]).tape();
        let mut connection = tape.connection.clone();
        let at = Timestamp::from_nanos(2_500_000);
        connection.closes.push(crate::model::Close { at, by: Side::Server, how });
        let script = compile(&tape.exchanges[0].0, &connection, true);
        assert_eq!(script.steps, [ASKED, MS, send(&OK[..9]), MS, send(&OK[9..20]), end]);
    }
}

#[test]
fn an_answer_on_a_web_socket_waits_for_as_many_messages() {
    let upgrade = "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    let switch = "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    let (hi, ping, bye) = (b"\x81\x82\0\0\0\0hi", b"\x89\x80\0\0\0\0", b"\x88\x80\0\0\0\0");
    let play = Playbook::http1().client(upgrade).server(switch);
    let play = play.client(ping).server(b"\x8a\0").client(&hi[..3]).client(&hi[3..]);
    let play = play.server(b"\x81\0").client(bye).server(b"\x88\0").server_closes();
    let messages = |count| Receive(Until::Messages(count));
    let sent = |bytes: &'static [u8]| Step::Send(Bytes::from_static(bytes));
    let expected = [
        &[ASKED, MS, send(switch), messages(0), MS, sent(b"\x8a\0")][..],
        &[messages(1), MS, sent(b"\x81\0"), messages(2), MS, sent(b"\x88\0"), MS, Close],
    ];
    assert_eq!(script(&play), expected.concat());
}

#[test]
fn what_only_claims_to_be_a_web_socket_is_counted_in_bytes() {
    let upgrade = "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    let switch = "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    let play = Playbook::http1().client(upgrade).server(switch).client("what").server("no");
    let steps = script(&play);
    assert!(steps.contains(&Receive(Until::Tail(4))), "{steps:?}");
}

#[test]
fn a_script_that_is_played_gives_the_exchange_that_it_was_made_of() {
    let upgrade = "GET / HTTP/1.1\r\nupgrade: x\r\n\r\n";
    let tunnel = Playbook::http1().client(upgrade).server("HTTP/1.1 101 S\r\n\r\n").client("12");
    let plays = [
        Playbook::http1().client(&GET[..9]).client(&GET[9..]).server(&OK[..9]).server(&OK[9..]),
        tunnel.server("a").server("b").client("3").server("c"),
        Playbook::raw().server("220").client("QUIT").client("\r\n").server("221").server_closes(),
    ];
    for play in plays {
        let exchange = play.tape().exchanges[0].0.clone();
        let script = compile(&exchange, &play.tape().connection, true);
        let (enacted, steps) = enact(&exchange, script.clone()).unwrap();
        assert_eq!(enacted, exchange);
        let staging = Staging { script: Some(steps), ..Staging::default() };
        assert_eq!(staging.script_of(&exchange), Some(script));
    }
}

#[test]
fn a_script_that_breaks_off_leaves_the_clients_part_whole() {
    let play = Playbook::http1().client(GET).server(OK);
    let cut = crate::model::Script { steps: vec![ASKED, send(""), send("HT"), Reset] };
    let exchange = play.tape().exchanges[0].0.clone();
    let (enacted, steps) = enact(&exchange, cut).unwrap();
    assert_eq!(steps, [Receive(Until::RequestEnd), Step::Send(2), Reset]);
    assert_eq!(enacted.bytes(Direction::ToServer), GET);
    assert_eq!(enacted.bytes(Direction::ToClient), "HT");
}
