//! What is exported is imported as it was.

use bytes::Bytes;
use cassettes::format::{Reader, encode};
use cassettes::model::{
    Cassette, ConnectionId, Direction, Exchange, Gap, Header, How, Protocol, Side, TapeEvent,
    Timestamp,
};
use cassettes::text;
use cassettes::transcribe::{Transcriber, collect};
use cassettes::wire::http2::hpack::{Field, encode_standalone};
use cassettes::wire::http2::{DEFAULT_FRAME_BYTES, ErrorCode, Frame, PREFACE, compose};
use proptest::prelude::*;

use super::{Export, Summary};
use crate::capture::{CaptureParser, Captured, Packet};
use crate::packet::{Options, Unwrapper};
use crate::tcp::{Limits, Reassembler, TcpEvent};

const START: u64 = 1_700_000_000_000_000_000;

fn reader(cassette: &Cassette) -> Reader {
    Reader::open(encode(cassette).unwrap()).unwrap()
}

fn export(cassette: &Cassette) -> (Vec<u8>, Summary) {
    let reader = reader(cassette);
    let mut export = Export::new(&reader, "retape test").unwrap();
    let mut file = Vec::new();
    while export.write(&mut file).unwrap() {}
    (file, export.summary())
}

/// Packets, and what was noted with them.
fn packets(file: Vec<u8>) -> (Vec<Packet>, Vec<String>) {
    let mut parser = CaptureParser::new();
    parser.receive(Bytes::from(file));
    parser.finish();
    let (mut packets, mut comments) = (Vec::new(), Vec::new());
    while let Some(captured) = parser.poll() {
        match captured.unwrap() {
            Captured::Packet(packet) => packets.push(packet),
            Captured::Comment(comment) => comments.push(comment.text),
            other => panic!("{other:?}"),
        }
    }
    (packets, comments)
}

/// A connection, as a reader of the capture finds it.
struct Imported {
    transcriber: Transcriber,
    closes: Vec<(Side, How)>,
    gaps: Vec<Gap>,
}

/// Everything, by connection.
fn import(file: Vec<u8>) -> (Cassette, Vec<Imported>) {
    let mut tcp = Reassembler::new(Limits::default(), Vec::new());
    let mut unwrapper = Unwrapper::new(Options::default());
    for packet in packets(file).0 {
        tcp.receive(unwrapper.receive(packet).expect("a whole packet of TCP"));
    }
    assert_eq!(unwrapper.tally().packets, unwrapper.tally().segments, "{:?}", unwrapper.tally());
    tcp.finish();
    let mut connections: Vec<Imported> = Vec::new();
    while let Some(event) = tcp.poll() {
        take(&mut connections, event);
    }
    let mut events: Vec<TapeEvent> = Vec::new();
    for connection in &mut connections {
        connection.transcriber.finish();
        events.extend(std::iter::from_fn(|| connection.transcriber.poll_event()));
    }
    let facts = cassettes::model::Connection::opened_at(Timestamp::ZERO);
    let facts = vec![facts; connections.len()];
    (collect(Header::default(), facts, events).unwrap(), connections)
}

fn take(connections: &mut Vec<Imported>, event: TcpEvent) {
    let since = |at: crate::capture::UnixNanos| Timestamp::from_nanos(at.0.saturating_sub(START));
    let id = |stream: crate::tcp::StreamId| stream.0 as usize;
    match event {
        TcpEvent::Opened { stream, .. } => {
            assert_eq!(id(stream), connections.len());
            let transcriber = Transcriber::http(ConnectionId(stream.0));
            connections.push(Imported { transcriber, closes: Vec::new(), gaps: Vec::new() });
        }
        TcpEvent::Data { stream, direction, at, bytes } => {
            connections[id(stream)].transcriber.receive(direction, since(at), bytes);
        }
        TcpEvent::Gap { stream, direction, at, length, .. } => {
            let it = &mut connections[id(stream)];
            it.gaps.extend(it.transcriber.lose(direction, since(at), length));
        }
        TcpEvent::Closed { stream, at, by, how } => {
            let it = &mut connections[id(stream)];
            it.closes.push((by, how));
            it.transcriber.close(&cassettes::model::Close { at: since(at), by, how });
        }
        TcpEvent::Contested { .. } => panic!("{event:?}"),
        TcpEvent::Ended { .. } => {}
    }
}

/// What each exchange holds, however it was cut.
fn content(exchanges: &[Exchange]) -> Vec<(ConnectionId, Protocol, Bytes, Bytes)> {
    let mut content: Vec<_> = exchanges
        .iter()
        .map(|it| {
            let bytes = |direction| it.bytes(direction);
            let (asked, answered) = (bytes(Direction::ToServer), bytes(Direction::ToClient));
            (it.connection, it.protocol, asked, answered)
        })
        .collect();
    content.sort_by_key(|(connection, ..)| *connection);
    content
}

/// The file of this name in the library of golden cassettes.
fn library(name: &str) -> Cassette {
    let path = format!("{}/../cassettes/library/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let (header, connections, exchanges) =
        text::read(&std::fs::read_to_string(path).unwrap()).unwrap().into_parts();
    Cassette::staged(Header { created_unix_nanos: START, ..header }, connections, exchanges)
        .unwrap()
}

#[test]
fn what_is_exported_holds_the_same_exchanges() {
    for name in ["minimal", "chunked", "interim", "json", "upgrade"] {
        let cassette = library(name);
        let (file, summary) = export(&cassette);
        let (back, _) = import(file);
        assert_eq!(content(back.exchanges()), content(cassette.exchanges()), "{name}");
        assert_eq!(summary.connections, cassette.connections().len() as u64);
    }
}

/// A request that takes two answers' time, one with a long head, and a server that goes away meanwhile.
fn streams() -> Cassette {
    let field = |name: &str, value: &str| Field {
        name: name.as_bytes().to_vec().into(),
        value: value.as_bytes().to_vec().into(),
        sensitive: false,
    };
    let get = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")];
    let get = encode_standalone(&get.map(|(name, value)| field(name, value)));
    let long = "x".repeat(25_000);
    let ok = encode_standalone(&[field(":status", "200"), field("long", &long)]);
    let asks = [
        compose::settings(&[]),
        compose::headers(1, get.clone(), true),
        compose::headers(3, get.clone(), false),
    ];
    let answers = [
        compose::settings(&[]),
        compose::headers(1, ok.clone(), false),
        compose::data(1, Bytes::from_static(b"one"), true),
        compose::goaway(3, ErrorCode(0), b""),
        compose::window_update(1, 5),
        compose::headers(3, ok, true),
    ];
    let bytes = |frames: &[Frame]| {
        let parts = frames.iter().cloned().flat_map(|it| compose::split(it, DEFAULT_FRAME_BYTES));
        parts.map(|frame| frame.encode()).collect::<Vec<_>>().concat()
    };
    let mut transcriber = Transcriber::http(ConnectionId(0));
    let mut say = |direction, nanos, bytes: Vec<u8>| {
        transcriber.receive(direction, Timestamp::from_nanos(nanos), bytes.into());
    };
    say(Direction::ToServer, 1, [&PREFACE[..], &bytes(&asks)].concat());
    say(Direction::ToClient, 2, bytes(&answers));
    say(Direction::ToServer, 3, bytes(&[compose::data(3, Bytes::from_static(b"late"), true)]));
    transcriber.finish();
    let events = std::iter::from_fn(|| transcriber.poll_event());
    let facts = cassettes::model::Connection::opened_at(Timestamp::ZERO);
    let header = Header { created_unix_nanos: START, ..Header::default() };
    collect(header, vec![facts], events).unwrap()
}

#[test]
fn the_streams_of_a_connection_are_put_together_and_come_apart_again() {
    let cassette = streams();
    assert_eq!(cassette.exchanges().len(), 3);
    let (back, _) = import(export(&cassette).0);
    assert!(back.exchanges() == cassette.exchanges(), "to the chunk");
}

#[test]
fn streams_that_stand_alone_get_the_beginning_of_a_connection() {
    let cassette = library("http2-messages");
    let (back, _) = import(export(&cassette).0);
    let streams: Vec<_> =
        back.exchanges().iter().filter(|it| it.protocol == Protocol::Http2).cloned().collect();
    assert!(content(&streams) == content(cassette.exchanges()));
}

#[test]
fn times_are_those_of_the_recording() {
    let cassette = library("recorded");
    let (packets, _) = packets(export(&cassette).0);
    assert_eq!(packets[0].at.0, START + cassette.connections()[0].opened.as_nanos());
    let back = import(export(&cassette).0).0;
    let times = |cassette: &Cassette| {
        cassette.exchanges().iter().map(|it| (it.started(), it.ended())).collect::<Vec<_>>()
    };
    assert_eq!(times(&back), times(&cassette));
}

#[test]
fn what_is_missing_is_missing_in_the_capture() {
    let cassette = library("gaps");
    let (file, summary) = export(&cassette);
    let (back, connections) = import(file);
    assert_eq!(content(back.exchanges()), content(cassette.exchanges()));
    let gaps = |gaps: &[Gap]| {
        gaps.iter().map(|gap| (gap.direction, gap.offset, gap.length)).collect::<Vec<_>>()
    };
    for (found, told) in connections.iter().zip(cassette.connections()) {
        assert_eq!(gaps(&found.gaps), gaps(&told.gaps));
    }
    assert_eq!((summary.gaps, summary.packets), (3, 28));
}

#[test]
fn ends_are_those_of_the_recording() {
    let yaml = "\
retape: 1
connections:
  1: {}
  2: {}
  refused: {opened: 30ms, end: server refuses +1ms}
exchanges:
  - connection: 1
    request: GET /
    response: 204
    end: [client closes +1ms, server closes +1ms]
  - connection: 2
    at: 10ms
    request: GET /
    response:
      raw: HTTP/1.1 2
    end: server resets
";
    let (packets, _) = packets(export(&text::read(yaml).unwrap()).0);
    let flags = |packet: &Packet| packet.data[33];
    let all: Vec<u8> = packets.iter().map(flags).collect();
    let (syn, ack, said, fin, rst) = (0x02, 0x10, 0x18, 0x11, 0x14);
    let closed = [syn, 0x12, ack, said, ack, said, ack, fin, ack, fin, ack];
    assert_eq!(all[..11], closed);
    assert_eq!(all[11..], [syn, 0x12, ack, said, ack, said, ack, rst, syn, rst]);
}

#[test]
fn comments_name_connections_and_exchanges() {
    let (_, comments) = packets(export(&library("recorded")).0);
    let expected = [
        "connection 0 to http://api.example.com",
        "exchange 1: GET /users/1",
        "connection 1 to http://api.example.com",
        "exchange 2: POST /users",
    ];
    assert_eq!(comments, expected);
}

#[test]
fn connections_between_the_same_addresses_at_one_time_are_kept_apart() {
    let yaml = "\
retape: 1
connections:
  1: {client: \"[::1]:5\", server: \"[::1]:80\"}
  2: {client: \"[::1]:5\", server: \"[::1]:80\"}
exchanges:
  - {connection: 1, request: GET /1, response: 204, reads: [client, server +2ms]}
  - {connection: 2, at: 1ms, request: GET /2, response: 204}
";
    let cassette = text::read(yaml).unwrap();
    let (file, summary) = export(&cassette);
    assert_eq!(summary.made_up, 1);
    assert_eq!(content(import(file).0.exchanges()), content(cassette.exchanges()));
}

proptest! {
    /// Chunks of any size, between any addresses, are found again, with the sums right.
    #[test]
    fn any_bytes_come_back(
        sizes in proptest::collection::vec((any::<bool>(), 1..200_000_usize), 1..8),
        version in prop::sample::select(vec!["10.0.0.1", "[2001:db8::1]", "a.test"]),
    ) {
        let mut connection = cassettes::model::Connection::opened_at(Timestamp::ZERO);
        connection.client = format!("{version}:4000");
        connection.server = format!("{version}:5000");
        let chunks = sizes.iter().enumerate().map(|(n, (asked, len))| cassettes::model::Chunk {
            direction: if *asked { Direction::ToServer } else { Direction::ToClient },
            at: Timestamp::from_nanos(n as u64),
            bytes: Bytes::from(vec![b'0' + u8::try_from(n).unwrap(); *len]),
        });
        let exchange = Exchange {
            connection: ConnectionId(0),
            protocol: Protocol::Raw,
            chunks: chunks.collect(),
        };
        let header = Header { created_unix_nanos: START, ..Header::default() };
        let cassette = Cassette::new(header, vec![connection], vec![exchange]).unwrap();
        let (back, _) = import(export(&cassette).0);
        for direction in [Direction::ToServer, Direction::ToClient] {
            let said = |cassette: &Cassette| {
                cassette.exchanges().iter().map(|it| it.bytes(direction)).collect::<Vec<_>>().concat()
            };
            prop_assert_eq!(said(&back), said(&cassette));
        }
    }
}
