//! The file as a whole: written, read, damaged, continued.

mod damage;
mod golden;
mod hostile;
mod journal;
mod property;
mod wincode;

use ::bytes::{Bytes, BytesMut};

use super::{ConnectionJournal, Journal, Options, Problem, Reader};
use crate::model::{
    Cassette, Chunk, Close, Connection, ConnectionId, Direction, Exchange, ExchangeId, Header, How,
    Protocol, Rewrite, Side, TapeEvent, Timestamp,
};

const REQUEST: &[u8] = b"GET /hello HTTP/1.1\r\nHost: a.test\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

/// Two connections, three exchanges, of which one is over before another that began earlier.
fn sample() -> Cassette {
    let header = Header {
        created_unix_nanos: 1_700_000_000_000_000_000,
        writer: "retape 0.1.0".into(),
        rewrite: Rewrite { host: "a.test".into(), origin: "http://a.test".into() },
    };
    let mut first = Connection::opened_at(at(1));
    first.client = "127.0.0.1:40000".into();
    first.server = "127.0.0.1:8080".into();
    first.upstream = "http://a.test:80".into();
    first.closes = vec![close(900, Side::Client, How::Fin), close(950, Side::Server, How::Reset)];
    let exchanges = vec![get(0, 100), get(1, 105), get(0, 300)];
    Cassette::new(header, vec![first, Connection::opened_at(at(2))], exchanges).unwrap()
}

fn get(connection: u32, from: u64) -> Exchange {
    Exchange {
        connection: ConnectionId(connection),
        protocol: Protocol::Http1,
        chunks: vec![
            chunk(Direction::ToServer, from, REQUEST),
            chunk(Direction::ToClient, from + 10, ANSWER),
        ],
    }
}

fn chunk(direction: Direction, nanos: u64, bytes: &[u8]) -> Chunk {
    Chunk { direction, at: at(nanos), bytes: Bytes::copy_from_slice(bytes) }
}

fn close(nanos: u64, by: Side, how: How) -> Close {
    Close { at: at(nanos), by, how }
}

const fn at(nanos: u64) -> Timestamp {
    Timestamp::from_nanos(nanos)
}

/// What a transcriber would hand in for this exchange.
fn events(exchange: &Exchange, connection: &Connection, ordinal: u32) -> Vec<TapeEvent> {
    let id = ExchangeId { connection: exchange.connection, ordinal };
    let chunk = |chunk: &Chunk| TapeEvent::Chunk { exchange: id, chunk: chunk.clone() };
    let mut events: Vec<_> = exchange.chunks.iter().map(chunk).collect();
    let summary = super::summary::derive(exchange, connection);
    events.push(TapeEvent::Done { exchange: id, summary });
    events
}

fn play(connection: &mut ConnectionJournal, events: Vec<TapeEvent>) {
    for event in events {
        connection.record(event);
    }
}

/// Everything that waits to be written.
fn drain(journal: &Journal) -> Bytes {
    let mut pending = Vec::new();
    let announced = journal.pending_bytes();
    assert_eq!(journal.take_pending(&mut pending), announced);
    let mut file = BytesMut::new();
    for bytes in pending {
        file.extend_from_slice(&bytes);
    }
    assert_eq!(file.len() as u64, announced);
    file.freeze()
}

fn open(file: &[u8]) -> Reader {
    Reader::open(Bytes::copy_from_slice(file)).unwrap()
}

fn problems(reader: &Reader) -> Vec<Problem> {
    let mut problems = Vec::new();
    reader.verify(&mut |problem| problems.push(problem));
    problems
}

const COMPRESSED: Options = Options { compress: true };

#[test]
fn what_is_encoded_is_read_back() {
    let file = super::encode(&sample()).unwrap();
    let reader = Reader::open(file).unwrap();
    assert_eq!(reader.recovery(), None);
    assert_eq!(reader.to_cassette().unwrap(), sample());
    assert_eq!(problems(&reader), []);
}

#[test]
fn an_entry_knows_its_exchange() {
    let reader = open(&super::encode(&sample()).unwrap());
    let [first, second, third] = [0, 1, 2].map(|n| reader.entry(n));
    assert_eq!((first.first_at, first.last_at), (at(100), at(110)));
    assert_eq!((second.connection, second.ordinal), (ConnectionId(1), 0));
    assert_eq!((third.connection, third.ordinal), (ConnectionId(0), 1));
    assert_eq!(first.byte_count(Direction::ToServer), REQUEST.len() as u64);
    assert_eq!(first.byte_count(Direction::ToClient), ANSWER.len() as u64);
    let last = [first, second, third].map(|entry| entry.last_on_connection);
    assert_eq!(last, [false, true, true]);
}

#[test]
fn what_is_read_is_a_slice_of_the_file() {
    let file = super::encode(&sample()).unwrap();
    let exchange = Reader::open(file.clone()).unwrap().exchange(0).unwrap();
    for chunk in exchange.chunks {
        assert!(file.as_ptr_range().contains(&chunk.bytes.as_ptr()));
    }
}

#[test]
fn a_text_that_no_record_holds_is_refused_before_it_is_written() {
    let (mut header, connections, exchanges) = sample().into_parts();
    header.writer = "x".repeat(super::MAX_TEXT_BYTES + 1);
    let cassette = Cassette::staged(header, connections, exchanges).unwrap();
    let error = super::encode(&cassette).unwrap_err().to_string();
    assert_eq!(error, "a text of the header is 65537 bytes long: shorten it to 65536 bytes");
}
