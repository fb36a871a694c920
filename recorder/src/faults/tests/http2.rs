//! HTTP/2: one stream is broken, its siblings are not, and flow control stays right.

use bytes::{Bytes, BytesMut};
use cassettes::fault::{NoExchanges, Scene};
use cassettes::model::{
    Chunk, Connection, ConnectionId, Direction, Exchange, Protocol, Step, Timestamp,
};
use cassettes::transcribe::compile;
use cassettes::wire::http2::hpack::{self, Encoder, Field};
use cassettes::wire::http2::{
    ErrorCode, Frame, Kind, PREFACE, Piece, Standalone, compose, frames, setting,
};

use super::of_answers;
use super::play::{Got, Play, sentence_of, set};
use crate::faults::{Act, Ending};

pub(super) fn fields(pairs: &[(&'static str, &'static str)]) -> Vec<Field> {
    let field = |(name, value): &(&'static str, &'static str)| Field {
        name: name.as_bytes().into(),
        value: value.as_bytes().into(),
        sensitive: false,
    };
    pairs.iter().map(field).collect()
}

pub(super) fn request_fields() -> Vec<Field> {
    fields(&[(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/feed")])
}

pub(super) fn head(stream: u32, kind: &'static str, end: bool) -> Frame {
    let block = hpack::encode_standalone(&fields(&[(":status", "200"), ("content-type", kind)]));
    compose::headers(stream, block, end)
}

pub(super) fn interim(stream: u32, status: &'static str) -> Frame {
    let block = hpack::encode_standalone(&fields(&[(":status", status), ("link", "</a>")]));
    compose::headers(stream, block, false)
}

pub(super) fn data(stream: u32, text: &'static str, end: bool) -> Frame {
    compose::data(stream, Bytes::from_static(text.as_bytes()), end)
}

fn trailers(stream: u32) -> Frame {
    compose::headers(stream, hpack::encode_standalone(&fields(&[("grpc-status", "0")])), true)
}

pub(super) fn wire(frames: &[Frame]) -> Bytes {
    let mut bytes = BytesMut::new();
    for frame in frames {
        frame.write(&mut bytes);
    }
    bytes.freeze()
}

/// As a server sends it: with compression.
fn compressed(encoder: &mut Encoder, frames: &[Frame]) -> Bytes {
    let press = |frame: &Frame| match frame.fields() {
        Some(Ok(fields)) => frame.with_block(&encoder.encode(&fields)),
        _ => frame.clone(),
    };
    wire(&frames.iter().map(press).collect::<Vec<_>>())
}

/// A client that has asked on these streams, and a server that has greeted.
pub(super) struct Talk {
    pub(super) play: Play,
    encoder: Encoder,
    reader: Standalone,
    pub(super) requests: Encoder,
}

impl Talk {
    pub(super) fn new(sentences: &[&str], settings: &[(u16, u32)]) -> Self {
        let mut play = Play::http(sentences);
        play.ask(PREFACE);
        play.ask(compose::settings(settings).encode());
        play.say(compose::settings(&[]).encode(), usize::MAX);
        let reader = Standalone::new(Direction::ToClient);
        let mut talk = Self { play, encoder: Encoder::new(), reader, requests: Encoder::new() };
        assert_eq!(talk.got().0.len(), 1);
        talk
    }

    pub(super) fn ask(&mut self, stream: u32) {
        let block = self.requests.encode(&request_fields());
        let head = compose::headers(stream, block, true).encode();
        assert_eq!(self.play.ask(&head), head);
    }

    pub(super) fn say(&mut self, frames: &[Frame], size: usize) {
        let bytes = compressed(&mut self.encoder, frames);
        self.play.say(&bytes, size);
    }

    /// What the client gets by now, as frames that stand alone.
    pub(super) fn got(&mut self) -> (Vec<Frame>, Vec<Act>) {
        let got = self.play.got();
        self.read(got)
    }

    pub(super) fn gets(&mut self) -> (Vec<Frame>, Vec<Act>) {
        let got = self.play.gets();
        self.read(got)
    }

    fn read(&mut self, got: Got) -> (Vec<Frame>, Vec<Act>) {
        self.reader.receive(&got.bytes.into());
        let mut all = Vec::new();
        while let Some(Ok(Piece::Frame { frame, .. })) = self.reader.poll() {
            all.push(frame);
        }
        (all, got.acts)
    }

    /// What the server gets of us, unasked.
    pub(super) fn server_gets(&mut self) -> Vec<Frame> {
        frames(&self.play.server_gets().into()).map(Result::unwrap).collect()
    }
}

pub(super) const FEED: &str = "text/event-stream";

fn answers(stream: u32) -> [Vec<Frame>; 4] {
    [
        vec![head(stream, "application/json", false), data(stream, "{\"a\":[1,2,3]}", true)],
        vec![
            head(stream, FEED, false),
            data(stream, "data: one\n\nda", false),
            data(stream, "ta: two\n\n", false),
            trailers(stream),
        ],
        vec![head(stream, "text/plain", true)],
        vec![
            interim(stream, "103"),
            interim(stream, "100"),
            head(stream, "text/plain", false),
            data(stream, "hello, to one who was told to go on and did so in the end", true),
        ],
    ]
}

const POINTS: [&str; 15] = [
    "byte 0",
    "byte 20",
    "byte 60",
    "50%",
    "100%",
    "head",
    "after-headers",
    "frame 1",
    "frame 2",
    "body 0",
    "body 5",
    "body 50%",
    "event 1",
    "event 2",
    "end",
];

/// What a client of a replay gets; none where the fault does not fit.
fn replayed(sentence: &str, answer: &[Frame]) -> Option<(Bytes, Vec<Act>)> {
    let request = compose::headers(1, hpack::encode_standalone(&request_fields()), true).encode();
    let said = [(Direction::ToServer, request), (Direction::ToClient, wire(answer))];
    let at = Timestamp::ZERO;
    let chunks = said.map(|(direction, bytes)| Chunk { direction, at, bytes }).to_vec();
    let exchange = Exchange { connection: ConnectionId(0), protocol: Protocol::Http2, chunks };
    let script = compile(&exchange, &Connection::opened_at(at), false);
    let all = set(&[sentence]);
    let fault = &all.faults()[0];
    let scene = Scene::new(&exchange, script, false, fault.random(1, 1, 1), &NoExchanges);
    let mut bytes = BytesMut::new();
    let mut acts = Vec::new();
    for step in fault.apply(scene).ok()?.steps {
        match step {
            Step::Send(sent) => bytes.extend_from_slice(&sent),
            Step::Stall(None) => break,
            Step::Close => acts.push(Act::End(Ending::Close)),
            Step::Reset => acts.push(Act::End(Ending::Reset)),
            _ => {}
        }
    }
    Some((bytes.freeze(), acts))
}

fn assert_same(sentence: &str, answer: &[Frame]) {
    let unbroken = (wire(answer), Vec::new());
    let expected = replayed(sentence, answer).unwrap_or(unbroken);
    for size in [1, 14, usize::MAX] {
        let mut talk = Talk::new(&[sentence], &[]);
        talk.ask(1);
        talk.say(answer, size);
        let (got, mut acts) = talk.gets();
        acts.retain(|act| *act != Act::Flush);
        let (got, unread) = (wire(&got), talk.reader.unread());
        // From a frame on that is not sound, no client reads on.
        let (sound, rest) = expected.0.split_at(got.len().min(expected.0.len()));
        let about = format!("{sentence}, in pieces of {size}: {answer:?}");
        assert_eq!((&got[..], &acts), (sound, &expected.1), "{about}");
        assert_eq!(unread.is_empty(), rest.is_empty(), "{about}");
    }
}

#[test]
fn breaks_at_every_point_do_to_a_live_stream_what_they_do_to_a_recorded_one() {
    for answer in answers(1) {
        for point in POINTS {
            for kind in ["close", "reset", "stall", "half-close", "close connection"] {
                assert_same(&format!("{kind} at {point}"), &answer);
            }
        }
    }
}

#[test]
fn every_kind_does_to_a_live_stream_what_it_does_to_a_recorded_one() {
    for kind in of_answers() {
        for sample in kind.samples {
            let sentence = sentence_of(kind, sample, "at after-headers");
            for answer in answers(1) {
                assert_same(&sentence, &answer);
            }
        }
    }
}

#[test]
fn a_client_is_told_to_go_on_at_once_though_its_answer_is_held() {
    let sentences = ["status 503", "truncate", "rst CANCEL at body 2", "goaway NO_ERROR last 1"];
    for sentence in sentences {
        let mut talk = Talk::new(&[sentence], &[]);
        let block = talk.requests.encode(&request_fields());
        talk.play.ask(compose::headers(1, block, false).encode());
        talk.say(&[interim(1, "100")], 5);
        assert_eq!(talk.got().0, [interim(1, "100")], "{sentence}");
        assert_eq!(talk.play.due(), None, "{sentence}");
        talk.play.ask(data(1, "body", true).encode());
        talk.say(&[head(1, "text/plain", false), data(1, "hello", true)], 5);
        let (got, _) = talk.got();
        assert!(!got.is_empty() && got[0] != interim(1, "100"), "{sentence}: {got:?}");
        assert!(talk.play.told()[0].starts_with("broke"), "{:?}", talk.play.told());
    }
}

#[test]
fn siblings_of_a_reset_stream_go_on_and_their_heads_can_be_read() {
    let mut talk = Talk::new(&["reset at body 5 on 1"], &[]);
    talk.ask(1);
    talk.ask(3);
    talk.say(&[head(1, FEED, false), head(3, FEED, false), data(1, "hello world", false)], 7);
    let (got, _) = talk.got();
    let reset = compose::rst_stream(1, ErrorCode::INTERNAL_ERROR);
    assert_eq!(got, [head(1, FEED, false), head(3, FEED, false), data(1, "hello", false), reset]);
    assert_eq!(talk.server_gets(), [compose::rst_stream(1, ErrorCode::CANCEL)]);
    talk.say(&[data(1, "late", false), trailers(1), data(3, "mine", false), trailers(3)], 5);
    assert_eq!(talk.got().0, [data(3, "mine", false), trailers(3)]);
    assert_eq!(talk.server_gets(), [compose::window_update(0, 4)], "nobody else gives it back");
}

#[test]
fn a_stalled_stream_takes_no_room_from_its_siblings() {
    let mut talk = Talk::new(&["stall at after-headers on 1"], &[]);
    talk.ask(1);
    talk.ask(3);
    talk.say(&[head(1, FEED, false), data(1, "never", false), head(3, FEED, false)], 100);
    assert_eq!(talk.got().0, [head(1, FEED, false), head(3, FEED, false)]);
    let given: Vec<_> = talk.server_gets();
    assert_eq!(given, [compose::window_update(0, 5)], "of the connection, and not of the stream");
    talk.say(&[data(3, "yes", true)], 100);
    assert_eq!(talk.got().0, [data(3, "yes", true)]);
}

#[test]
fn an_edited_answer_waits_for_the_clients_room_and_its_credit_stays_here() {
    let settings = [(setting::INITIAL_WINDOW_SIZE, 10)];
    let mut talk = Talk::new(&["status 500"], &settings);
    talk.ask(1);
    talk.say(&[head(1, "text/plain", false), data(1, "0123456789", false)], 100);
    assert_eq!(talk.got().0, []);
    let credit = [compose::window_update(0, 10), compose::window_update(1, 10)];
    assert_eq!(talk.server_gets(), credit, "so that the rest can come");
    talk.say(&[data(1, "abc", true)], 100);
    let (got, _) = talk.got();
    let sent = |frames: &[Frame]| -> usize {
        frames.iter().filter_map(Frame::data).map(|data| data.len()).sum()
    };
    assert_eq!((got[0].kind(), sent(&got)), (Kind::Headers, 10));
    let grants = [compose::window_update(1, 50).encode(), compose::window_update(0, 10).encode()];
    let passed = talk.play.ask(grants.concat());
    assert_eq!(passed, "", "the server never sent what this is for");
    assert_eq!(sent(&talk.got().0), 50);
}

#[test]
fn what_a_client_still_uploads_to_a_stream_that_is_over_is_credited_to_it() {
    let mut talk = Talk::new(&["close at after-headers"], &[]);
    let block = talk.requests.encode(&request_fields());
    talk.play.ask(compose::headers(1, block, false).encode());
    talk.say(&[head(1, FEED, false)], 100);
    assert_eq!(talk.got().0, [head(1, FEED, false), data(1, "", true)]);
    assert_eq!(talk.play.ask(data(1, "upload", true).encode()), "");
    assert_eq!(talk.got().0, [compose::window_update(0, 6)]);
}

#[test]
fn without_a_hit_frames_pass_and_heads_mean_the_same() {
    let mut talk = Talk::new(&["close at end on GET /other"], &[(setting::HEADER_TABLE_SIZE, 0)]);
    talk.ask(1);
    talk.play.ask(compose::settings_ack().encode());
    talk.say(&[compose::settings_ack(), head(1, FEED, false), compose::ping(*b"12345678")], 4);
    talk.say(&[data(1, "x", false), trailers(1)], 4);
    let (got, acts) = talk.got();
    let expected = [
        compose::settings_ack(),
        head(1, FEED, false),
        compose::ping(*b"12345678"),
        data(1, "x", false),
        trailers(1),
    ];
    assert_eq!((&got[..], acts), (&expected[..], Vec::new()));
    assert_eq!(talk.server_gets(), []);
}
