//! The file as a whole: written, read, cut, flipped.

use bytes::Bytes;

use super::*;
use crate::model::*;

fn sample() -> Cassette {
    let at = Timestamp::from_nanos;
    let chunk = |direction, nanos, bytes: &'static str| Chunk {
        direction,
        at: at(nanos),
        bytes: Bytes::from_static(bytes.as_bytes()),
    };
    let request = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    let exchange = |connection, from| Exchange {
        connection: ConnectionId(connection),
        protocol: Protocol::Http1,
        chunks: vec![
            chunk(Direction::ToServer, from, request),
            chunk(Direction::ToClient, from + 10, answer),
        ],
    };
    let mut closed = Connection::opened_at(at(1));
    closed.closes.push(Close { at: at(900), by: Side::Client, how: How::Fin });
    let header = Header { created_unix_nanos: 7, writer: "test 1".into(), ..Header::default() };
    let exchanges = vec![exchange(0, 100), exchange(1, 105), exchange(0, 300)];
    Cassette::new(header, vec![closed, Connection::opened_at(at(2))], exchanges).unwrap()
}

#[test]
fn what_is_encoded_is_read_back() {
    let file = encode(&sample()).unwrap();
    let reader = Reader::open(file).unwrap();
    assert_eq!(reader.recovery(), None);
    assert_eq!(reader.to_cassette().unwrap(), sample());
    reader.verify(&mut |problem| panic!("{problem}"));
    let last: Vec<bool> = reader.entries().map(|entry| entry.last_on_connection).collect();
    assert_eq!(last, [false, true, true]);
}

#[test]
fn a_file_cut_anywhere_opens_with_what_is_whole_or_says_why_not() {
    let file = encode(&sample()).unwrap();
    for len in 0..file.len() {
        match Reader::open(file.slice(..len)) {
            Ok(reader) => {
                let recovery = reader.recovery().expect("a cut file is recovered");
                assert_eq!(recovery.torn_at + recovery.dropped_bytes, len as u64);
                reader.to_cassette().unwrap();
            }
            Err(error) => assert!(error.to_string().contains("byte"), "{error}"),
        }
    }
}
