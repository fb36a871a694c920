//! How connections end, and begin again.

use bytes::Bytes;

use super::play::{Play, carry, syn};
use crate::packet::{Segment, TcpFlags};
use crate::tcp::{Limits, TcpEvent};

fn new_connection(segment: &mut Segment) {
    segment.flags = TcpFlags::SYN;
    segment.seq = 12_345;
}

#[test]
fn both_sides_say_that_they_are_done() {
    Play::handshake()
        .client(0, "bye")
        .client_fin(3)
        .server_has(4)
        .server(0, "bye")
        .server_fin(3)
        .client_has(4)
        .expect(["> bye at 4", "> Fin at 5", "< bye at 7", "< Fin at 8"])
        .finish()
        .expect(["end 0 Closed"]);
}

#[test]
fn a_fin_waits_for_the_bytes_before_it() {
    Play::handshake()
        .client_fin(3)
        .expect([])
        .client(0, "abc")
        .expect(["> abc at 5", "> Fin at 5"])
        .client_fin(3)
        .expect([]);
}

#[test]
fn both_may_be_done_at_once() {
    Play::handshake()
        .client_fin(0)
        .server_fin(0)
        .client_has(1)
        .server_has(1)
        .expect(["> Fin at 4", "< Fin at 5"])
        .finish()
        .expect(["end 0 Closed"]);
}

#[test]
fn a_reset_ends_what_its_sender_says_even_with_words() {
    let reset = |segment: &mut Segment| {
        carry(segment, 3, "no route");
        segment.flags = TcpFlags::RST | TcpFlags::ACK;
    };
    Play::handshake()
        .server(0, "abc")
        .server_segment(reset)
        .client(0, "what?")
        .server_reset(11)
        .expect(["< abc at 4", "< no route at 5", "< Reset at 5", "> what? at 6"])
        .finish()
        .expect(["end 0 Closed"]);
}

#[test]
fn a_reset_is_not_told_before_the_data_that_it_follows() {
    Play::handshake()
        .server_has(3)
        .server(0, "answer")
        .server_reset(6)
        .expect([])
        .client(0, "ask")
        .expect(["> ask at 7", "< answer at 7", "< Reset at 7"]);
}

#[test]
fn a_reset_by_the_client_is_the_clients() {
    Play::handshake().client(0, "ask").client_reset(3).server(0, "in vain").expect([
        "> ask at 4",
        "> Reset at 5",
        "< in vain at 6",
    ]);
}

#[test]
fn a_refused_connection_is_one_too() {
    Play::new()
        .client_segment(|segment| syn(segment, TcpFlags::SYN))
        .server_segment(|segment| {
            segment.seq = 0;
            segment.flags = TcpFlags::RST | TcpFlags::ACK;
        })
        .finish()
        .expect(["open 10.0.0.1:50000 10.0.0.2:80 Handshake at 1", "< Reset at 2", "end 0 Closed"]);
}

#[test]
fn the_same_ports_may_open_another_connection() {
    Play::handshake()
        .client(3, "lost before")
        .client_segment(new_connection)
        .client_segment(|segment| {
            new_connection(segment);
            segment.flags = TcpFlags::ACK;
            segment.seq += 1;
            segment.payload = Bytes::from_static(b"new");
        })
        .expect([
            "> gap 0+3 at 4",
            "> lost before at 4",
            "end 0 Replaced",
            "open 10.0.0.1:50000 10.0.0.2:80 Handshake at 5",
            "> new at 6",
        ]);
}

#[test]
fn a_syn_sent_again_opens_nothing() {
    Play::handshake()
        .client(0, "abc")
        .client_segment(|segment| syn(segment, TcpFlags::SYN))
        .server_segment(|segment| syn(segment, TcpFlags::SYN | TcpFlags::ACK))
        .client(3, "d")
        .expect(["> abc at 4", "> d at 7"]);
}

#[test]
fn a_handshake_seen_after_its_first_data_is_of_the_same_connection() {
    Play::new()
        .client(0, "abc")
        .client_segment(|segment| syn(segment, TcpFlags::SYN))
        .client(3, "d")
        .expect(["open 10.0.0.1:50000 10.0.0.2:80 Middle at 1", "> abc at 1", "> d at 3"]);
}

#[test]
fn both_may_open_at_once() {
    Play::new()
        .client_segment(|segment| syn(segment, TcpFlags::SYN))
        .server_segment(|segment| syn(segment, TcpFlags::SYN))
        .client_segment(|segment| syn(segment, TcpFlags::SYN | TcpFlags::ACK))
        .server_segment(|segment| syn(segment, TcpFlags::SYN | TcpFlags::ACK))
        .client(0, "a")
        .server(0, "b")
        .expect(["open 10.0.0.1:50000 10.0.0.2:80 Handshake at 1", "> a at 5", "< b at 6"]);
}

#[test]
fn a_server_that_chose_its_number_anew_is_believed() {
    Play::new()
        .client_segment(|segment| syn(segment, TcpFlags::SYN))
        .server_segment(|segment| {
            segment.flags = TcpFlags::SYN | TcpFlags::ACK;
            segment.seq = 99;
        })
        .server_segment(|segment| syn(segment, TcpFlags::SYN | TcpFlags::ACK))
        .server(0, "abc")
        .expect(["open 10.0.0.1:50000 10.0.0.2:80 Handshake at 1", "< abc at 4"]);
}

#[test]
fn stragglers_of_an_ended_connection_are_counted_and_open_nothing() {
    let limits = Limits { closing: 0, ..Limits::default() };
    let play = Play::with(limits, Vec::new()).shake_hands().client_fin(0).server_fin(0);
    let play = play.expect(["> Fin at 4", "< Fin at 5", "end 0 Closed"]);
    let mut play = play.client_has(1).client(0, "late").expect([]);
    assert_eq!(play.reassembler.tally().stragglers, 2);
    assert_eq!(play.reassembler.tally().straggling_bytes, 4);
    play = play.client_segment(new_connection).finish();
    let events = play.events();
    assert!(matches!(events[1], TcpEvent::Ended { stream, .. } if stream.0 == 1), "{events:?}");
    assert_eq!(play.reassembler.tally().streams, 2);
}
