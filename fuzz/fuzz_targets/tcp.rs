//! Any segments of a few connections: what is told of each is ordered, adds up, and is true.
//!
//! Each segment is eight bytes: who, flags, where, what is acknowledged, how long, how much of that was cut off.

#![no_main]

use std::collections::HashMap;
use std::net::SocketAddr;

use bytes::Bytes;
use cassettes::model::{Direction, How, Side};
use libfuzzer_sys::fuzz_target;
use recorder::capture::UnixNanos;
use recorder::packet::{Segment, TcpFlags};
use recorder::tcp::{Limits, Reassembler, StreamId, StreamTally, TcpEvent};

/// Tight, so that short plays reach them.
const LIMITS: Limits = Limits {
    streams: 3,
    closing: 1,
    remembered: 2,
    held_per_stream: 2048,
    held: 4096,
    compared: 4096,
};

fuzz_target!(|play: &[u8]| {
    let mut audience = Audience::default();
    let mut reassembler = Reassembler::new(LIMITS, Vec::new());
    for (at, words) in play.as_chunks::<8>().0.iter().enumerate() {
        reassembler.receive(segment(at as u64, *words));
        while let Some(event) = reassembler.poll() {
            audience.hear(event);
        }
    }
    reassembler.finish();
    while let Some(event) = reassembler.poll() {
        audience.hear(event);
    }
    assert!(audience.open.is_empty(), "all that was opened ends");
    assert_eq!(reassembler.tally().streams, audience.streams);
    assert_eq!(reassembler.tally().ended.bytes, audience.bytes);
});

fn segment(at: u64, words: [u8; 8]) -> Segment {
    let [who, flags, high, low, ack_high, ack_low, length, cut] = words;
    let far = if who & 0x40 == 0 { 0 } else { u32::from(cut) << 24 };
    let client = SocketAddr::from(([10, 0, 0, 1], 50_000 + u16::from(who & 0x0e)));
    let server = SocketAddr::from(([10, 0, 0, 2], if who & 0x80 == 0 { 80 } else { 50_000 }));
    let (source, destination) = if who & 1 == 0 { (client, server) } else { (server, client) };
    let seq = u32::from(u16::from_be_bytes([high & 3, low])).wrapping_add(far).wrapping_sub(4);
    let content = if who & 0x20 == 0 { b'a' } else { b'b' };
    Segment {
        at: UnixNanos(at ^ u64::from(who)),
        source,
        destination,
        seq,
        ack: u32::from(u16::from_be_bytes([ack_high & 3, ack_low])).wrapping_add(far).wrapping_sub(4),
        flags: TcpFlags(flags),
        window: 0,
        payload: Bytes::from(vec![content; length.into()]),
        cut: if who & 0x10 == 0 { 0 } else { cut.into() },
        packet: at + 1,
    }
}

/// Believes nothing that does not fit.
#[derive(Default)]
struct Audience {
    open: HashMap<StreamId, Heard>,
    streams: u64,
    bytes: u64,
}

/// What was told of a connection.
#[derive(Default)]
struct Heard {
    last: UnixNanos,
    directions: [HeardDirection; 2],
    closes: Vec<(Side, How)>,
}

#[derive(Default)]
struct HeardDirection {
    bytes: u64,
    lost: u64,
    gaps: u64,
    contested: u64,
}

impl Audience {
    fn hear(&mut self, event: TcpEvent) {
        match event {
            TcpEvent::Opened { stream, at, client, server, .. } => {
                assert!(client != server);
                self.streams += 1;
                let heard = Heard { last: at, ..Heard::default() };
                assert!(self.open.insert(stream, heard).is_none(), "opened once");
            }
            TcpEvent::Data { stream, direction, at, bytes } => {
                assert!(!bytes.is_empty());
                self.bytes += bytes.len() as u64;
                self.direction(stream, direction, Some(at)).bytes += bytes.len() as u64;
            }
            TcpEvent::Gap { stream, direction, at, offset, length } => {
                let heard = self.direction(stream, direction, Some(at));
                assert_eq!(heard.bytes + heard.lost, offset);
                assert!(length > 0);
                heard.lost += length;
                heard.gaps += 1;
            }
            TcpEvent::Contested { stream, direction, length, .. } => {
                assert!(length > 0);
                self.direction(stream, direction, None).contested += 1;
            }
            TcpEvent::Closed { stream, at, by, how } => {
                self.direction(stream, by.sends(), Some(at));
                let closes = &mut self.open.get_mut(&stream).expect("an open one").closes;
                assert!(matches!(how, How::Fin | How::Reset) && !closes.contains(&(by, how)));
                closes.push((by, how));
            }
            TcpEvent::Ended { stream, tally, .. } => {
                self.open.remove(&stream).expect("an open one").check(&tally);
            }
        }
    }

    fn direction(
        &mut self,
        stream: StreamId,
        direction: Direction,
        at: Option<UnixNanos>,
    ) -> &mut HeardDirection {
        let heard = self.open.get_mut(&stream).expect("an open one");
        assert!(at.is_none_or(|at| at >= heard.last), "time does not go back");
        heard.last = at.unwrap_or(heard.last);
        &mut heard.directions[direction as usize]
    }
}

impl Heard {
    fn check(&self, tally: &StreamTally) {
        for direction in [Direction::ToServer, Direction::ToClient] {
            let (heard, said) = (&self.directions[direction as usize], tally.direction(direction));
            assert_eq!((heard.bytes, heard.lost), (said.bytes, said.lost));
            assert_eq!(heard.gaps, said.gaps);
            assert_eq!(heard.contested, said.contested);
            assert!(said.unchecked <= said.repeated);
        }
    }
}
