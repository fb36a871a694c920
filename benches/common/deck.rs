//! Recordings of many exchanges with answers of 1 KiB.

use std::sync::Arc;

use bytes::Bytes;
use cassettes::format::{Reader, encode};
use cassettes::model::{
    Cassette, Chunk, Connection, ConnectionId, Direction, Exchange, Header, Protocol, Timestamp,
};
use replayer::verify::Rules;
use replayer::{Deck, NamedReader, ReplayOptions, Stage};

/// What the recorded client was told to connect to.
pub(crate) const AUTHORITY: &str = "127.0.0.1:80";

/// Request `n` of a deck whose requests differ in their path.
pub(crate) fn by_path(n: usize) -> String {
    format!("GET /{n} HTTP/1.1\r\nHost: {AUTHORITY}\r\n\r\n")
}

/// A replay of `len` exchanges, which repeats the last of equals for ever.
pub(crate) fn stage(len: usize, request: fn(usize) -> String) -> Arc<Stage> {
    let all = (0..len).map(|n| exchange(n, request)).collect();
    let connection =
        Connection { server: AUTHORITY.to_owned(), ..Connection::opened_at(Timestamp::ZERO) };
    let cassette = Cassette::new(Header::default(), vec![connection], all).expect("a recording");
    let reader = Reader::open(encode(&cassette).expect("a file")).expect("a cassette");
    let deck = Deck::load(vec![NamedReader { name: String::new(), reader }]).expect("a deck");
    let options = ReplayOptions { repeat_last: true, ..ReplayOptions::default() };
    Arc::new(Stage::new(deck, Rules::default(), options))
}

fn exchange(n: usize, request: fn(usize) -> String) -> Exchange {
    let at = Timestamp::from_nanos(n as u64 * 1000);
    let body = format!("{n:04} ").repeat(205);
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let chunk = |direction, text: String| Chunk { direction, at, bytes: Bytes::from(text) };
    let chunks = vec![chunk(Direction::ToServer, request(n)), chunk(Direction::ToClient, answer)];
    Exchange { connection: ConnectionId(0), protocol: Protocol::Http1, chunks }
}
