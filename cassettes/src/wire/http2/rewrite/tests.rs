use bytes::BytesMut;
use proptest::prelude::*;

use super::*;
use crate::wire::http2::hpack::{Decoder, Encoder, Field, HpackError};
use crate::wire::http2::{
    BlockError, DEFAULT_FRAME_BYTES, ErrorCode, Frame, Kind, PREFACE, Piece, Problem, Standalone,
    compose, flag, setting,
};

const UPSTREAM: &str = "https://api.example";
const OWN: &str = "http://localhost:4000";

/// A rewriter, one connection through it, and the peers' encoders.
struct Play {
    rewriter: Rewriter,
    encoders: (Encoder, Encoder),
    /// What arrived: at the server, at the client.
    arrived: (Vec<u8>, Vec<u8>),
}

impl Play {
    fn new(rewriter: Rewriter) -> Self {
        let encoders = (Encoder::new(), Encoder::new());
        let mut play = Self { rewriter, encoders, arrived: (vec![], vec![]) };
        play.send(Direction::ToServer, PREFACE);
        play.frame(Direction::ToServer, &compose::settings(&[]));
        play.frame(Direction::ToClient, &compose::settings(&[]));
        play
    }

    fn try_send(&mut self, direction: Direction, bytes: &[u8]) -> Result<(), Http2Error> {
        let arrived = match direction {
            Direction::ToServer => &mut self.arrived.0,
            Direction::ToClient => &mut self.arrived.1,
        };
        let mut out = |bytes: Bytes| arrived.extend_from_slice(&bytes);
        self.rewriter.advance(direction, &Bytes::copy_from_slice(bytes), &mut out)
    }

    fn send(&mut self, direction: Direction, bytes: &[u8]) {
        self.try_send(direction, bytes).unwrap();
    }

    fn frame(&mut self, direction: Direction, frame: &Frame) {
        self.send(direction, &frame.encode());
    }

    fn request(&mut self, stream: u32, fields: &[Field]) {
        let block = self.encoders.0.encode(fields);
        self.frame(Direction::ToServer, &compose::headers(stream, block, true));
    }

    fn answer(&mut self, stream: u32, fields: &[Field]) {
        let block = self.encoders.1.encode(fields);
        self.frame(Direction::ToClient, &compose::headers(stream, block, false));
    }

    /// The header lists that arrived.
    fn lists(&self, direction: Direction) -> Vec<Vec<Field>> {
        let arrived = match direction {
            Direction::ToServer => &self.arrived.0,
            Direction::ToClient => &self.arrived.1,
        };
        pieces(direction, arrived).iter().filter_map(Frame::fields).map(Result::unwrap).collect()
    }
}

fn pieces(direction: Direction, bytes: &[u8]) -> Vec<Frame> {
    let mut reader = Standalone::new(direction);
    reader.receive(&Bytes::copy_from_slice(bytes));
    let pieces = std::iter::from_fn(|| reader.poll().map(Result::unwrap));
    let frame = |piece| match piece {
        Piece::Preface => None,
        Piece::Frame { frame, .. } => Some(frame),
    };
    pieces.filter_map(frame).collect()
}

fn get(more: &[(&'static str, &'static str)]) -> Vec<Field> {
    let head =
        [(":method", "GET"), (":scheme", "http"), (":authority", "localhost:4000"), (":path", "/")];
    head.iter().chain(more).map(|(name, value)| Field::new(*name, *value)).collect()
}

fn said<'a>(fields: &'a [Field], name: &str) -> &'a str {
    let field = fields.iter().find(|field| field.name == name).unwrap();
    std::str::from_utf8(&field.value).unwrap()
}

#[test]
fn a_request_names_the_upstream() {
    let mut play = Play::new(Rewriter::host(UPSTREAM));
    play.request(1, &get(&[("host", "localhost:4000"), ("referer", "http://localhost:4000/a")]));
    play.request(3, &get(&[]));
    let lists = play.lists(Direction::ToServer);
    assert_eq!(lists.len(), 2);
    for list in &lists {
        assert_eq!(said(list, ":authority"), "api.example");
        assert_eq!(said(list, ":scheme"), "https");
    }
    assert_eq!(said(&lists[0], "host"), "api.example");
    assert_eq!(said(&lists[0], "referer"), "http://localhost:4000/a");
}

#[test]
fn origins_change_in_fields_both_ways() {
    let mut play = Play::new(Rewriter::origin(UPSTREAM, "http://elsewhere"));
    play.request(1, &get(&[("referer", "http://localhost:4000/a")]));
    assert_eq!(said(&play.lists(Direction::ToServer)[0], "referer"), "https://api.example/a");
    play.answer(
        1,
        &[
            Field::new(":status", "302"),
            Field::new("location", "https://api.example/b"),
            Field::new("content-type", "text/html"),
        ],
    );
    let answers = play.lists(Direction::ToClient);
    assert_eq!(said(&answers[0], "location"), "http://localhost:4000/b");
    assert_eq!(play.rewriter.left(), 1);
}

#[test]
fn a_promised_request_names_the_proxy() {
    let mut play = Play::new(Rewriter::origin(UPSTREAM, OWN));
    let promised = [
        Field::new(":method", "GET"),
        Field::new(":scheme", "https"),
        Field::new(":authority", "api.example"),
        Field::new(":path", "/style.css"),
    ];
    let payload = [&2_u32.to_be_bytes()[..], &play.encoders.1.encode(&promised)].concat();
    let frame = Frame::new(Kind::PushPromise, flag::END_HEADERS, 1, payload.into());
    play.frame(Direction::ToClient, &frame);
    let arrived = pieces(Direction::ToClient, &play.arrived.1).pop().unwrap();
    assert_eq!(arrived.push_promise(), Some(2));
    let fields = arrived.fields().unwrap().unwrap();
    assert_eq!(said(&fields, ":authority"), "localhost:4000");
    assert_eq!(said(&fields, ":scheme"), "http");
}

#[test]
fn a_tunnels_target_stays() {
    let mut play = Play::new(Rewriter::host(UPSTREAM));
    let tunnel = [Field::new(":method", "CONNECT"), Field::new(":authority", "db.example:5432")];
    play.request(1, &tunnel);
    assert_eq!(play.lists(Direction::ToServer), [tunnel]);
}

#[test]
fn answers_pass_as_they_came_where_only_requests_change() {
    let mut play = Play::new(Rewriter::host(UPSTREAM));
    let block = play.encoders.1.encode(&[Field::new("location", "https://api.example/b")]);
    let frame = compose::headers(1, block, true).encode();
    let before = play.arrived.1.len();
    for byte in &frame {
        play.send(Direction::ToClient, &[*byte]);
    }
    assert_eq!(play.arrived.1[before..], frame);
}

#[test]
fn data_passes_while_it_comes() {
    let mut play = Play::new(Rewriter::host(UPSTREAM));
    let frame = compose::data(1, Bytes::from(vec![b'x'; 1000]), true).encode();
    let before = play.arrived.0.len();
    play.send(Direction::ToServer, &frame[..5]);
    play.send(Direction::ToServer, &frame[5..500]);
    assert_eq!(play.arrived.0[before..], frame[..500]);
    play.send(Direction::ToServer, &frame[500..]);
    assert_eq!(play.arrived.0[before..], frame);
}

/// The client may still use a table of 4,096 bytes until it acknowledges that the server wants none.
#[test]
fn a_smaller_table_is_obeyed_from_its_acknowledgement_on() {
    let mut play = Play::new(Rewriter::host(UPSTREAM));
    let fields = get(&[("user-agent", "a client")]);
    play.request(1, &fields);
    play.frame(Direction::ToClient, &compose::settings(&[(setting::HEADER_TABLE_SIZE, 0)]));
    play.request(3, &fields);
    // The first acknowledges the settings that every play begins with.
    play.frame(Direction::ToServer, &compose::settings_ack());
    play.request(5, &fields);
    play.frame(Direction::ToServer, &compose::settings_ack());
    play.request(7, &fields);
    play.request(9, &fields);

    let mut server = Decoder::new(4096, 10_000);
    let blocks = crate::wire::http2::frames(&Bytes::copy_from_slice(&play.arrived.0[24..]));
    let blocks = blocks.map(Result::unwrap).filter(|frame| frame.kind() == Kind::Headers);
    let mut lengths = Vec::new();
    for (turn, frame) in blocks.enumerate() {
        if turn == 3 {
            server.set_max_table(0);
        }
        let block = frame.block().unwrap();
        lengths.push(block.len());
        assert_eq!(block[0] & 0xe0 == 0x20, turn == 3, "a size is said once, in the fourth block");
        assert_eq!(said(&server.decode(&block).unwrap(), "user-agent"), "a client");
    }
    assert!(lengths[1] < 10 && lengths[2] < 10 && lengths[4] > 10, "{lengths:?}");
}

#[test]
fn a_block_that_becomes_too_long_for_a_frame_is_cut() {
    let mut play = Play::new(Rewriter::host(UPSTREAM));
    let long: &'static str = "\\".repeat(40_000).leak();
    play.request(1, &get(&[("x-long", long)]));
    let arrived = Bytes::copy_from_slice(&play.arrived.0[24..]);
    let kinds: Vec<_> = crate::wire::http2::frames(&arrived)
        .map(Result::unwrap)
        .inspect(|frame| assert!(frame.header.length <= DEFAULT_FRAME_BYTES))
        .map(|frame| frame.kind())
        .collect();
    assert_eq!(kinds, [Kind::Settings, Kind::Headers, Kind::Continuation, Kind::Continuation]);
    assert_eq!(said(&play.lists(Direction::ToServer)[0], "x-long"), long);
}

#[test]
fn what_is_not_http2_passes() {
    let mut rewriter = Rewriter::origin(UPSTREAM, OWN);
    for direction in [Direction::ToServer, Direction::ToClient] {
        let mut arrived = Vec::new();
        for piece in [&b"PRI * HTTP/1.1 400 Bad Request\r\n"[..], b"\xff\xff\xff\x04\0\0\0\0\0more"]
        {
            let mut out = |bytes: Bytes| arrived.extend_from_slice(&bytes);
            rewriter.advance(direction, &Bytes::copy_from_slice(piece), &mut out).unwrap();
        }
        rewriter.finish(direction, &mut |bytes| arrived.extend_from_slice(&bytes));
        let sent = b"PRI * HTTP/1.1 400 Bad Request\r\n\xff\xff\xff\x04\0\0\0\0\0more";
        assert_eq!(arrived, sent, "{direction:?}");
    }
}

#[test]
fn after_a_block_that_cannot_be_read_nothing_more_passes() {
    let mut play = Play::new(Rewriter::host(UPSTREAM));
    play.request(1, &get(&[]));
    let before = play.arrived.0.len();
    let wrong = compose::headers(3, Bytes::from_static(b"\xff\x80"), true).encode();
    let error = play.try_send(Direction::ToServer, &wrong).unwrap_err();
    assert_eq!(error.problem, Problem::Hpack(HpackError::CutShort));
    assert_eq!(error.goaway(1).goaway().unwrap().code, ErrorCode::COMPRESSION_ERROR);
    assert_eq!(play.try_send(Direction::ToServer, b"more"), Err(error));
    assert_eq!(play.arrived.0.len(), before);
    play.send(Direction::ToClient, &compose::ping([0; 8]).encode());
}

#[test]
fn a_flood_of_continuations_is_not_withheld_for_ever() {
    let mut play = Play::new(Rewriter::host(UPSTREAM));
    play.request(1, &get(&[]));
    let mut first = compose::headers(3, Bytes::from_static(b"\x82"), true);
    first.header.flags = 0;
    play.frame(Direction::ToServer, &first);
    let more = Frame::new(Kind::Continuation, 0, 3, Bytes::new()).encode();
    let end = (0..1000).find_map(|_| play.try_send(Direction::ToServer, &more).err());
    assert_eq!(end.unwrap().problem, Problem::Block(BlockError::TooManyFrames));
    assert_eq!(end.unwrap().code(), ErrorCode::ENHANCE_YOUR_CALM);
}

#[test]
fn settings_that_nobody_acknowledges_have_an_end() {
    let mut play = Play::new(Rewriter::host(UPSTREAM));
    let settings = compose::settings(&[]).encode();
    let end = (0..2000).find_map(|_| play.try_send(Direction::ToClient, &settings).err());
    assert_eq!(end.unwrap().problem, Problem::Unacknowledged);
}

#[test]
fn what_is_withheld_comes_at_the_end() {
    let mut play = Play::new(Rewriter::host(UPSTREAM));
    play.request(1, &get(&[]));
    let before = play.arrived.0.len();
    let mut first = compose::headers(3, Bytes::from_static(b"\x82"), true);
    first.header.flags = 0;
    let bytes = [&first.encode()[..], b"\0\0"].concat();
    play.send(Direction::ToServer, &bytes);
    assert_eq!(play.arrived.0.len(), before);
    let arrived = &mut play.arrived.0;
    play.rewriter.finish(Direction::ToServer, &mut |bytes| arrived.extend_from_slice(&bytes));
    assert_eq!(play.arrived.0[before..], bytes);
}

proptest! {
    /// However the bytes are cut, the same arrives.
    #[test]
    fn cuts_change_nothing(cuts in proptest::collection::vec(1_usize..60, 1..200)) {
        let mut encoder = Encoder::new();
        let mut sent = BytesMut::from(&PREFACE[..]);
        compose::settings(&[(setting::HEADER_TABLE_SIZE, 100)]).write(&mut sent);
        for stream in [1, 3, 5] {
            let block = encoder.encode(&get(&[("user-agent", "a client"), ("x-trace", "abc")]));
            for frame in compose::split(compose::headers(stream, block, false), 11) {
                frame.write(&mut sent);
            }
            compose::window_update(stream, 10).write(&mut sent);
            compose::data(stream, Bytes::from_static(&[b'x'; 100]), true).write(&mut sent);
        }
        let mut whole = Play::new(Rewriter::host(UPSTREAM));
        let mut cut = Play::new(Rewriter::host(UPSTREAM));
        whole.send(Direction::ToServer, &sent[24..]);
        let mut rest = &sent[24..];
        for len in cuts.iter().cycle() {
            let (piece, after) = rest.split_at((*len).min(rest.len()));
            cut.send(Direction::ToServer, piece);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(whole.arrived, cut.arrived);
    }
}
