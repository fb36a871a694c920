//! Captures made to exhaust whoever reads them: bounded memory, and time in proportion to their length.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::play::{Play, SERVER, ack, carry};
use crate::packet::{Segment, TcpFlags};
use crate::tcp::{Ending, Limits, Reassembler, TcpEvent};

/// What no play here should take even on a slow machine without optimisation; if it were quadratic, it would take hours.
const PLENTY: Duration = Duration::from_secs(60);

/// How many segments of a byte each: many times what is held of them.
const MANY: u32 = 100_000;

fn opened() -> Reassembler {
    let limits = Limits { held_per_stream: 1024 * 1024, ..Limits::default() };
    let mut reassembler = Reassembler::new(limits, Vec::new());
    let seq = ack().seq.wrapping_sub(1);
    reassembler.receive(Segment { flags: TcpFlags::SYN, seq, ..ack() });
    reassembler
}

fn at(offset: u32, payload: Bytes) -> Segment {
    Segment { seq: ack().seq.wrapping_add(offset), payload, ..ack() }
}

/// Bytes told and bytes missing, of all that is told.
fn told(reassembler: &mut Reassembler) -> (u64, u64) {
    std::iter::from_fn(|| reassembler.poll()).fold((0, 0), |(told, lost), event| match event {
        TcpEvent::Data { bytes, .. } => (told + bytes.len() as u64, lost),
        TcpEvent::Gap { length, .. } => (told, lost + length),
        _ => (told, lost),
    })
}

#[test]
fn bytes_one_by_one_backwards_cost_no_more_than_they_may() {
    let (start, mut reassembler) = (Instant::now(), opened());
    let byte = Bytes::from_static(b"x");
    let mut sum = (0, 0);
    for offset in (0..MANY).rev() {
        reassembler.receive(at(offset, byte.clone()));
        let (told, lost) = told(&mut reassembler);
        sum = (sum.0 + told, sum.1 + lost);
    }
    reassembler.finish();
    let (told, lost) = told(&mut reassembler);
    let late = reassembler.tally().ended.late + reassembler.tally().ended.unchecked;
    assert_eq!(sum.0 + told + late, u64::from(MANY));
    assert_eq!(sum.1 + lost, late);
    assert!(start.elapsed() < PLENTY);
}

#[test]
fn every_second_byte_is_held_or_given_up() {
    let (start, mut reassembler) = (Instant::now(), opened());
    for offset in 0..MANY / 2 {
        reassembler.receive(at(2 * offset + 1, Bytes::from_static(b"x")));
    }
    reassembler.finish();
    assert_eq!(told(&mut reassembler), (u64::from(MANY) / 2, u64::from(MANY) / 2));
    assert!(reassembler.tally().ended.given_up > u64::from(MANY) / 4);
    assert!(start.elapsed() < PLENTY);
}

#[test]
fn overlaps_without_end_are_compared_in_time() {
    let (start, mut reassembler) = (Instant::now(), opened());
    for offset in 0..500 {
        reassembler.receive(at(2 * offset + 1, Bytes::from_static(b"x")));
    }
    let (one, other) = (Bytes::from(vec![b'y'; 1000]), Bytes::from(vec![b'z'; 1000]));
    for round in 0..2000 {
        reassembler.receive(at(1, if round % 2 == 0 { one.clone() } else { other.clone() }));
    }
    assert_eq!(told(&mut reassembler), (0, 0));
    reassembler.finish();
    assert_eq!(told(&mut reassembler), (1000, 1));
    assert_eq!(reassembler.tally().ended.contested, 2000);
    assert!(start.elapsed() < PLENTY);
}

#[test]
fn half_open_connections_without_end_do_not_crowd_out_the_others() {
    let limits = Limits { streams: 100, ..Limits::default() };
    let mut play = Play::with(limits, Vec::new()).shake_hands().client(0, "a");
    play.events();
    for port in 0..10_000 {
        let scan = |segment: &mut Segment| {
            segment.flags = TcpFlags::SYN;
            segment.destination.set_port(port);
            segment.source.set_port(60_000);
        };
        play = play.client_segment(scan);
        assert!(play.events().len() <= 2);
    }
    assert_eq!(play.reassembler.tally().evicted, 10_000 - 99);
    play.client(1, "b").expect(["> b at 10005"]);
}

#[test]
fn too_many_connections_end_the_one_idle_for_longest() {
    let limits = Limits { streams: 2, ..Limits::default() };
    let mut play = Play::with(limits, Vec::new());
    let mut talk = |from: u16| {
        let mut segment = ack();
        segment.source.set_port(from);
        carry(&mut segment, 0, "x");
        play.reassembler.receive(segment);
        let ended = |event: &TcpEvent| match event {
            TcpEvent::Ended { stream, ending: Ending::Evicted, .. } => Some(stream.0),
            _ => None,
        };
        play.events().iter().find_map(ended)
    };
    assert_eq!((talk(1), talk(2), talk(1)), (None, None, None));
    assert_eq!((talk(3), talk(1), talk(2)), (Some(1), None, Some(2)));
}

#[test]
fn claims_of_gigabytes_allocate_nothing() {
    let mut reassembler = opened();
    for round in 0..1000_u32 {
        let segment =
            Segment { cut: u32::MAX, ..at(round.wrapping_mul(0x4000_0000), Bytes::new()) };
        reassembler.receive(segment);
        reassembler.receive(Segment {
            source: SERVER,
            destination: ack().source,
            seq: round.wrapping_mul(0x7000_0001),
            ack: round.wrapping_mul(0x6543_2101),
            ..ack()
        });
    }
    reassembler.finish();
    assert_eq!(told(&mut reassembler).0, 0);
}
