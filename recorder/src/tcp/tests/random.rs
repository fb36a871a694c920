//! Whatever the network and the capture do to a conversation: what is told of it is true.

use bytes::Bytes;
use cassettes::model::Direction;
use proptest::prelude::*;

use super::play::{SERVER, ack};
use crate::packet::{Segment, TcpFlags};
use crate::tcp::{Limits, Reassembler, TcpEvent};

/// One packet: which way, where it starts and how long it is, in parts of what is said.
#[derive(Debug, Clone)]
struct Sent {
    direction: Direction,
    start: usize,
    length: usize,
    cut: usize,
    acknowledges: usize,
}

fn sent() -> impl Strategy<Value = Sent> {
    let direction = prop_oneof![Just(Direction::ToServer), Just(Direction::ToClient)];
    (direction, 0..SAID, 0..60_usize, prop_oneof![4 => Just(0), 1 => 0..60_usize], 0..SAID)
        .prop_map(|(direction, start, length, cut, acknowledges)| Sent {
            direction,
            start,
            length: length.min(SAID - start),
            cut,
            acknowledges,
        })
}

/// How much each side says.
const SAID: usize = 200;

fn said(direction: Direction) -> Bytes {
    let first = if direction == Direction::ToServer { 0 } else { 100 };
    (first..first + 100).cycle().take(SAID).collect()
}

fn segment(sent: &Sent) -> Segment {
    let cut = sent.cut.min(sent.length);
    let payload = said(sent.direction).slice(sent.start..sent.start + sent.length - cut);
    let cut = u32::try_from(cut).unwrap();
    let offset = u32::try_from(sent.start).unwrap();
    let has = u32::try_from(sent.acknowledges).unwrap();
    let client = ack();
    let (seq, ack) = (client.seq.wrapping_add(offset), client.ack.wrapping_add(has));
    let upward = Segment { seq, ack, payload, cut, ..client };
    match sent.direction {
        Direction::ToServer => upward,
        Direction::ToClient => turned(upward, offset, has),
    }
}

fn turned(segment: Segment, offset: u32, has: u32) -> Segment {
    let (seq, ack) = (ack().ack.wrapping_add(offset), ack().seq.wrapping_add(has));
    Segment { source: segment.destination, destination: segment.source, seq, ack, ..segment }
}

fn handshake() -> [Segment; 2] {
    let syn = Segment { flags: TcpFlags::SYN, seq: ack().seq.wrapping_sub(1), ..ack() };
    let answer = Segment {
        source: SERVER,
        destination: ack().source,
        flags: TcpFlags::SYN | TcpFlags::ACK,
        seq: ack().ack - 1,
        ack: ack().seq,
        ..ack()
    };
    [syn, answer]
}

/// Plays it all, and gives back each direction as told, with nothing where a gap is.
fn told(sent: &[Sent]) -> [Vec<Option<u8>>; 2] {
    let mut reassembler = Reassembler::new(Limits::default(), Vec::new());
    let segments = handshake().into_iter().chain(sent.iter().map(segment));
    let mut told = [Vec::new(), Vec::new()];
    segments.for_each(|segment| reassembler.receive(segment));
    reassembler.finish();
    while let Some(event) = reassembler.poll() {
        match event {
            TcpEvent::Data { direction, bytes, .. } => {
                assert!(!bytes.is_empty());
                told[direction as usize].extend(bytes.into_iter().map(Some));
            }
            TcpEvent::Gap { direction, offset, length, .. } => {
                let told = &mut told[direction as usize];
                assert_eq!(told.len() as u64, offset);
                assert!(length > 0);
                told.resize(told.len() + usize::try_from(length).unwrap(), None);
            }
            TcpEvent::Contested { .. } => panic!("all that was sent is the same"),
            _ => {}
        }
    }
    told
}

/// Which bytes of a direction were captured at all.
fn captured(sent: &[Sent], direction: Direction) -> Vec<bool> {
    let mut captured = vec![false; SAID];
    for sent in sent.iter().filter(|sent| sent.direction == direction) {
        let length = sent.length - sent.cut.min(sent.length);
        captured[sent.start..sent.start + length].fill(true);
    }
    captured
}

proptest! {
    #[test]
    fn what_is_told_is_what_was_said_and_the_rest_is_a_gap(sent in prop::collection::vec(sent(), 0..60)) {
        let told = told(&sent);
        for direction in [Direction::ToServer, Direction::ToClient] {
            let (said, captured) = (said(direction), captured(&sent, direction));
            for (offset, byte) in told[direction as usize].iter().enumerate() {
                prop_assert!(byte.is_none() || *byte == said.get(offset).copied(), "at {offset}");
                prop_assert!(byte.is_none() || captured[offset]);
            }
        }
    }

    #[test]
    fn nothing_captured_is_missed_where_nothing_was_acknowledged_or_cut(sent in prop::collection::vec(sent(), 0..60)) {
        let quiet = |sent: Sent| Sent { cut: 0, acknowledges: 0, ..sent };
        let sent: Vec<_> = sent.into_iter().map(quiet).collect();
        let told = told(&sent);
        for direction in [Direction::ToServer, Direction::ToClient] {
            let captured = captured(&sent, direction);
            let there = |offset: usize| told[direction as usize].get(offset).is_some_and(Option::is_some);
            for (offset, was) in captured.iter().enumerate() {
                prop_assert_eq!(there(offset), *was, "at {}", offset);
            }
        }
    }
}
