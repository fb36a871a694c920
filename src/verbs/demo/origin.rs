//! The server of the demonstration: small, and as real as any.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cassettes::wire::http1::{Event, RequestHead, RequestParser};
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Serves until it is dropped; then its connections go as well.
pub(super) async fn serve(listener: TcpListener) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(answer_all(client));
    }
}

async fn answer_all(mut client: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut parser = RequestParser::new();
    let mut input = BytesMut::new();
    let mut path = Vec::new();
    while client.read_buf(&mut input).await? > 0 {
        let mut rest = input.split().freeze();
        while let Some(event) = step(&mut parser, &mut rest)? {
            match event {
                Event::Head(head) => path = path_of(&head),
                Event::End => answer(&path, &mut client).await?,
                _ => {}
            }
        }
    }
    Ok(())
}

fn step(parser: &mut RequestParser, input: &mut Bytes) -> io::Result<Option<Event>> {
    let advance = parser.advance(input).map_err(io::Error::other)?;
    drop(input.split_to(advance.taken));
    Ok(advance.event)
}

fn path_of(head: &[u8]) -> Vec<u8> {
    RequestHead::parse(head).map(|head| head.target().to_vec()).unwrap_or_default()
}

/// How long the server takes for a price.
const SLOW: Duration = Duration::from_millis(15);

async fn answer(path: &[u8], client: &mut TcpStream) -> io::Result<()> {
    match path {
        b"/users/7" => client.write_all(USER).await,
        b"/orders" => client.write_all(ORDER).await,
        b"/prices" => {
            for piece in PRICES {
                client.write_all(piece).await?;
                sleep(SLOW).await;
            }
            Ok(())
        }
        _ => client.write_all(NOT_FOUND).await,
    }
}

/// Header names in odd case, two of one name: what is replayed must have them too.
const USER: &[u8] = b"HTTP/1.1 200 OK\r\n\
    Content-Type: application/json\r\nX-Request-ID: 7f3a\r\nvary: accept\r\nVary: Origin\r\n\
    Content-Length: 41\r\n\r\n{\"id\":7,\"name\":\"Ada\",\"languages\":[\"fr\"]}\n";

const ORDER: &[u8] = b"HTTP/1.1 201 Created\r\nLocation: /orders/1\r\nContent-Length: 0\r\n\r\n";

/// Chunked, with an extension and a trailer.
const PRICES: [&[u8]; 4] = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n",
    b"a;part=one\r\ntape: 4.20\r\n",
    b"b\r\n\nreel: 17.0\r\n",
    b"0\r\nX-Sum: 21.2\r\n\r\n",
];

const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
