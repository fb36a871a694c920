//! A client that keeps what came, byte by byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// One connection.
pub(crate) struct Client {
    stream: TcpStream,
    authority: String,
}

impl Client {
    pub(crate) fn connect(url: &str) -> Self {
        let authority = url.strip_prefix("http://").unwrap().to_owned();
        let stream = TcpStream::connect(&authority).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { stream, authority }
    }

    pub(crate) fn get(&mut self, path: &str) -> Vec<u8> {
        self.ask(&format!("GET {path}"), "", b"")
    }

    pub(crate) fn post(&mut self, path: &str, body: &str) -> Vec<u8> {
        let headers =
            format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        self.ask(&format!("POST {path}"), &headers, body.as_bytes())
    }

    /// `headers` are lines, each with its end.
    pub(crate) fn ask(&mut self, line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        self.send(line, headers, body);
        self.answer()
    }

    pub(crate) fn send(&mut self, line: &str, headers: &str, body: &[u8]) {
        let host = &self.authority;
        let head = format!("{line} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n");
        self.stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    }

    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Exactly one answer with a `Content-Length`; what came, if the connection ends before.
    pub(crate) fn answer(&mut self) -> Vec<u8> {
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"\r\n\r\n") {
            match self.stream.read(&mut byte) {
                Ok(1) => answer.push(byte[0]),
                _ => return answer,
            }
        }
        let mut body = vec![0; content_length(&answer)];
        self.stream.read_exact(&mut body).unwrap();
        answer.extend(body);
        answer
    }

    /// Everything until these bytes have come.
    pub(crate) fn part(&mut self, end: &[u8]) -> Vec<u8> {
        let mut part = Vec::new();
        let mut byte = [0];
        while !part.ends_with(end) {
            self.stream.read_exact(&mut byte).unwrap();
            part.push(byte[0]);
        }
        part
    }

    /// Everything until the server ends, or why it did not.
    pub(crate) fn end(mut self) -> std::io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).map(|_| rest)
    }

    /// Everything until the server ends.
    pub(crate) fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).unwrap();
        rest
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let field = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    field.map_or(0, |value| value.trim().parse().unwrap())
}
