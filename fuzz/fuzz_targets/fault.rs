//! Any sentence as a fault, on any exchange: read as it is written, applied without a panic, and written into a cassette that plays
//! what was applied.

#![no_main]

use bytes::Bytes;
use cassettes::fault::{Asking, Fault, FaultSet, Layout, Neighbours, Others, mutate};
use cassettes::format::{Reader, encode};
use cassettes::model::{
    Cassette, Chunk, Connection, ConnectionId, Direction, Exchange, Header, Protocol, Timestamp,
};
use libfuzzer_sys::fuzz_target;

/// Between sentences, request and answer: the unit separator of ASCII.
const SEPARATOR: u8 = 0x1f;

fuzz_target!(|input: &[u8]| {
    let [protocol, cut, input @ ..] = input else { return };
    let mut parts = input.splitn(3, |byte| *byte == SEPARATOR);
    let sentences = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let (request, answer) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(cassette) = cassette(*protocol, request, answer, *cut) else { return };
    let faults: Vec<Fault> =
        sentences.lines().take(4).filter_map(|line| line.parse().ok()).collect();
    for fault in &faults {
        let written = fault.to_string();
        let read: Fault = written.parse().expect("what is written can be read");
        assert_eq!(&read, fault, "{written}");
    }
    let (exchange, script) = Neighbours { cassette: &cassette }.exchange(1).expect("it is there");
    let layout = Layout::of(&exchange, &script);
    for point in layout.points() {
        assert!(layout.offset(&point).expect("it is offered") <= layout.len);
    }
    let asking = Asking::of(&exchange);
    for point in asking.points() {
        asking.until(&point).expect("it is offered");
    }
    let Ok(mutated) = mutate(&cassette, &FaultSet::new(faults, 7)) else { return };
    let encoded = encode(&mutated.cassette).expect("it is a cassette");
    let reader = Reader::open(encoded.into()).expect("it was just written");
    assert_eq!(reader.to_cassette().expect("it was just written"), mutated.cassette);
});

/// One exchange: what was asked, and what was answered, in two pieces.
fn cassette(protocol: u8, request: &[u8], answer: &[u8], cut: u8) -> Option<Cassette> {
    let chunk = |direction, nanos, bytes: &[u8]| Chunk {
        direction,
        at: Timestamp::from_nanos(nanos),
        bytes: Bytes::copy_from_slice(bytes),
    };
    let (first, second) = answer.split_at(answer.len().min(cut.into()));
    let chunks = [
        chunk(Direction::ToServer, 0, request),
        chunk(Direction::ToClient, 1000, first),
        chunk(Direction::ToClient, 3000, second),
    ];
    let exchange = Exchange {
        connection: ConnectionId(0),
        protocol: [Protocol::Http1, Protocol::Http2, Protocol::Raw][usize::from(protocol % 3)],
        chunks: chunks.into_iter().filter(|chunk| !chunk.bytes.is_empty()).collect(),
    };
    let connections = vec![Connection::opened_at(Timestamp::ZERO)];
    Cassette::new(Header::default(), connections, vec![exchange]).ok()
}
