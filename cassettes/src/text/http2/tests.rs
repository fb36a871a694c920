//! Any exchange of HTTP/2 reads back as it was, and sound frames are written readably.

use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::{
    Cassette, Chunk, Connection, ConnectionId, Direction, Exchange, Header, Protocol, Timestamp,
};
use crate::text::{read, write};
use crate::wire::http2::hpack::{Field, encode_standalone};
use crate::wire::http2::{ErrorCode, Frame, Kind, PREFACE, compose, flag};

fn cassette(protocol: Protocol, chunks: Vec<Chunk>) -> Cassette {
    let exchange = Exchange { connection: ConnectionId(0), protocol, chunks };
    let connections = vec![Connection::opened_at(exchange.started())];
    Cassette::new(Header::default(), connections, vec![exchange]).unwrap()
}

fn field() -> impl Strategy<Value = Field> {
    let name = prop_oneof![
        4 => prop::sample::select(vec![":status", ":path", "accept", "cookie", "!odd", "a:b", ":", "x y", ""])
            .prop_map(|name| name.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..6),
    ];
    let value = prop_oneof![
        4 => "[ -~]{0,12}".prop_map(String::into_bytes),
        1 => prop::sample::select(vec!["a\nb", "a\r", "a\r\nb", " a ", "", "\n"])
            .prop_map(|value| value.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..8),
    ];
    (name, value, any::<bool>())
        .prop_map(|(name, value, sensitive)| Field { sensitive, ..Field::new(name, value) })
}

/// A frame as a recording holds it; now and then one of a kind that fits its payload by chance only.
fn recorded() -> impl Strategy<Value = Frame> {
    let by_chance =
        (any::<u8>(), any::<u32>(), vec(any::<u8>(), 0..40)).prop_map(|(kind, stream, payload)| {
            Frame::new(Kind::from(kind), 0, stream >> 1, payload.into())
        });
    prop_oneof![10 => sound(), 1 => by_chance]
}

/// A frame as an implementation composes it: no reserved bit is set in its payload, and no setting stands twice.
fn sound() -> impl Strategy<Value = Frame> {
    let stream = prop_oneof![Just(1_u32), Just(3), 1..1_u32 << 31];
    let data = prop_oneof![
        Just(b"{\"a\": 1}".to_vec()),
        Just(b"data: 1\n\n".to_vec()),
        vec(any::<u8>(), 0..40)
    ];
    let number = || prop_oneof![0..20_u32, any::<u32>()];
    (stream, vec(field(), 0..4), data, number(), number(), any::<bool>(), 0..10_u8).prop_map(
        |(stream, fields, data, number, other, end, kind)| match kind {
            0 | 1 => compose::headers(stream, encode_standalone(&fields), end),
            2 | 3 => compose::data(stream, data.into(), end),
            4 => compose::rst_stream(stream, ErrorCode(number)),
            5 => compose::settings(&[(8, number), (9 + u16::from(end), other)]),
            6 => compose::goaway(stream, ErrorCode(number), &data),
            7 => compose::window_update(stream, number >> 1),
            8 => compose::ping(number.to_be_bytes().repeat(2).try_into().unwrap()),
            _ => compose::settings_ack(),
        },
    )
}

/// Sound or not.
fn bytes() -> impl Strategy<Value = Bytes> {
    let spoilt =
        (recorded(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(frame, at, with)| {
            let mut bytes = frame.encode().to_vec();
            let at = at.index(bytes.len());
            bytes[at] = with;
            Bytes::from(bytes)
        });
    prop_oneof![
        8 => recorded().prop_map(|frame| frame.encode()),
        2 => spoilt,
        1 => Just(Bytes::from_static(PREFACE)),
        1 => vec(any::<u8>(), 1..30).prop_map(Bytes::from),
    ]
}

fn chunks() -> impl Strategy<Value = Vec<Chunk>> {
    let direction = prop_oneof![Just(Direction::ToServer), Just(Direction::ToClient)];
    let wait = prop_oneof![Just(0_u64), 0..5_000_000_000_u64];
    vec((direction, wait, vec(bytes(), 1..4)), 1..5).prop_map(|chunks| {
        let mut now = 0;
        let chunk = |(direction, wait, pieces): (Direction, u64, Vec<Bytes>)| {
            now += wait;
            Chunk { direction, at: Timestamp::from_nanos(now), bytes: pieces.concat().into() }
        };
        chunks.into_iter().map(chunk).collect()
    })
}

/// A stream without anything odd: each frame a read of its own, or all that one side sends in one.
fn messages() -> impl Strategy<Value = Vec<Chunk>> {
    let bodies = || vec(vec(any::<u8>(), 0..20), 0..4);
    let stream = prop_oneof![Just(1_u32), Just(9)];
    let scheme = prop::sample::select(vec!["https", "http"]);
    (stream, scheme, bodies(), bodies(), any::<bool>(), any::<bool>()).prop_map(
        |(stream, scheme, asked, answered, trailers, joined)| {
            let fields = [(":method", "PUT"), (":scheme", scheme), (":path", "/x"), ("a", "b")];
            let trailers = trailers.then_some(("grpc-status", "0"));
            let request = message(stream, &fields, asked, None);
            let answer = message(stream, &[(":status", "200"), ("x", "")], answered, trailers);
            let sides = [(Direction::ToServer, request), (Direction::ToClient, answer)];
            let mut now = 0;
            let mut chunks = Vec::new();
            for (direction, frames) in sides {
                let frames = frames.iter().map(Frame::encode);
                let reads = if joined {
                    vec![frames.collect::<Vec<_>>().concat().into()]
                } else {
                    frames.collect()
                };
                for bytes in reads {
                    now += 1000;
                    chunks.push(Chunk { direction, at: Timestamp::from_nanos(now), bytes });
                }
            }
            chunks
        },
    )
}

fn message(
    stream: u32,
    fields: &[(&'static str, &'static str)],
    body: Vec<Vec<u8>>,
    trailers: Option<(&'static str, &'static str)>,
) -> Vec<Frame> {
    let block = |fields: &[(&'static str, &'static str)]| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| Field::new(*name, *value)).collect();
        encode_standalone(&fields)
    };
    let mut frames = vec![compose::headers(stream, block(fields), false)];
    frames.extend(body.into_iter().map(|body| compose::data(stream, body.into(), false)));
    frames.extend(trailers.map(|field| compose::headers(stream, block(&[field]), false)));
    frames.last_mut().unwrap().header.flags |= flag::END_STREAM;
    frames
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_exchange_of_http2_reads_back_as_it_was(chunks in chunks(), control: bool) {
        let protocol = if control { Protocol::Http2Control } else { Protocol::Http2 };
        let cassette = cassette(protocol, chunks);
        let yaml = write(&cassette);
        let back = read(&yaml);
        prop_assert_eq!(back.as_ref(), Ok(&cassette), "{}", yaml);
    }

    #[test]
    fn a_stream_without_anything_odd_is_written_as_messages(chunks in messages()) {
        let cassette = cassette(Protocol::Http2, chunks);
        let yaml = write(&cassette);
        prop_assert!(!yaml.contains("frames:"), "{}", yaml);
        let back = read(&yaml);
        prop_assert_eq!(back.as_ref(), Ok(&cassette), "{}", yaml);
    }

    #[test]
    fn sound_frames_are_said_readably(frame in sound()) {
        let chunk = Chunk {
            direction: Direction::ToClient,
            at: Timestamp::ZERO,
            bytes: frame.encode(),
        };
        let yaml = write(&cassette(Protocol::Http2, vec![chunk]));
        prop_assert!(!yaml.contains("payload:") && !yaml.contains(": bytes\n"), "{}", yaml);
    }
}

#[test]
fn padding_priority_and_what_came_in_one_read_are_kept() {
    let block = encode_standalone(&[Field::new(":method", "GET"), Field::new(":path", "/")]);
    let mut padded = BytesMut::from(&[3_u8, 0x80, 0, 0, 5, 15][..]);
    padded.extend_from_slice(&block);
    padded.extend_from_slice(&[0; 3]);
    let request = Frame::new(Kind::Headers, 0x2d, 7, padded.freeze());
    let both = [request.encode(), compose::window_update(7, 100).encode()].concat();
    let at = Timestamp::from_nanos;
    let chunk =
        |nanos, bytes: Bytes| Chunk { direction: Direction::ToServer, at: at(nanos), bytes };
    let chunks = vec![chunk(0, both.into()), chunk(0, compose::data(7, "x".into(), true).encode())];
    let cassette = cassette(Protocol::Http2, chunks);
    let expected = "\
retape: 1

exchanges:
  - protocol: http/2
    stream: 7
    frames:
      - client: HEADERS END_STREAM
        padding: 3
        priority: {depends_on: 5, weight: 16, exclusive: true}
        fields: |
          :method: GET
          :path: /
      - client: WINDOW_UPDATE
        increment: 100
      - client: DATA END_STREAM
        after: 0ms
        body: x
";
    assert_eq!(write(&cassette), expected);
    assert_eq!(read(expected), Ok(cassette));
}
