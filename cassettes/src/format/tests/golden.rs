//! Files that must stay readable for ever, and the specification that they prove.

use ::bytes::Bytes;

use super::{COMPRESSED, at, chunk, close, drain, events, get, play, problems, sample};
use crate::format::codec::{decode, encode_into};
use crate::format::connection::{
    CloseRecord, ConnectionRecord, FullCloseRecord, FullConnectionRecord, TlsRecord,
};
use crate::format::gap::{GapRecord, GappedConnectionRecord};
use crate::format::number::narrow;
use crate::format::reception::{AppliedRecord, ReceptionRecord, StagedConnectionRecord};
use crate::format::record::{
    ChunkRecord, DegradedRecord, ExchangeRecord, HeaderRecord, PartRecord,
};
use crate::format::staging::{StagedExchangeRecord, StagingRecord};
use crate::format::{Journal, PREAMBLE_BYTES, Reader, encode};
use crate::model::{
    Cassette, Connection, ConnectionId, Direction, Exchange, Header, How, Protocol, Side, Tls,
    Trust, Way,
};

// Written by format 1.0.
const SMALLEST_1_0: &[u8] = include_bytes!("../../../library/smallest.v1.cassette");
const BASIC: &[u8] = include_bytes!("../../../library/http1-basic.v1.cassette");
const COMPRESSED_FILE: &[u8] = include_bytes!("../../../library/compressed.v1.cassette");
const CONTINUED: &[u8] = include_bytes!("../../../library/continued.v1.cassette");
const KILLED: &[u8] = include_bytes!("../../../library/killed.v1.cassette");
// Written by format 1.1.
const SMALLEST_1_1: &[u8] = include_bytes!("../../../library/smallest.v1.1.cassette");
const TLS: &[u8] = include_bytes!("../../../library/tls.v1.1.cassette");
const HTTP2: &[u8] = include_bytes!("../../../library/http2.v1.1.cassette");
// Written by format 1.2.
const SMALLEST_1_2: &[u8] = include_bytes!("../../../library/smallest.v1.2.cassette");
const GAPS: &[u8] = include_bytes!("../../../library/gaps.v1.2.cassette");
// Of 1.3.
const SMALLEST: &[u8] = include_bytes!("../../../library/smallest.v1.3.cassette");
const STAGED: &[u8] = include_bytes!("../../../library/staged.v1.3.cassette");
const STAGED_YAML: &str = include_str!("../../../library/staged.yaml");
const GAPS_YAML: &str = include_str!("../../../library/gaps.yaml");
const HTTP2_YAML: &str = include_str!("../../../library/http2.yaml");
const FORMAT_MD: &str = include_str!("../../../FORMAT.md");

/// One exchange, as short as HTTP can be.
fn smallest() -> Cassette {
    let exchange = Exchange {
        connection: ConnectionId(0),
        protocol: Protocol::Http1,
        chunks: vec![
            chunk(Direction::ToServer, 1000, b"GET / HTTP/1.0\r\n\r\n"),
            chunk(Direction::ToClient, 2500, b"HTTP/1.0 200 OK\r\n\r\nhi"),
        ],
    };
    let mut connection = Connection::opened_at(at(500));
    connection.closes = vec![close(3000, Side::Server, How::Fin)];
    let header = Header { writer: "retape".into(), ..Header::default() };
    Cassette::new(header, vec![connection], vec![exchange]).unwrap()
}

/// A body that compresses well.
fn repetitive() -> Cassette {
    let (header, connections, mut exchanges) = sample().into_parts();
    let body = b"{\"again\":true},\n".repeat(200);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    let chunks = &mut exchanges[2].0.chunks;
    chunks[1] = chunk(Direction::ToClient, 310, head.as_bytes());
    chunks.push(chunk(Direction::ToClient, 320, &body));
    Cassette::staged(header, connections, exchanges).unwrap()
}

fn compressed() -> Bytes {
    let cassette = repetitive();
    let journal = Journal::create_with(&cassette.header, COMPRESSED);
    for (facts, id) in cassette.connections().iter().zip(0..) {
        let mut connection = journal.connection(facts.clone());
        let exchanges = cassette.exchanges().iter();
        let own = exchanges.filter(|exchange| exchange.connection == ConnectionId(id));
        for (ordinal, exchange) in (0..).zip(own) {
            play(&mut connection, events(exchange, facts, ordinal));
        }
        connection.end(facts.closes.clone());
    }
    journal.finish();
    drain(&journal)
}

fn continued() -> Vec<u8> {
    let file = encode(&sample()).unwrap();
    let reader = Reader::open(file.clone()).unwrap();
    let journal = Journal::resume(&reader, file.len() as u64).unwrap();
    let facts = Connection::opened_at(at(5));
    let mut connection = journal.connection(facts.clone());
    play(&mut connection, events(&get(2, 7), &facts, 0));
    connection.end(Vec::new());
    journal.finish();
    [file, drain(&journal)].concat()
}

/// Killed while it wrote the second of its exchanges.
fn killed() -> Bytes {
    let file = encode(&sample()).unwrap();
    let second = Reader::open(file.clone()).unwrap().entry(1).offset;
    file.slice(..narrow(second) + 100)
}

/// By proxies and over TLS, and what can go wrong there.
fn tls() -> Cassette {
    let settled = Tls {
        sni: "api.test".into(),
        offered: vec!["h2".into(), "http/1.1".into()],
        alpn: "http/1.1".into(),
        version: 0x0304,
        cipher: 0x1301,
        trust: Trust::Unknown,
    };
    let upstream = Tls { trust: Trust::Verified, ..settled.clone() };
    let asked = Tls { alpn: String::new(), version: 0, cipher: 0, ..settled.clone() };
    let over = |way, opened, tls: &Tls, closes| Connection {
        way,
        upstream: "https://api.test".into(),
        tls: Some(Box::new(tls.clone())),
        closes,
        ..Connection::opened_at(at(opened))
    };
    let notified =
        vec![close(400, Side::Server, How::CloseNotify), close(410, Side::Client, How::Fin)];
    let refused = vec![close(520, Side::Client, How::Alert(48))];
    let untrusted = vec![close(620, Side::Server, How::Untrusted)];
    let connections = vec![
        Connection {
            upstream_tls: Some(Box::new(upstream)),
            ..over(Way::Connect, 10, &settled, notified)
        },
        over(Way::Socks5, 500, &asked, refused),
        over(Way::Transparent, 600, &asked, untrusted),
        Connection { way: Way::Forward, ..Connection::opened_at(at(700)) },
    ];
    Cassette::new(Header::default(), connections, vec![get(0, 100), get(3, 710)]).unwrap()
}

#[test]
fn the_smallest_cassette_is_still_written_and_read_the_same() {
    assert_eq!(encode(&smallest()).unwrap(), SMALLEST);
    assert_reads(SMALLEST, &smallest());
}

#[test]
fn what_is_known_of_tls_is_still_written_and_read_the_same() {
    assert_eq!(encode(&tls()).unwrap()[PREAMBLE_BYTES..], TLS[PREAMBLE_BYTES..]);
    assert_reads(TLS, &tls());
}

#[test]
fn streams_of_http2_are_still_written_and_read_the_same() {
    let streams = crate::text::read(HTTP2_YAML).unwrap();
    assert_eq!(encode(&streams).unwrap()[PREAMBLE_BYTES..], HTTP2[PREAMBLE_BYTES..]);
    assert_reads(HTTP2, &streams);
}

#[test]
fn gaps_are_still_written_and_read_the_same() {
    let gaps = crate::text::read(GAPS_YAML).unwrap();
    assert_eq!(encode(&gaps).unwrap()[PREAMBLE_BYTES..], GAPS[PREAMBLE_BYTES..]);
    assert_reads(GAPS, &gaps);
}

#[test]
fn what_faults_made_of_a_recording_is_still_written_and_read_the_same() {
    let staged = crate::text::read(STAGED_YAML).unwrap();
    assert_eq!(encode(&staged).unwrap(), STAGED);
    assert_reads(STAGED, &staged);
    let reader = Reader::open(Bytes::from_static(STAGED)).unwrap();
    let how: Vec<_> = reader.entries().map(|entry| entry.staged()).collect();
    assert_eq!(how, [true; 3]);
    assert_eq!(reader.staging(1).unwrap().as_ref(), staged.staging(1));
}

#[test]
fn a_file_of_an_earlier_version_is_still_read_and_differs_in_its_preamble_alone() {
    assert_eq!(encode(&smallest()).unwrap()[PREAMBLE_BYTES..], SMALLEST_1_2[PREAMBLE_BYTES..]);
    assert_reads(SMALLEST_1_2, &smallest());
    assert_eq!(encode(&smallest()).unwrap()[PREAMBLE_BYTES..], SMALLEST_1_1[PREAMBLE_BYTES..]);
    assert_reads(SMALLEST_1_1, &smallest());
    assert_eq!(encode(&smallest()).unwrap()[PREAMBLE_BYTES..], SMALLEST_1_0[PREAMBLE_BYTES..]);
    assert_reads(SMALLEST_1_0, &smallest());
    assert_eq!(encode(&sample()).unwrap()[PREAMBLE_BYTES..], BASIC[PREAMBLE_BYTES..]);
    assert_reads(BASIC, &sample());
}

#[test]
fn a_compressed_cassette_is_still_read_the_same() {
    assert_reads(COMPRESSED_FILE, &repetitive());
    assert_reads(&compressed(), &repetitive());
}

#[test]
fn a_continued_cassette_is_still_written_and_read_the_same() {
    assert_eq!(continued()[PREAMBLE_BYTES..], CONTINUED[PREAMBLE_BYTES..]);
    let reader = Reader::open(Bytes::from_static(CONTINUED)).unwrap();
    assert_eq!((reader.len(), reader.recovery()), (4, None));
    assert_eq!(problems(&reader), []);
}

#[test]
fn what_a_killed_recorder_left_is_still_recovered() {
    assert_eq!(killed()[PREAMBLE_BYTES..], KILLED[PREAMBLE_BYTES..]);
    let reader = Reader::open(Bytes::from_static(KILLED)).unwrap();
    assert_eq!(reader.recovery().unwrap().dropped_bytes, 100);
    assert_eq!(reader.exchange(0).unwrap(), sample().exchanges()[0]);
}

fn assert_reads(file: &[u8], cassette: &Cassette) {
    let reader = Reader::open(Bytes::copy_from_slice(file)).unwrap();
    assert_eq!(reader.recovery(), None);
    assert_eq!(problems(&reader), []);
    assert_eq!(&reader.to_cassette().unwrap(), cassette);
}

/// Lines of the example are `offset  bytes in hex  ; what they are`.
#[test]
fn the_example_in_the_specification_is_the_smallest_cassette() {
    let example = FORMAT_MD.split("```hex\n").nth(1).unwrap().split("```").next().unwrap();
    let mut bytes = Vec::new();
    for line in example.lines().filter(|line| !line.is_empty()) {
        let (offset, rest) = line.split_once("  ").unwrap();
        assert_eq!(u64::from_str_radix(offset, 16).unwrap(), bytes.len() as u64, "{line}");
        let hex = rest.split(';').next().unwrap().split_whitespace();
        bytes.extend(hex.map(|byte| u8::from_str_radix(byte, 16).unwrap()));
    }
    assert_eq!(bytes, SMALLEST);
}

#[test]
fn metadata_is_encoded_as_specified() {
    let header = HeaderRecord {
        created_unix_nanos: 251,
        writer: "w".into(),
        rewrite_host: String::new(),
        rewrite_origin: "é".into(),
    };
    assert_encodes(&header, "fb fb 00 01 77 00 02 c3 a9");
    let connection = ConnectionRecord {
        id: 250,
        opened: 65_536,
        transport: 1,
        client: "a".into(),
        server: "b".into(),
        upstream: "c".into(),
        exchanges: 3,
        closes: vec![CloseRecord { at: u64::MAX, by: 1, how: 4 }],
    };
    let expected = "fa fc 00 00 01 00 01 01 61 01 62 01 63 03 01 fd ff ff ff ff ff ff ff ff 01 04";
    assert_encodes(&connection, expected);
    let tls = TlsRecord {
        sni: "s".into(),
        offered: vec!["h2".into(), "x".into()],
        alpn: "h2".into(),
        version: 0x0304,
        cipher: 0x1301,
        trust: 1,
    };
    let full = FullConnectionRecord {
        id: 1,
        opened: 2,
        transport: 0,
        way: 2,
        client: "a".into(),
        server: "b".into(),
        upstream: "c".into(),
        tls: Some(tls),
        upstream_tls: None,
        exchanges: 3,
        closes: vec![FullCloseRecord { at: 4, by: 0, how: 256 + 48 }],
    };
    let expected = "01 02 00 02 01 61 01 62 01 63 01 01 73 02 02 68 32 01 78 02 68 32 fb 04 03 fb 01 13 01 00 \
                    03 01 04 00 fb 30 01";
    assert_encodes(&full, expected);
    let gap = GapRecord { direction: 1, at: 5, offset: 2920, length: 1460 };
    let gapped = GappedConnectionRecord { full, gaps: vec![gap] };
    assert_encodes(&gapped, &format!("{expected} 01 01 05 fb 68 0b fb b4 05"));
    let chunks = vec![ChunkRecord { direction: 1, after: 2, len: 300 }];
    let part = PartRecord {
        connection: 0,
        ordinal: 1,
        previous: 4096,
        started: 9,
        chunks: chunks.clone(),
    };
    assert_encodes(&part, "00 01 fb 00 10 09 01 01 02 fb 2c 01");
    let exchange = ExchangeRecord {
        connection: 0,
        ordinal: 1,
        protocol: 1,
        flags: 6,
        request_key: 0x0102_0304_0506_0708,
        body_key: 0,
        degraded: Some(DegradedRecord { direction: 1, offset: 12, reason: "no".into() }),
        last_part: 0,
        started: 9,
        chunks,
    };
    let expected =
        "00 01 01 06 fd 08 07 06 05 04 03 02 01 00 01 01 0c 02 6e 6f 00 09 01 01 02 fb 2c 01";
    assert_encodes(&exchange, expected);
}

#[test]
fn metadata_of_what_is_staged_is_encoded_as_specified() {
    let full = FullConnectionRecord::new(ConnectionId(1), &Connection::opened_at(at(2)), 3);
    let gapped = GappedConnectionRecord { full, gaps: Vec::new() };
    let before = "01 02 00 00 00 00 00 00 00 03 00 00";
    assert_encodes(&gapped, before);
    let faults = vec![AppliedRecord { at: 6, id: "f".into() }];
    let reception = ReceptionRecord {
        delay: Some(250),
        certificate: 1,
        flight: 3,
        stop: 256 + 40,
        repeats: 1,
        faults: vec!["g".into()],
    };
    let staged = StagedConnectionRecord { gapped, reception: Some(reception), faults };
    let after = "01 01 fa 01 03 fb 28 01 01 01 01 67 01 06 01 66";
    assert_encodes(&staged, &format!("{before} {after}"));
    let exchange = ExchangeRecord {
        connection: 0,
        ordinal: 1,
        protocol: 1,
        flags: 16,
        request_key: 0,
        body_key: 0,
        degraded: None,
        last_part: 0,
        started: 9,
        chunks: Vec::new(),
    };
    let staging = StagingRecord { how: 5, steps: 2, beneath: 3, faults: vec!["f".into()] };
    let staged = StagedExchangeRecord { exchange, staging };
    assert_encodes(&staged, "00 01 01 10 00 00 00 00 09 00 05 02 03 01 01 66");
}

fn assert_encodes<R>(record: &R, expected: &str)
where
    R: bincode::Encode + bincode::Decode<()> + PartialEq + std::fmt::Debug,
{
    let mut bytes = Vec::new();
    encode_into(record, &mut bytes);
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex.join(" "), expected);
    assert_eq!(&decode::<R>(&bytes).unwrap(), record);
}
