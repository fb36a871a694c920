//! The client of the demonstration, before and after its change.

use bytes::{Bytes, BytesMut};
use cassettes::wire::http1::{Event, RequestContext, RequestHead, ResponseHead, ResponseParser};
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What the client asks, in order, on one connection.
pub(super) const BEFORE: [&str; 3] = [
    "GET /users/7 HTTP/1.1\r\nHost: HOST\r\nAccept: application/json\r\n\r\n",
    "POST /orders HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n\
     {\"item\":\"tape\",\"count\":2}",
    "GET /prices HTTP/1.1\r\nHost: HOST\r\n\r\n",
];

/// After an upgrade of its library: another header, a number that became a string, another path.
pub(super) const AFTER: [&str; 3] = [
    "GET /users/7 HTTP/1.1\r\nHost: HOST\r\nAccept: */*\r\n\r\n",
    "POST /orders HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n\
     {\"item\":\"tape\",\"count\":\"2\"}",
    "GET /v2/prices HTTP/1.1\r\nHost: HOST\r\n\r\n",
];

/// What came for a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// `GET /path`.
    pub(super) request: String,
    /// `200 OK`.
    pub(super) status: String,
    /// Exactly what came over the socket.
    pub(super) bytes: Vec<u8>,
}

/// Asks, one after the other.
pub(super) async fn ask(authority: &str, requests: &[&str]) -> io::Result<Vec<Answer>> {
    let mut server = TcpStream::connect(authority).await?;
    server.set_nodelay(true)?;
    let mut parser = ResponseParser::new();
    let mut answers = Vec::new();
    for request in requests {
        let request = request.replace("HOST", authority);
        server.write_all(request.as_bytes()).await?;
        answers.push(answer(&request, &mut parser, &mut server).await?);
    }
    Ok(answers)
}

async fn answer(
    request: &str,
    parser: &mut ResponseParser,
    server: &mut TcpStream,
) -> io::Result<Answer> {
    let head = RequestHead::parse(request.as_bytes()).map_err(io::Error::other)?;
    parser.expect(RequestContext::of(&head));
    let line = request.split(" HTTP/").next().unwrap_or_default().to_owned();
    let mut answer = Answer { request: line, status: String::new(), bytes: Vec::new() };
    let mut input = BytesMut::new();
    loop {
        if server.read_buf(&mut input).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let rest = input.split().freeze();
        answer.bytes.extend_from_slice(&rest);
        if is_over(rest, parser, &mut answer)? {
            return Ok(answer);
        }
    }
}

fn is_over(mut rest: Bytes, parser: &mut ResponseParser, answer: &mut Answer) -> io::Result<bool> {
    loop {
        let advance = parser.advance(&rest).map_err(io::Error::other)?;
        drop(rest.split_to(advance.taken));
        match advance.event {
            Some(Event::Head(head)) => answer.status = status_of(&head),
            Some(Event::End) => return Ok(true),
            Some(_) => {}
            None => return Ok(false),
        }
    }
}

fn status_of(head: &[u8]) -> String {
    let Ok(head) = ResponseHead::parse(head) else { return String::new() };
    format!("{} {}", head.status(), String::from_utf8_lossy(head.reason()))
}
