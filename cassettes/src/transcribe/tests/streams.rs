//! HTTP/2: which frames come out as which exchange.

use super::cuts::comes_out_the_same;
use super::{Bytes, Direction, Exchange, How, Playbook, Protocol, Side, Tape, arrow, raw, whole};
use crate::transcribe::MAX_STREAMS;
use crate::wire::http::View;
use crate::wire::http1::Framing;
use crate::wire::http2::hpack::{Encoder, Field};
use crate::wire::http2::{ErrorCode, Frame, Kind, PREFACE, compose, flag, frames};

pub(super) const GET: &[(&str, &str)] =
    &[(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/x?b=2&a=1")];
pub(super) const POST: &[(&str, &str)] =
    &[(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/p")];
pub(super) const OK: &[(&str, &str)] = &[(":status", "200"), ("server", "s")];

/// Client and server, each with a compression's table of its own.
#[derive(Default)]
pub(super) struct Peers {
    client: Encoder,
    server: Encoder,
}

impl Peers {
    pub(super) fn asks(&mut self, stream: u32, fields: &[(&str, &str)], end: bool) -> Frame {
        compose::headers(stream, self.client.encode(&list(fields)), end)
    }

    pub(super) fn answers(&mut self, stream: u32, fields: &[(&str, &str)], end: bool) -> Frame {
        compose::headers(stream, self.server.encode(&list(fields)), end)
    }
}

fn list(fields: &[(&str, &str)]) -> Vec<Field> {
    let field = |(name, value): &(&str, &str)| Field::new(name.to_string(), value.to_string());
    fields.iter().map(field).collect()
}

pub(super) fn data(stream: u32, text: &str, end: bool) -> Frame {
    compose::data(stream, Bytes::copy_from_slice(text.as_bytes()), end)
}

pub(super) fn wire(frames: &[Frame]) -> Vec<u8> {
    frames.iter().map(Frame::encode).collect::<Vec<_>>().concat()
}

/// Both have greeted.
pub(super) fn greeted() -> Playbook {
    Playbook::http1()
        .client([&PREFACE[..], &wire(&[compose::settings(&[(3, 100)])])].concat())
        .server(wire(&[compose::settings(&[]), compose::settings_ack()]))
}

/// The frames of an exchange: direction, kind, stream, and what DATA hold; `.` ends the stream. A line between chunks.
fn plot(exchange: &Exchange) -> Vec<String> {
    let mut lines = Vec::new();
    for chunk in &exchange.chunks {
        let bytes = chunk.bytes.strip_prefix(PREFACE).map_or(chunk.bytes.clone(), |rest| {
            lines.push("> preface".to_owned());
            chunk.bytes.slice_ref(rest)
        });
        let mut all = frames(&bytes);
        for frame in all.by_ref().map(|frame| frame.expect("a frame")) {
            let kind = frame.kind().name().unwrap_or("?");
            let data = frame.data().unwrap_or_default();
            let end = if frame.ends_stream() { "." } else { "" };
            let data = String::from_utf8_lossy(&data);
            let space = if data.is_empty() { "" } else { " " };
            lines.push(format!(
                "{} {kind} {}{space}{data}{end}",
                arrow(chunk.direction),
                frame.stream()
            ));
        }
        if !all.unread().is_empty() {
            lines.push(format!("{} {} bytes", arrow(chunk.direction), all.unread().len()));
        }
    }
    lines
}

/// The plot of the exchange `index`, and whether it is whole.
fn shown(tape: &Tape, index: usize) -> (Vec<String>, bool) {
    let (exchange, summary) = &tape.exchanges[index];
    (plot(exchange), summary.complete)
}

#[test]
fn each_stream_is_an_exchange_and_the_rest_is_the_connections() {
    let mut peers = Peers::default();
    let asked = [peers.asks(1, GET, true), peers.asks(3, POST, false), data(3, "{}", true)];
    let play = greeted().client(wire(&asked)).client(wire(&[compose::window_update(0, 9)]));
    let play = play.server(wire(&[peers.answers(3, OK, false)]));
    let later = [data(3, "two", true), peers.answers(1, OK, false), data(1, "one", true)];
    let play = play.server(wire(&later));
    let tape = play.tape();
    let control =
        ["> preface", "> SETTINGS 0", "< SETTINGS 0", "< SETTINGS 0", "> WINDOW_UPDATE 0"];
    assert_eq!(shown(&tape, 0), (control.map(str::to_owned).to_vec(), true));
    let one = ["> HEADERS 1.", "< HEADERS 1", "< DATA 1 one."];
    assert_eq!(shown(&tape, 1), (one.map(str::to_owned).to_vec(), true));
    let two = ["> HEADERS 3", "> DATA 3 {}.", "< HEADERS 3", "< DATA 3 two."];
    assert_eq!(shown(&tape, 2), (two.map(str::to_owned).to_vec(), true));
    assert_eq!(tape.exchanges.len(), 3);
    assert_eq!(tape.degraded, 0);
    tape.is_stable();
    let protocols = tape.exchanges.iter().map(|(exchange, _)| exchange.protocol);
    let expected = [Protocol::Http2Control, Protocol::Http2, Protocol::Http2];
    assert_eq!(protocols.collect::<Vec<_>>(), expected);
}

#[test]
fn streams_finish_as_soon_as_they_are_over_in_any_order() {
    let mut peers = Peers::default();
    let asked = [peers.asks(1, GET, true), peers.asks(3, GET, true)];
    let answered = [peers.answers(3, OK, true), peers.answers(1, OK, true)];
    let tape = greeted().client(wire(&asked)).server(wire(&answered)).tape();
    assert!(tape.exchanges.iter().all(|(_, summary)| summary.complete));
    assert_eq!(tape.done, [2, 1, 0]);
}

#[test]
fn a_view_of_a_stream_is_spelled_as_http_1_would() {
    let mut peers = Peers::default();
    let asked = [peers.asks(1, POST, false), data(1, "a", false), data(1, "b", true)];
    let mut padded = data(1, "\x02hi!!", false);
    padded.header.flags |= flag::PADDED;
    let answered = [
        peers.answers(1, &[(":status", "103"), ("link", "x")], false),
        peers.answers(1, OK, false),
        padded,
        data(1, " there", false),
        peers.answers(1, &[("sum", "1")], true),
    ];
    let tape = greeted().client(wire(&asked)).server(wire(&answered)).tape();
    let view = View::of(&tape.exchanges[1].0);
    let request = view.request().expect("a request");
    assert_eq!(request.head, "POST /p HTTP/2\r\nhost: a\r\n\r\n");
    assert_eq!((&request.body[..], request.framing), (&b"ab"[..], Framing::EndStream));
    let [early, last] = view.responses() else { panic!("two responses") };
    assert_eq!(early.head, "HTTP/2 103\r\nlink: x\r\n\r\n");
    assert_eq!(last.head, "HTTP/2 200\r\nserver: s\r\n\r\n");
    assert_eq!((&last.body[..], &last.trailers[..]), (&b"hi there"[..], &b"sum: 1\r\n"[..]));
    assert!(view.complete() && view.keeps_alive() && !view.switched());
}

#[test]
fn the_keys_are_those_of_the_same_request_in_http_1() {
    let mut peers = Peers::default();
    let fields = [POST, &[("content-type", "application/json")]].concat();
    let asked = [peers.asks(1, &fields, false), data(1, "{\"a\": ", false), data(1, "1}", true)];
    let tape = greeted().client(wire(&asked)).tape();
    let same =
        "POST /p HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{\"a\":1}";
    let old = Playbook::http1().client(same).tape();
    assert_eq!(tape.exchanges[1].1.keys, old.exchanges[0].1.keys);
}

#[test]
fn web_socket_over_a_stream_is_in_the_tails() {
    let mut peers = Peers::default();
    let connect = [
        (":method", "CONNECT"),
        (":scheme", "https"),
        (":authority", "a"),
        (":path", "/chat"),
        (":protocol", "websocket"),
    ];
    let play = greeted()
        .client(wire(&[peers.asks(1, &connect, false)]))
        .server(wire(&[peers.answers(1, OK, false)]))
        .client(wire(&[data(1, "to", false)]))
        .server(wire(&[data(1, "fro", true)]))
        .client(wire(&[data(1, "", true)]));
    let tape = play.tape();
    let (exchange, summary) = &tape.exchanges[1];
    let view = View::of(exchange);
    assert!(view.switched() && view.complete() && summary.complete);
    let tails = [Direction::ToServer, Direction::ToClient].map(|direction| view.tail(direction));
    assert_eq!(tails, ["to", "fro"].map(Bytes::from));
    assert_eq!(summary.keys.body, 0, "masks are random");
}

#[test]
fn a_reset_ends_a_stream_and_what_follows_is_the_connections() {
    let mut peers = Peers::default();
    let play = greeted()
        .client(wire(&[peers.asks(1, GET, true)]))
        .server(wire(&[peers.answers(1, OK, false)]))
        .client(wire(&[compose::rst_stream(1, ErrorCode::CANCEL)]))
        .server(wire(&[data(1, "late", true)]));
    let tape = play.tape();
    let expected = ["> HEADERS 1.", "< HEADERS 1", "> RST_STREAM 1"];
    assert_eq!(shown(&tape, 1), (expected.map(str::to_owned).to_vec(), false));
    assert_eq!(plot(&tape.exchanges[0].0).last().map(String::as_str), Some("< DATA 1 late."));
}

#[test]
fn an_answer_that_spares_the_client_its_request_is_whole() {
    for (code, complete) in [(ErrorCode::NO_ERROR, true), (ErrorCode::INTERNAL_ERROR, false)] {
        let mut peers = Peers::default();
        let play = greeted()
            .client(wire(&[peers.asks(1, POST, false), data(1, "part", false)]))
            .server(wire(&[peers.answers(1, OK, true), compose::rst_stream(1, code)]));
        let tape = play.tape();
        assert_eq!(tape.exchanges[1].1.complete, complete, "{code}");
        tape.is_stable();
    }
}

#[test]
fn a_goaway_is_told_to_every_open_stream() {
    let mut peers = Peers::default();
    let asked = [peers.asks(1, GET, true), peers.asks(3, GET, true), peers.asks(5, GET, true)];
    let said = [
        peers.answers(1, OK, true),
        compose::goaway(3, ErrorCode::NO_ERROR, b"bye"),
        peers.answers(3, OK, true),
    ];
    let tape = greeted().client(wire(&asked)).server(wire(&said)).tape();
    assert_eq!(
        shown(&tape, 1),
        (["> HEADERS 1.", "< HEADERS 1."].map(str::to_owned).to_vec(), true)
    );
    let kept = ["> HEADERS 3.", "< GOAWAY 0", "< HEADERS 3."];
    assert_eq!(shown(&tape, 2), (kept.map(str::to_owned).to_vec(), true));
    assert_eq!(
        shown(&tape, 3),
        (["> HEADERS 5.", "< GOAWAY 0"].map(str::to_owned).to_vec(), false)
    );
    assert_eq!(plot(&tape.exchanges[0].0).last().map(String::as_str), Some("< GOAWAY 0"));
}

#[test]
fn what_is_pushed_belongs_to_the_stream_that_promised_it() {
    let mut peers = Peers::default();
    let block = peers.server.encode(&list(GET));
    let promise = [&2_u32.to_be_bytes()[..], &block].concat();
    let promise = Frame::new(Kind::PushPromise, flag::END_HEADERS, 1, promise.into());
    let play = greeted().client(wire(&[peers.asks(1, GET, true)])).server(wire(&[promise]));
    let play = play.server(wire(&[peers.answers(1, OK, true), peers.answers(2, OK, false)]));
    let tape = play
        .client(wire(&[compose::window_update(2, 1)]))
        .server(wire(&[data(2, "x", true)]))
        .tape();
    let expected = [
        "> HEADERS 1.",
        "< PUSH_PROMISE 1",
        "< HEADERS 1.",
        "< HEADERS 2",
        "> WINDOW_UPDATE 2",
        "< DATA 2 x.",
    ];
    assert_eq!(shown(&tape, 1), (expected.map(str::to_owned).to_vec(), true));
    let view = View::of(&tape.exchanges[1].0);
    assert_eq!(view.responses().len(), 1);
    assert!(view.complete());
}

#[test]
fn an_upgrade_goes_on_in_http_2() {
    let upgrade = "GET / HTTP/1.1\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAA\r\n\r\n";
    let agreed = "HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n";
    let mut peers = Peers::default();
    let greeting = wire(&[compose::settings(&[]), peers.answers(1, OK, false)]);
    let play = Playbook::http1()
        .client(upgrade)
        .server([agreed.as_bytes(), &greeting].concat())
        .client([&PREFACE[..], &wire(&[compose::settings(&[])])].concat())
        .server(wire(&[data(1, "hi", true)]))
        .client(wire(&[peers.asks(3, GET, true)]))
        .server(wire(&[peers.answers(3, OK, true)]));
    let tape = play.tape();
    let protocols: Vec<_> = tape.exchanges.iter().map(|(exchange, _)| exchange.protocol).collect();
    let expected = [Protocol::Http1, Protocol::Http2Control, Protocol::Http2, Protocol::Http2];
    assert_eq!(protocols, expected);
    assert!(tape.exchanges.iter().all(|(_, summary)| summary.complete));
    assert_eq!(tape.exchanges[0].0.bytes(Direction::ToClient), agreed);
    assert_eq!(plot(&tape.exchanges[2].0), ["< HEADERS 1", "< DATA 1 hi."]);
    tape.is_stable();
    comes_out_the_same(&play);
}

#[test]
fn a_server_may_greet_first() {
    let mut peers = Peers::default();
    let play = Playbook::http1().server(wire(&[compose::settings(&[])])).client(
        [&PREFACE[..], &wire(&[compose::settings(&[]), peers.asks(1, GET, true)])].concat(),
    );
    let tape = play.tape();
    assert_eq!(plot(&tape.exchanges[0].0), ["< SETTINGS 0", "> preface", "> SETTINGS 0"]);
    assert_eq!(plot(&tape.exchanges[1].0), ["> HEADERS 1."]);
    comes_out_the_same(&play);
    // A browser may open a connection in advance, and leave it unused.
    let greeting = wire(&[compose::settings(&[])]);
    let left = Playbook::http1().server(&greeting).client_closes();
    for unused in [left, Playbook::http1().client_closes().server(&greeting)] {
        assert_eq!(unused.tape().exchanges[0].0.protocol, Protocol::Http2Control);
    }
}

#[test]
fn what_only_begins_like_http_2_is_read_as_http_1() {
    let request = "PRI / HTTP/1.1\r\n\r\n";
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let play = Playbook::http1().client(request).server(answer);
    play.expect([whole(&[&format!("> {request}"), &format!("< {answer}")])]);
    Playbook::http1()
        .client("PRI * HTTP/2.0\r\n\r\n")
        .client_closes()
        .expect([raw(&["> PRI * HTTP/2.0\r\n\r\n"])]);
}

#[test]
fn what_is_no_longer_http_2_is_kept_raw_with_the_reason() {
    let mut peers = Peers::default();
    let play = greeted()
        .client(wire(&[peers.asks(1, GET, true)]))
        .server(
            [&wire(&[peers.answers(1, OK, false)])[..], b"\0\0\x01\x06\0\0\0\0\0?more"].concat(),
        )
        .client("and more");
    let tape = play.tape();
    assert_eq!(plot(&tape.exchanges[1].0), ["> HEADERS 1.", "< HEADERS 1"]);
    let (rest, summary) = &tape.exchanges[2];
    assert_eq!(rest.protocol, Protocol::Raw);
    assert_eq!(rest.bytes(Direction::ToServer), "and more");
    assert_eq!(rest.bytes(Direction::ToClient), &b"\0\0\x01\x06\0\0\0\0\0?more"[..]);
    let reason = summary.degraded.map(|degraded| (degraded.direction, degraded.reason));
    let expected = "a frame's length is not one that its kind can have";
    assert_eq!(reason, Some((Direction::ToClient, expected)));
    assert_eq!(tape.degraded, 1);
    comes_out_the_same(&play);
}

#[test]
fn a_frame_cut_off_by_the_connections_end_stays_with_its_stream() {
    let mut peers = Peers::default();
    let cut = wire(&[data(1, "hello there", true)]);
    let play = greeted()
        .client(wire(&[peers.asks(1, GET, true)]))
        .server(wire(&[peers.answers(1, OK, false)]))
        .server(&cut[..14])
        .ends(Side::Server, How::Reset);
    let tape = play.tape();
    let (exchange, summary) = &tape.exchanges[1];
    assert!(!summary.complete);
    assert!(exchange.bytes(Direction::ToClient).ends_with(&cut[..14]));
    let view = View::of(exchange);
    assert_eq!(view.final_response().map(|answer| answer.body.clone()), Some("hello".into()));
    assert!(!view.complete());
    comes_out_the_same(&play);
}

#[test]
fn a_header_block_that_is_no_request_is_counted() {
    let mut peers = Peers::default();
    let asked = [peers.asks(1, &[(":method", "GET")], true)];
    let tape = greeted().client(wire(&asked)).server(wire(&[peers.answers(1, OK, true)])).tape();
    let (exchange, summary) = &tape.exchanges[1];
    let reason = summary.degraded.map(|degraded| degraded.reason);
    assert_eq!(reason, Some("the fields are not those of an HTTP/2 request"));
    assert_eq!(View::of(exchange).degraded(), summary.degraded);
    assert_eq!(View::of(exchange).tail(Direction::ToServer), exchange.bytes(Direction::ToServer));
}

#[test]
fn streams_beyond_the_limit_are_with_the_connections_own() {
    let mut peers = Peers::default();
    let limit = u32::try_from(MAX_STREAMS).unwrap();
    let asked: Vec<Frame> =
        (0..=limit).map(|stream| peers.asks(2 * stream + 1, GET, true)).collect();
    let late = [peers.answers(2 * limit + 1, OK, true), peers.answers(1, OK, true)];
    let tape = greeted().client(wire(&asked)).server(wire(&late)).tape();
    assert_eq!(tape.exchanges.len(), MAX_STREAMS + 1);
    let reason = tape.exchanges[0].1.degraded.map(|degraded| degraded.reason);
    assert_eq!(reason, Some("more than 8192 streams are open at once"));
    assert!(tape.exchanges[1].1.complete);
    let last = plot(&tape.exchanges[0].0).pop();
    assert_eq!(last, Some(format!("< HEADERS {}.", 2 * limit + 1)));
}

#[test]
fn streams_cut_anywhere() {
    let mut peers = Peers::default();
    let asked = [peers.asks(1, GET, true), peers.asks(3, POST, false), data(3, "{}", true)];
    let said = [
        peers.answers(3, OK, false),
        peers.answers(1, OK, true),
        compose::goaway(3, ErrorCode::NO_ERROR, b""),
        data(3, "later", true),
        compose::window_update(3, 5),
        compose::ping(*b"12345678"),
    ];
    let value = "y".repeat(90);
    let long = [GET, &[("x", &value)]].concat();
    let long = compose::split(peers.asks(5, &long, true), 40);
    let play = greeted().client(wire(&asked)).server(wire(&said)).client(wire(&long));
    comes_out_the_same(&play.client(wire(&[compose::rst_stream(5, ErrorCode::CANCEL)])));
}
