//! What a capture lacks is told, where it is and how much, and never closed up.

use super::play::{Play, carry};
use crate::packet::{Segment, TcpFlags};
use crate::tcp::held::PIECE_OVERHEAD;
use crate::tcp::{DirectionTally, Limits, TcpEvent};

fn cut(offset: u32, bytes: &'static str, cut: u32) -> impl FnOnce(&mut Segment) {
    move |segment| {
        carry(segment, offset, bytes);
        segment.cut = cut;
    }
}

fn to_server(play: &mut Play) -> DirectionTally {
    match play.events().pop() {
        Some(TcpEvent::Ended { tally, .. }) => tally.to_server,
        other => panic!("{other:?} is no end"),
    }
}

#[test]
fn what_the_other_side_acknowledged_and_nobody_saw_is_a_gap() {
    Play::handshake()
        .client(0, "abc")
        .client(6, "ghi")
        .expect(["> abc at 4"])
        .server_has(9)
        .client(9, "j")
        .expect([])
        .finish()
        .expect(["> gap 3+3 at 5", "> ghi at 5", "> j at 7", "end 0 CaptureEnd"]);
}

#[test]
fn what_lies_behind_bytes_that_never_arrived_did_not_arrive_either() {
    let mut play = Play::handshake().client(0, "abc").client(6, "ghi").server_has(5).finish();
    let events = play.events();
    assert!(matches!(events[1], TcpEvent::Gap { offset: 3, length: 2, .. }), "{events:?}");
    let TcpEvent::Ended { tally, .. } = events[2] else { panic!("{events:?}") };
    assert_eq!((tally.to_server.unacknowledged, tally.to_server.bytes), (3, 3));
}

#[test]
fn a_gap_is_told_as_soon_as_the_missing_bytes_had_their_chance() {
    let mut play = Play::handshake().client(6, "ghi").server_has(9).expect([]);
    for _ in 0..64 {
        play = play.expect([]).server_has(9);
    }
    play.expect(["> gap 0+6 at 4", "> ghi at 4"]).client(9, "j").expect(["> j at 70"]);
}

#[test]
fn bytes_that_turn_up_in_time_are_no_gap() {
    Play::handshake()
        .client(3, "def")
        .server_has(6)
        .client(0, "abc")
        .expect(["> abc at 6", "> def at 6"]);
}

#[test]
fn the_end_of_the_capture_ends_all_waiting() {
    Play::handshake().client(3, "def").client(9, "j").finish().expect([
        "> gap 0+3 at 4",
        "> def at 4",
        "> gap 6+3 at 5",
        "> j at 5",
        "end 0 CaptureEnd",
    ]);
}

#[test]
fn bytes_known_by_their_acknowledgement_only_are_missing_too() {
    Play::handshake().client(0, "abc").server_has(9).finish().expect([
        "> abc at 4",
        "> gap 3+6 at 4",
        "end 0 CaptureEnd",
    ]);
}

#[test]
fn one_more_byte_acknowledged_is_taken_for_a_fin() {
    Play::handshake()
        .client(0, "abc")
        .server_has(4)
        .finish()
        .expect(["> abc at 4", "end 0 CaptureEnd"]);
}

#[test]
fn before_a_fin_every_missing_byte_counts() {
    Play::handshake().client(0, "abc").client_fin(4).server_has(5).finish().expect([
        "> abc at 4",
        "> gap 3+1 at 5",
        "> Fin at 5",
        "end 0 CaptureEnd",
    ]);
}

#[test]
fn what_the_capture_cut_off_is_a_gap_at_once() {
    Play::handshake()
        .client_segment(cut(0, "abc", 5))
        .client_segment(cut(8, "ijk", 2))
        .expect(["> abc at 4", "> gap 3+5 at 4", "> ijk at 5", "> gap 11+2 at 5"])
        .client_segment(cut(13, "", 4))
        .expect(["> gap 13+4 at 6"]);
}

#[test]
fn what_was_cut_off_may_have_come_out_of_order() {
    Play::handshake()
        .client(6, "gh")
        .client_segment(cut(3, "de", 3))
        .client_segment(cut(0, "ab", 1))
        .expect(["> ab at 6", "> gap 2+1 at 6", "> de at 6", "> gap 5+1 at 6", "> gh at 6"]);
}

#[test]
fn a_connection_that_holds_too_much_gives_up_what_is_missing() {
    let limits = Limits { held_per_stream: 2 * PIECE_OVERHEAD + 10, ..Limits::default() };
    let mut play = Play::with(limits, Vec::new()).shake_hands();
    play = play.client(5, "fgh").client(10, "k").expect([]);
    play = play.client(20, "u").expect(["> gap 0+5 at 4", "> fgh at 4"]).finish();
    let tally = to_server(&mut play);
    assert_eq!((tally.given_up, tally.gaps, tally.lost), (1, 3, 5 + 2 + 9));
}

#[test]
fn bytes_that_come_after_they_were_given_up_are_counted_as_late() {
    let limits = Limits { held_per_stream: 1, ..Limits::default() };
    let mut play = Play::with(limits, Vec::new()).shake_hands().client(0, "ab").client(4, "ef");
    play = play.expect(["> ab at 4", "> gap 2+2 at 5", "> ef at 5"]).client(1, "bcde");
    play = play.expect([]).finish();
    let tally = to_server(&mut play);
    assert_eq!((tally.late, tally.repeated, tally.contested), (2, 2, 0));
}

#[test]
fn bytes_from_before_the_first_captured_are_counted_as_early() {
    let mut play = Play::new().client(4, "efg").client(0, "abcdefgh").finish();
    let events = play.events();
    assert_eq!(events.len(), 4, "{events:?}");
    assert!(matches!(&events[2], TcpEvent::Data { bytes, .. } if bytes == "h"));
    assert!(matches!(&events[3], TcpEvent::Ended { tally, .. } if tally.to_server.early == 4));
}

#[test]
fn a_number_that_cannot_be_right_ends_all_waiting_and_loses_nothing_more() {
    Play::handshake()
        .server_has(3)
        .server(0, "answer")
        .expect([])
        .server_has(1_500_000_000)
        .expect(["< answer at 5"])
        .client(0, "ask")
        .server_has(5)
        .client(3, "in")
        .expect(["> ask at 7", "> in at 9"])
        .finish()
        .expect(["end 0 CaptureEnd"]);
}

#[test]
fn one_side_alone_is_told_as_far_as_it_goes() {
    let answer = |offset, bytes| {
        move |segment: &mut Segment| {
            carry(segment, offset, bytes);
            segment.ack = segment.ack.wrapping_add(100 + offset);
        }
    };
    Play::new()
        .server_segment(answer(0, "one-"))
        .server_segment(answer(4, "side"))
        .finish()
        .expect([
            "open 10.0.0.1:50000 10.0.0.2:80 Middle at 1",
            "< one- at 1",
            "< side at 2",
            "end 0 CaptureEnd",
        ]);
}

#[test]
fn many_connections_that_hold_little_give_up_together_when_it_is_too_much() {
    let limits = Limits { held: 10 * (PIECE_OVERHEAD + 1), ..Limits::default() };
    let mut play = Play::with(limits, Vec::new());
    for port in 0..11 {
        let hole = |segment: &mut Segment| {
            carry(segment, 5, "x");
            segment.source.set_port(40_000 + port);
        };
        let open = |segment: &mut Segment| {
            segment.source.set_port(40_000 + port);
            segment.flags = TcpFlags::SYN;
            segment.seq = segment.seq.wrapping_sub(1);
        };
        play = play.client_segment(open).client_segment(hole);
    }
    let told = play.events();
    let is_data = |event: &&TcpEvent| matches!(event, TcpEvent::Data { .. });
    let data: Vec<_> = told.iter().filter(is_data).collect();
    assert!(
        matches!(&data[..], [TcpEvent::Data { stream, bytes, .. }] if stream.0 == 0 && bytes == "x")
    );
}
