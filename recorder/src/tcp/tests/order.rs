//! Every byte once, in order, at its time.

use super::play::{Play, ack, carry, syn};
use crate::capture::UnixNanos;
use crate::packet::{Segment, TcpFlags};
use crate::tcp::{Limits, Reassembler, TcpEvent};
use bytes::Bytes;

#[test]
fn data_in_order_passes_through_at_its_packets_time() {
    Play::handshake()
        .client(0, "GET")
        .expect(["> GET at 4"])
        .server_has(3)
        .server(0, "200")
        .client_has(3)
        .client(3, "again")
        .expect(["< 200 at 6", "> again at 8"]);
}

#[test]
fn data_in_order_is_not_copied() {
    let block = Bytes::from(vec![b'x'; 100]);
    let mut reassembler = Reassembler::new(Limits::default(), Vec::new());
    reassembler.receive(Segment { payload: block.slice(10..20), ..ack() });
    let data = std::iter::from_fn(|| reassembler.poll()).find_map(|event| match event {
        TcpEvent::Data { bytes, .. } => Some(bytes),
        _ => None,
    });
    assert_eq!(data.unwrap().as_ptr(), block[10..].as_ptr());
}

#[test]
fn data_out_of_order_waits_for_what_comes_before_it() {
    Play::handshake()
        .client(3, "de")
        .client(8, "ijk")
        .client(5, "fgh")
        .expect([])
        .client(0, "abc")
        .expect(["> abc at 7", "> de at 7", "> fgh at 7", "> ijk at 7"]);
}

#[test]
fn what_comes_again_is_told_once() {
    let mut play = Play::handshake()
        .client(0, "abc")
        .client(0, "abc")
        .client(1, "bcde")
        .client(2, "c")
        .expect(["> abc at 4", "> de at 6"])
        .finish();
    let TcpEvent::Ended { tally, .. } = play.events().pop().unwrap() else { panic!("no end") };
    assert_eq!((tally.to_server.repeated, tally.to_server.bytes), (6, 5));
    assert_eq!(tally.to_server.packets, 6);
}

#[test]
fn where_overlapping_bytes_differ_the_first_win_and_the_rest_is_reported() {
    Play::handshake()
        .client(0, "abcd")
        .client(1, "bXYe")
        .expect(["> abcd at 4", "> contested 2+2", "> e at 5"])
        .client(8, "ij")
        .client(6, "ghIJkl")
        .expect(["> contested 8+2"])
        .client(5, "f")
        .expect(["> f at 8", "> gh at 8", "> ij at 8", "> kl at 8"]);
}

#[test]
fn sequence_numbers_wrap_around() {
    // The client's begins three bytes before the end of their range.
    Play::handshake().client(2, "cdef").client(0, "ab").client(6, "g").expect([
        "> ab at 5",
        "> cdef at 5",
        "> g at 6",
    ]);
}

#[test]
fn offsets_go_on_behind_four_gibibytes() {
    let mut play = Play::handshake();
    for gibibyte in 0..9_u32 {
        let jump = |segment: &mut Segment| {
            carry(segment, gibibyte.wrapping_mul(1 << 30), "");
            segment.cut = 1 << 30;
        };
        play = play.client_segment(jump);
    }
    play.events();
    // Nine gibibytes, modulo four.
    play.client(1 << 30, "x").server_has((1 << 30) + 5).finish().expect([
        "> x at 13",
        "> gap 9663676417+4 at 13",
        "end 0 CaptureEnd",
    ]);
}

#[test]
fn keep_alives_carry_none_of_the_bytes() {
    Play::handshake()
        .client(0, "abc")
        .client(2, "")
        .client(2, "?")
        .client(3, "d")
        .expect(["> abc at 4", "> d at 7"]);
}

#[test]
fn a_probe_of_a_closed_window_is_told_once_it_is_sent() {
    Play::handshake()
        .server(0, "abc")
        .client_has(3)
        .server(3, "d")
        .client_has(3)
        .server(3, "d")
        .client_has(4)
        .server(4, "ef")
        .expect(["< abc at 4", "< d at 6", "< ef at 10"]);
}

#[test]
fn data_in_the_handshake_counts_as_any() {
    Play::new()
        .client_segment(|segment| {
            syn(segment, TcpFlags::SYN);
            segment.payload = Bytes::from_static(b"early");
        })
        .server_segment(|segment| syn(segment, TcpFlags::SYN | TcpFlags::ACK))
        .client(5, "data")
        .expect(["open 10.0.0.1:50000 10.0.0.2:80 Handshake at 1", "> early at 1", "> data at 3"]);
}

#[test]
fn urgent_data_stays_in_its_place() {
    let urgent = |segment: &mut Segment| {
        carry(segment, 2, "!");
        segment.flags = TcpFlags::URG | TcpFlags::ACK;
    };
    Play::handshake().client(0, "ab").client_segment(urgent).client(3, "c").expect([
        "> ab at 4",
        "> ! at 5",
        "> c at 6",
    ]);
}

#[test]
fn an_answer_captured_before_its_question_is_told_after_it() {
    Play::handshake()
        .server_has(3)
        .server(0, "answer")
        .expect([])
        .client(0, "ask")
        .expect(["> ask at 6", "< answer at 6"]);
}

#[test]
fn an_answer_does_not_wait_for_ever_for_its_question() {
    let mut play = Play::handshake().server_has(10).server(0, "answer");
    for _ in 0..62 {
        play = play.server(6, "").expect([]);
    }
    play.server(6, "").expect(["< answer at 5"]);
}

#[test]
fn times_never_go_back() {
    let mut play = Play::handshake().client(0, "abc").expect(["> abc at 4"]);
    play.now = 2;
    play.client(3, "d").server(0, "e").expect(["> d at 4", "< e at 4"]);
}

#[test]
fn packets_without_a_time_are_told_all_the_same() {
    let mut reassembler = Reassembler::new(Limits::default(), Vec::new());
    let payload = Bytes::from_static(b"x");
    reassembler.receive(Segment { at: UnixNanos::UNKNOWN, payload, ..ack() });
    let events: Vec<_> = std::iter::from_fn(|| reassembler.poll()).collect();
    assert!(matches!(events[1], TcpEvent::Data { at: UnixNanos::UNKNOWN, .. }), "{events:?}");
}

#[test]
fn connections_do_not_mix() {
    let other = |segment: &mut Segment| {
        carry(segment, 0, "other");
        segment.source.set_port(50_001);
    };
    let mut play = Play::handshake().client(1, "b").client_segment(other).client(0, "a");
    let streams: Vec<_> = play
        .events()
        .into_iter()
        .filter_map(|event| match event {
            TcpEvent::Data { stream, bytes, .. } => Some((stream.0, bytes)),
            _ => None,
        })
        .collect();
    let text = |text: &'static str| Bytes::from_static(text.as_bytes());
    assert_eq!(streams, [(1, text("other")), (0, text("a")), (0, text("b"))]);
}
