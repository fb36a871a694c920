//! HTTP/2 peers at their worst.

use std::io::Write as _;

use bytes::Bytes;
use cassettes::model::{Direction, Protocol};
use cassettes::wire::http2::hpack::{Field, encode_standalone};
use cassettes::wire::http2::{
    ErrorCode, Frame, Kind, MAX_BLOCK_BYTES, MAX_CONTINUATIONS, PREFACE, compose, flag,
};
use recorder::Entry;

use crate::harness::{Origin, Peer, Recorded, Recording, assert_reset};
use crate::secure::Authorities;

fn greeting() -> Bytes {
    [&PREFACE[..], &compose::settings(&[]).encode()].concat().into()
}

fn wire<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> Vec<u8> {
    frames.into_iter().flat_map(Frame::encode).collect()
}

fn asks(stream: u32) -> Frame {
    let field = |name: &'static str, value: &'static str| Field::new(name, value);
    let fields = [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/")];
    let fields = fields.map(|(name, value)| field(name, value));
    compose::headers(stream, encode_standalone(&fields), true)
}

/// HEADERS that go on.
fn begun(block: &'static [u8]) -> Frame {
    Frame::new(Kind::Headers, flag::END_STREAM, 1, Bytes::from_static(block))
}

fn continuation(block: Bytes) -> Frame {
    Frame::new(Kind::Continuation, 0, 1, block)
}

fn continuations_without_end() -> Vec<u8> {
    let more = continuation(Bytes::new());
    wire(std::iter::once(&begun(b"\x82")).chain(std::iter::repeat_n(&more, MAX_CONTINUATIONS + 9)))
}

fn a_huge_header_list() -> Vec<u8> {
    let more = continuation(vec![b'x'; 16 * 1024].into());
    let count = MAX_BLOCK_BYTES / (16 * 1024) + 1;
    wire(std::iter::once(&begun(b"")).chain(std::iter::repeat_n(&more, count)))
}

/// A field of 3000 bytes that is named, in a byte each, ten thousand times.
fn a_header_bomb() -> Vec<u8> {
    let entry = [&b"\x40\x01x\x7f\xb9\x16"[..], &[b'v'; 3000]].concat();
    compose::headers(1, [&entry[..], &[0xbe; 10_000]].concat().into(), true).encode().to_vec()
}

/// A client that says this in a tunnel and ends, with a server that greets, hears all, and says goodbye.
fn say_in_tunnel(flood: &[u8]) -> Recorded {
    let goodbye = compose::goaway(0, ErrorCode::ENHANCE_YOUR_CALM, b"").encode();
    let goodbye = [compose::settings(&[]).encode(), goodbye];
    let [settings, goaway] = goodbye.clone();
    let origin = Origin::once(move |mut server| {
        server.send(settings);
        let (said, end) = server.rest();
        end.unwrap();
        server.send(goaway);
        said
    });
    let recording = Recording::with(Authorities::new().plan(Entry::Proxy));
    let mut client = recording.connect();
    client.send(format!("CONNECT {} HTTP/1.1\r\n\r\n", origin.address));
    client.head();
    client.send(greeting());
    client.send(flood);
    client.fin();
    let (heard, end) = client.rest();
    end.unwrap();
    assert_eq!(heard, goodbye.concat());
    assert!(origin.join() == [&greeting()[..], flood].concat(), "the server got it all");
    recording.finish()
}

#[test]
fn what_no_parser_takes_passes_in_a_tunnel_and_is_recorded_raw() {
    for flood in [continuations_without_end(), a_huge_header_list(), a_header_bomb()] {
        let recorded = say_in_tunnel(&flood);
        assert_eq!(recorded.summary.degraded, 1);
        let exchanges = recorded.cassette.exchanges();
        let raw = exchanges.iter().find(|exchange| exchange.protocol == Protocol::Raw).unwrap();
        let rest = raw.bytes(Direction::ToServer);
        assert!(!rest.is_empty() && flood.ends_with(&rest), "{} bytes", rest.len());
    }
}

#[test]
fn settings_pings_and_resets_without_end_are_recorded_one_by_one() {
    let resets = 3000_u32;
    let beside = [compose::settings(&[]), compose::ping([7; 8])].map(|frame| vec![frame; 10_000]);
    let beside = beside.concat();
    let reset = |n| [asks(2 * n + 1), compose::rst_stream(2 * n + 1, ErrorCode::CANCEL)];
    let resets: Vec<_> = (0..resets).flat_map(reset).collect();
    let recorded = say_in_tunnel(&wire(beside.iter().chain(&resets)));
    assert_eq!(recorded.summary.degraded, 0);
    let of = |protocol| {
        recorded.cassette.exchanges().iter().filter(move |exchange| exchange.protocol == protocol)
    };
    assert_eq!(of(Protocol::Http2).count(), resets.len() / 2);
    let control = of(Protocol::Http2Control).next().unwrap().bytes(Direction::ToServer);
    let greeted = greeting().len();
    assert!(control[greeted..] == wire(&beside), "{} bytes", control.len());
}

#[test]
fn what_a_reverse_proxy_cannot_code_anew_ends_both_connections() {
    let settings = wire(std::iter::repeat_n(&compose::settings(&[]), 5000));
    let floods = [
        (continuations_without_end(), 1),
        (a_huge_header_list(), 1),
        (a_header_bomb(), 1),
        // Each of these can be read; that nobody acknowledges them is what it cannot bear.
        (settings, 0),
    ];
    for (flood, degraded) in floods {
        let origin = Origin::once(|mut server| server.rest());
        let recording = Recording::of(origin.address);
        let mut client = recording.connect();
        client.send([greeting(), asks(1).encode()].concat());
        // It may be cut off before it has said it all.
        let _ = client.write_all(&flood);
        drop(client.rest());
        let (arrived, end) = origin.join();
        assert_reset(&end);
        assert!(arrived.len() < flood.len());
        assert_eq!(recording.finish().summary.degraded, degraded);
    }
}
