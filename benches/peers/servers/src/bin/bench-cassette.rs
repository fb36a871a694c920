//! Writes the recording that is replayed: `bench-cassette EXCHANGES BODY_BYTES FILE`.

use anyhow::{Context, Result};
use bytes::Bytes;
use cassettes::format;
use cassettes::model::{
    Cassette, Chunk, Connection, ConnectionId, Direction, Exchange, Header, Protocol, Timestamp,
};

/// What the recorded client was told to connect to.
const AUTHORITY: &str = "127.0.0.1:80";

fn main() -> Result<()> {
    let exchanges = bench_servers::number(1, "how many exchanges")?;
    let size = bench_servers::number(2, "bytes a body")?;
    let path = std::env::args().nth(3).context("argument 3: the file to write")?;
    let unnamed = Connection::opened_at(Timestamp::ZERO);
    let connection = Connection { server: AUTHORITY.to_owned(), ..unnamed };
    let all = (0..exchanges).map(|n| exchange(n, size)).collect();
    let cassette = Cassette::new(Header::default(), vec![connection], all)?;
    std::fs::write(&path, format::encode(&cassette)?).context(path)
}

fn exchange(n: usize, size: usize) -> Exchange {
    let at = Timestamp::from_nanos(n as u64 * 1000);
    let request = format!("GET /{n} HTTP/1.1\r\nHost: {AUTHORITY}\r\n\r\n");
    let mut answer = bench_servers::head(size).into_bytes();
    answer.extend_from_slice(&bench_servers::body(n, size));
    let chunk = |direction, bytes| Chunk { direction, at, bytes };
    Exchange {
        connection: ConnectionId(0),
        protocol: Protocol::Http1,
        chunks: vec![
            chunk(Direction::ToServer, Bytes::from(request)),
            chunk(Direction::ToClient, Bytes::from(answer)),
        ],
    }
}
