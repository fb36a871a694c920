//! What a replayer does to play one stream.

use std::time::Duration;

use super::streams::{GET, OK, POST, Peers, data, greeted, wire};
use super::{Bytes, Exchange, How, Playbook, Side, Tape};
use crate::model::Step::{Close, Receive, Reset, Stall, Wait};
use crate::model::{Step, Until};
use crate::transcribe::compile;
use crate::wire::http2::hpack::{Field, encode_standalone};
use crate::wire::http2::{ErrorCode, Frame, compose};

const MS: Step = Wait(Duration::from_millis(1));
const ASKED: Step = Receive(Until::RequestEnd);
const HEAD: Step = Receive(Until::Head);

/// The script of the play's first stream.
fn script(play: &Playbook) -> Vec<Step> {
    let Tape { exchanges, connection, .. } = play.tape();
    let exchange: &Exchange = &exchanges[1].0;
    compile(exchange, &connection, true).steps
}

fn send(frames: &[Frame]) -> Step {
    Step::Send(Bytes::from(wire(frames)))
}

/// A head as it stands alone.
fn head(stream: u32, fields: &[(&str, &str)], end: bool) -> Frame {
    let field = |(name, value): &(&str, &str)| Field::new(name.to_string(), value.to_string());
    let fields: Vec<Field> = fields.iter().map(field).collect();
    compose::headers(stream, encode_standalone(&fields), end)
}

/// The client has asked for it all.
fn asked(peers: &mut Peers) -> Playbook {
    greeted().client(wire(&[peers.asks(1, GET, true)]))
}

#[test]
fn an_answer_is_sent_once_the_request_is_whole() {
    let mut peers = Peers::default();
    let play = asked(&mut peers).server(wire(&[peers.answers(1, OK, false)]));
    let play = play.server(wire(&[data(1, "x", true)])).server_closes();
    assert_eq!(
        script(&play),
        [ASKED, MS, send(&[head(1, OK, false)]), MS, send(&[data(1, "x", true)])]
    );
}

#[test]
fn windows_are_the_players_own() {
    let mut peers = Peers::default();
    let room = compose::window_update(1, 9);
    let play = greeted()
        .client(wire(&[peers.asks(1, POST, false), data(1, "abc", false)]))
        .server(wire(std::slice::from_ref(&room)))
        .client(wire(&[data(1, "d", true)]))
        .server(wire(&[room, peers.answers(1, OK, true)]));
    assert_eq!(script(&play), [ASKED, MS, send(&[head(1, OK, true)])]);
}

#[test]
fn an_early_answer_waits_for_as_much_of_the_body() {
    let mut peers = Peers::default();
    let early = [(":status", "100")];
    let play = greeted()
        .client(wire(&[peers.asks(1, POST, false)]))
        .server(wire(&[peers.answers(1, &early, false)]))
        .client(wire(&[data(1, "abc", false)]))
        .server(wire(&[peers.answers(1, OK, true), compose::rst_stream(1, ErrorCode::NO_ERROR)]));
    let last = send(&[head(1, OK, true), compose::rst_stream(1, ErrorCode::NO_ERROR)]);
    let body = Receive(Until::Body(3));
    assert_eq!(script(&play), [HEAD, MS, send(&[head(1, &early, false)]), body, MS, last]);
}

#[test]
fn a_call_in_both_directions_goes_message_by_message() {
    let mut peers = Peers::default();
    let fields = [POST, &[("content-type", "application/grpc")]].concat();
    let message =
        |text: &str| format!("\0\0\0\0{}{text}", char::from(u8::try_from(text.len()).unwrap()));
    let (one, two) = (message("one"), message("two"));
    let play = greeted()
        .client(wire(&[peers.asks(1, &fields, false)]))
        .server(wire(&[peers.answers(1, OK, false)]))
        .client(wire(&[data(1, &one, false), data(1, &two[..4], false)]))
        .server(wire(&[data(1, "a", false)]))
        .client(wire(&[data(1, &two[4..], false)]))
        .server(wire(&[data(1, "b", false)]))
        .client(wire(&[data(1, "", true)]))
        .server(wire(&[peers.answers(1, &[("grpc-status", "0")], true)]));
    let messages = |count| Receive(Until::Messages(count));
    let expected = [
        [HEAD, MS, send(&[head(1, OK, false)])],
        [messages(1), MS, send(&[data(1, "a", false)])],
        [messages(2), MS, send(&[data(1, "b", false)])],
        [ASKED, MS, send(&[head(1, &[("grpc-status", "0")], true)])],
    ];
    assert_eq!(script(&play), expected.concat());
}

#[test]
fn a_web_socket_goes_message_by_message() {
    let mut peers = Peers::default();
    let mut connect = [POST, &[(":protocol", "websocket")]].concat();
    connect[0].1 = "CONNECT";
    let play = greeted()
        .client(wire(&[peers.asks(1, &connect, false)]))
        .server(wire(&[peers.answers(1, OK, false)]))
        .client(wire(&[compose::data(1, Bytes::from_static(b"\x81\x82\0\0\0\0hi"), false)]))
        .server(wire(&[data(1, "x", true)]))
        .client(wire(&[data(1, "", true)]));
    let messages = Receive(Until::Messages(1));
    let last = send(&[data(1, "x", true)]);
    assert_eq!(script(&play), [HEAD, MS, send(&[head(1, OK, false)]), messages, MS, last]);
}

#[test]
fn a_stream_that_the_client_resets_waits_for_that() {
    let mut peers = Peers::default();
    let play = asked(&mut peers)
        .server(wire(&[peers.answers(1, OK, false)]))
        .client(wire(&[compose::rst_stream(1, ErrorCode::CANCEL)]))
        .server_closes();
    let left = Receive(Until::ClientClose);
    assert_eq!(script(&play), [ASKED, MS, send(&[head(1, OK, false)]), left]);
}

#[test]
fn a_reset_and_a_goaway_are_sent_and_end_the_script() {
    let reset = compose::rst_stream(1, ErrorCode::REFUSED_STREAM);
    let play =
        asked(&mut Peers::default()).server(wire(std::slice::from_ref(&reset))).server_closes();
    assert_eq!(script(&play), [ASKED, MS, send(&[reset])]);
    let goaway = compose::goaway(0, ErrorCode::NO_ERROR, b"");
    let play = asked(&mut Peers::default()).server(wire(std::slice::from_ref(&goaway)));
    let play = play.server_closes();
    assert_eq!(script(&play), [ASKED, MS, send(&[goaway])]);
}

#[test]
fn an_answer_that_is_cut_short_ends_with_the_connection() {
    let mut peers = Peers::default();
    let play = asked(&mut peers).server(wire(&[peers.answers(1, OK, false)]));
    let sent = [ASKED, MS, send(&[head(1, OK, false)])];
    let ends = [
        (How::Fin, vec![MS, Close]),
        (How::CloseNotify, vec![MS, Close]),
        (How::Reset, vec![MS, Reset]),
        (How::Alert(80), vec![MS, Step::Alert(80)]),
        (How::Timeout, vec![Stall(None)]),
    ];
    for (how, end) in ends {
        assert_eq!(script(&play.clone().ends(Side::Server, how)), [&sent[..], &end].concat());
    }
    // Nobody saw its end.
    assert_eq!(script(&play), [&sent[..], &[Close]].concat());
    // A GOAWAY that does not leave it out is no end.
    let goaway = compose::goaway(1, ErrorCode::NO_ERROR, b"");
    let play = play.server(wire(std::slice::from_ref(&goaway))).server_closes();
    assert_eq!(script(&play), [&sent[..], &[MS, send(&[goaway]), MS, Close]].concat());
}

#[test]
fn a_frame_that_was_cut_off_is_sent_as_far_as_it_came() {
    let mut peers = Peers::default();
    let cut = Bytes::from(wire(&[data(1, "hello there", true)])).slice(..14);
    let play = asked(&mut peers).server(wire(&[peers.answers(1, OK, false)])).server(&cut);
    let steps = script(&play.ends(Side::Server, How::Reset));
    assert!(steps.contains(&Step::Send(cut)), "{steps:?}");
    assert_eq!(steps.last(), Some(&Reset));
}
