//! Writes the recording that is replayed: `bench-cassette EXCHANGES BODY_BYTES FILE [http2]`.

use anyhow::{Context, Result};
use bytes::Bytes;
use cassettes::format;
use cassettes::model::{
    Cassette, Chunk, Connection, ConnectionId, Direction, Exchange, Header, Protocol, Timestamp,
};
use cassettes::wire::http2::compose;
use cassettes::wire::http2::hpack::{Field, encode_standalone};

/// What the recorded client was told to connect to.
const AUTHORITY: &str = "127.0.0.1:80";

fn main() -> Result<()> {
    let exchanges = bench_servers::number(1, "how many exchanges")?;
    let size = bench_servers::number(2, "bytes a body")?;
    let path = std::env::args().nth(3).context("argument 3: the file to write")?;
    let http1 = std::env::args().nth(4).as_deref() != Some("http2");
    let unnamed = Connection::opened_at(Timestamp::ZERO);
    let connection = Connection { server: AUTHORITY.to_owned(), ..unnamed };
    let exchange = |n| if http1 { over_http1(n, size) } else { over_http2(n, size) };
    let all = (0..exchanges).map(exchange).collect();
    let cassette = Cassette::new(Header::default(), vec![connection], all)?;
    std::fs::write(&path, format::encode(&cassette)?).context(path)
}

fn over_http1(n: usize, size: usize) -> Exchange {
    let request = format!("GET /{n} HTTP/1.1\r\nHost: {AUTHORITY}\r\n\r\n");
    let mut answer = bench_servers::head(size).into_bytes();
    answer.extend_from_slice(&bench_servers::body(n, size));
    exchange(n, Protocol::Http1, request.into(), answer.into())
}

/// What the load that is driven against it asks and is answered.
fn over_http2(n: usize, size: usize) -> Exchange {
    // A client's streams have odd numbers, and end with 2^31: no more than a connection has are written.
    let stream = u32::try_from(2 * n + 1).unwrap_or(1);
    let path = format!("/{n}");
    let request = block(&[
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", AUTHORITY),
        (":path", &path),
        ("user-agent", "h2load"),
    ]);
    let length = size.to_string();
    let head =
        block(&[(":status", "200"), ("content-type", "text/plain"), ("content-length", &length)]);
    let body = compose::data(stream, bench_servers::body(n, size), true).encode();
    let answer = [compose::headers(stream, head, false).encode(), body].concat();
    let request = compose::headers(stream, request, true).encode();
    exchange(n, Protocol::Http2, request, answer.into())
}

fn block(fields: &[(&str, &str)]) -> Bytes {
    let field = |&(name, value): &(&str, &str)| Field::new(name.to_owned(), value.to_owned());
    encode_standalone(&fields.iter().map(field).collect::<Vec<_>>())
}

fn exchange(n: usize, protocol: Protocol, request: Bytes, answer: Bytes) -> Exchange {
    let at = Timestamp::from_nanos(n as u64 * 1000);
    let chunk = |direction, bytes| Chunk { direction, at, bytes };
    Exchange {
        connection: ConnectionId(0),
        protocol,
        chunks: vec![chunk(Direction::ToServer, request), chunk(Direction::ToClient, answer)],
    }
}
