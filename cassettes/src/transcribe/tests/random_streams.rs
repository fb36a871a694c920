//! Connections in HTTP/2 that nobody thought of.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::streams::{GET, OK, POST, Peers, data};
use super::{Bytes, Direction, Playbook, Protocol, Tape};
use crate::transcribe::compile;
use crate::wire::http::View;
use crate::wire::http2::hpack::{Field, encode_standalone};
use crate::wire::http2::{ErrorCode, Frame, Kind, PREFACE, compose, flag, frames};

/// One frame, of one side: what it is, on which stream, and a number to vary it by.
type Act = (Direction, u8, u32, u8);

fn act() -> impl Strategy<Value = Act> {
    let direction = prop_oneof![Just(Direction::ToServer), Just(Direction::ToClient)];
    (direction, 0..12_u8, 0..6_u32, any::<u8>())
}

/// The frames as they go over the wire, and as they stand alone.
fn frames_of(peers: &mut Peers, (direction, kind, stream, vary): Act) -> (Vec<Frame>, Frame) {
    let stream = 2 * stream + 1;
    let (code, end) = (ErrorCode(u32::from(vary % 10)), vary % 2 == 1);
    let alone = match kind {
        0..=3 => return block(peers, direction, stream, vary),
        4..=6 => data(stream, &"d".repeat(vary.into()), end),
        7 => compose::rst_stream(stream, code),
        8 => compose::window_update(if end { 0 } else { stream }, u32::from(vary) + 1),
        9 => Frame::new(Kind::Priority, 0, stream, Bytes::from_static(b"\0\0\0\0\x10")),
        10 if end => compose::goaway(stream, code, b"why"),
        10 => compose::ping([vary; 8]),
        _ => Frame::new(Kind::Other(200), vary, stream, Bytes::from_static(b"?")),
    };
    (vec![alone.clone()], alone)
}

/// A header block, maybe padded, maybe in several frames.
fn block(peers: &mut Peers, direction: Direction, stream: u32, vary: u8) -> (Vec<Frame>, Frame) {
    let value = "v".repeat(usize::from(vary / 3));
    let start = match direction {
        Direction::ToServer if vary.is_multiple_of(3) => GET,
        Direction::ToServer => POST,
        Direction::ToClient => OK,
    };
    let fields = [start, &[("x", &value), ("y", "again")]].concat();
    let end = vary % 4 == 3;
    let wire = match direction {
        Direction::ToServer => peers.asks(stream, &fields, end),
        Direction::ToClient => peers.answers(stream, &fields, end),
    };
    let field = |(name, value): &(&str, &str)| Field::new(name.to_string(), value.to_string());
    let fields: Vec<Field> = fields.iter().map(field).collect();
    let alone = compose::headers(stream, encode_standalone(&fields), end);
    if vary.is_multiple_of(5) {
        return (vec![padded(&wire)], padded(&alone));
    }
    (compose::split(wire, 16 + u32::from(vary)), alone)
}

fn padded(frame: &Frame) -> Frame {
    let payload = [&b"\x03"[..], &frame.payload, b"\0\0\0"].concat();
    Frame::new(frame.kind(), frame.header.flags | flag::PADDED, frame.stream(), payload.into())
}

struct Random {
    said: Vec<(Direction, Vec<u8>)>,
    alone: Vec<(Direction, Frame)>,
}

impl Random {
    fn of(acts: &[Act]) -> Self {
        let greet = [&PREFACE[..], &compose::settings(&[(3, 9)]).encode()].concat();
        let answer = compose::settings(&[]);
        let mut said =
            vec![(Direction::ToServer, greet), (Direction::ToClient, answer.encode().to_vec())];
        let mut alone = vec![
            (Direction::ToServer, compose::settings(&[(3, 9)])),
            (Direction::ToClient, answer),
        ];
        let mut peers = Peers::default();
        for act in acts {
            let (wire, frame) = frames_of(&mut peers, *act);
            said.push((act.0, wire.iter().flat_map(|frame| frame.encode().to_vec()).collect()));
            alone.push((act.0, frame));
        }
        Self { said, alone }
    }

    /// In reads of these lengths, over and over.
    fn cut(&self, lengths: &[usize]) -> Playbook {
        let mut lengths = lengths.iter().cycle();
        let mut play = Playbook::http1();
        for (direction, bytes) in &self.said {
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let len = lengths.next().map_or(1, |len| *len).min(rest.len());
                let (read, more) = rest.split_at(len);
                play = play.says(*direction, read);
                rest = more;
            }
        }
        play
    }
}

/// By direction and stream.
type ByStream = BTreeMap<(bool, u32), Vec<Frame>>;

/// The frames of the exchanges of this protocol. A GOAWAY is told to every stream: it counts where it is the connection's.
fn by_stream(tape: &Tape, protocol: Protocol) -> ByStream {
    let mut streams = ByStream::new();
    let exchanges = tape.exchanges.iter().map(|(exchange, _)| exchange);
    for exchange in exchanges.filter(|exchange| exchange.protocol == protocol) {
        for direction in [Direction::ToServer, Direction::ToClient] {
            let bytes = exchange.bytes(direction);
            let preface = bytes.strip_prefix(PREFACE);
            let bytes = preface.map_or(bytes.clone(), |rest| bytes.slice_ref(rest));
            for frame in frames(&bytes).map(|frame| frame.expect("a frame")) {
                if frame.stream() != 0 || protocol == Protocol::Http2Control {
                    let key = (direction == Direction::ToClient, frame.stream());
                    streams.entry(key).or_default().push(frame);
                }
            }
        }
    }
    streams
}

/// Whether these are `outer`, with `inner` in one place of it.
fn is_merged(all: &[Frame], outer: &[Frame], inner: &[Frame]) -> bool {
    (0..=outer.len()).any(|at| [&outer[..at], inner, &outer[at..]].concat() == all)
}

proptest! {
    #[test]
    fn every_frame_is_kept_in_its_place(acts in vec(act(), 0..60)) {
        let random = Random::of(&acts);
        let tape = random.cut(&[usize::MAX]).tape();
        tape.is_stable();
        let mut expected = ByStream::new();
        for (direction, frame) in &random.alone {
            let key = (*direction == Direction::ToClient, frame.stream());
            expected.entry(key).or_default().push(frame.clone());
        }
        let mut control = by_stream(&tape, Protocol::Http2Control);
        let mut calls = by_stream(&tape, Protocol::Http2);
        for (key, all) in expected {
            let outer = control.remove(&key).unwrap_or_default();
            let inner = calls.remove(&key).unwrap_or_default();
            prop_assert!(is_merged(&all, &outer, &inner), "{key:?}: {all:?} {outer:?} {inner:?}");
        }
        prop_assert!(control.is_empty() && calls.is_empty(), "{control:?} {calls:?}");
        prop_assert_eq!(tape.exchanges[0].0.protocol, Protocol::Http2Control);
        for (exchange, _) in &tape.exchanges {
            View::of(exchange);
            compile(exchange, &tape.connection, true);
        }
    }

    #[test]
    fn reads_do_not_matter(acts in vec(act(), 0..60), lengths in vec(1..90_usize, 1..6)) {
        let random = Random::of(&acts);
        let expected = random.cut(&[usize::MAX]).tape().content();
        prop_assert_eq!(random.cut(&lengths).tape().content(), expected);
    }
}
