//! A client of HTTP/2 made of frames.

use std::io::{Read, Write};
use std::net::TcpStream;

use bytes::Bytes;
use cassettes::model::Direction;
use cassettes::wire::http2::hpack::{Decoder, Field, encode_standalone};
use cassettes::wire::http2::{Frame, FrameParser, Kind, PREFACE, compose};

use super::super::Replay;
use crate::testing::RECORDED;

pub(in crate::driver::tests) struct Http2Client {
    stream: TcpStream,
    parser: FrameParser,
    decoder: Decoder,
}

impl Http2Client {
    pub(in crate::driver::tests) fn of(replay: &Replay) -> Self {
        let mut stream = replay.connect();
        stream.write_all(PREFACE).unwrap();
        stream.write_all(&compose::settings(&[]).encode()).unwrap();
        Self { stream, parser: FrameParser::new(1 << 24), decoder: Decoder::passive() }
    }

    /// Asks for paths at once, the first on this stream.
    pub(in crate::driver::tests) fn get(&mut self, first: u32, paths: &[&str]) {
        let frames = paths.iter().zip((first..).step_by(2)).map(|(path, id)| get(id, path));
        self.say(&frames.collect::<Vec<_>>());
    }

    pub(in crate::driver::tests) fn say(&mut self, frames: &[Frame]) {
        let bytes: Vec<u8> = frames.iter().flat_map(Frame::encode).collect();
        self.stream.write_all(&bytes).unwrap();
    }

    /// So many things that are said, and whatever else is before the client's PING is answered: the connection lives, and
    /// all that was to be said has been.
    pub(in crate::driver::tests) fn heard(&mut self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < count {
            lines.push(self.next().unwrap_or_else(|| panic!("it ended after {lines:?}")));
        }
        self.say(&[compose::ping(*b"12345678")]);
        while let Some(line) = self.next().filter(|line| line != "0 PING") {
            lines.push(line);
        }
        lines
    }

    /// All that is said until the connection ends.
    pub(in crate::driver::tests) fn heard_to_end(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.next()).collect()
    }

    /// A line for the next frame, `.` at the stream's end; none: FIN, or a frame that cannot be read.
    pub(in crate::driver::tests) fn next(&mut self) -> Option<String> {
        loop {
            let frame = self.frame()?;
            if let Some(line) = self.line(&frame) {
                return Some(line);
            }
        }
    }

    /// What cannot be read.
    pub(in crate::driver::tests) fn unread(&self) -> Bytes {
        self.parser.unread()
    }

    fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.parser.poll() {
                return frame.ok();
            }
            let mut buffer = vec![0; 64 * 1024];
            match self.stream.read(&mut buffer).unwrap() {
                0 => return None,
                len => self.parser.receive(&Bytes::copy_from_slice(&buffer[..len])),
            }
        }
    }

    fn line(&mut self, frame: &Frame) -> Option<String> {
        let id = frame.stream();
        let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
        let said = match frame.kind() {
            Kind::Settings if frame.is_ack() || frame.settings().unwrap().len() != 1 => {
                return None;
            }
            Kind::Settings => format!("{:?}", frame.settings().unwrap()),
            Kind::WindowUpdate if id == 0 => return None,
            Kind::WindowUpdate => frame.window_update().unwrap().to_string(),
            Kind::Ping if frame.is_ack() => return Some("0 PING".to_owned()),
            Kind::Headers => match self.decoder.decode(&frame.block().unwrap()) {
                Ok(fields) => fields.iter().map(shown).collect::<Vec<_>>().join(" "),
                Err(_) => format!("? {}", text(&frame.payload)),
            },
            Kind::Data => text(&frame.data().unwrap()),
            Kind::RstStream => frame.rst().unwrap().to_string(),
            Kind::GoAway => {
                let goaway = frame.goaway().unwrap();
                format!("{} {}", goaway.last_stream, goaway.code)
            }
            _ => format!("{} bytes", frame.payload.len()),
        };
        let end = if frame.ends_stream() { " ." } else { "" };
        Some(format!("{id} {} {said}{end}", frame.kind().name().unwrap_or("?")))
    }
}

/// A status by itself, any other field with its name.
fn shown(field: &Field) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match &field.name[..] {
        b":status" => text(&field.value),
        name => format!("{}={}", text(name), text(&field.value)),
    }
}

/// The lines about one stream.
pub(in crate::driver::tests) fn about(id: u32, lines: &[String]) -> Vec<&str> {
    let own = |line: &&str| line.split(' ').next() == Some(&id.to_string());
    lines.iter().map(String::as_str).filter(own).collect()
}

pub(in crate::driver::tests) fn fields(fields: &[(&str, &str)]) -> Vec<Field> {
    fields.iter().map(|(name, value)| Field::new((*name).to_owned(), (*value).to_owned())).collect()
}

pub(in crate::driver::tests) fn headers(id: u32, pairs: &[(&str, &str)], end: bool) -> Frame {
    compose::headers(id, encode_standalone(&fields(pairs)), end)
}

pub(in crate::driver::tests) fn data(id: u32, bytes: &[u8], end: bool) -> Frame {
    compose::data(id, Bytes::copy_from_slice(bytes), end)
}

pub(in crate::driver::tests) fn get(id: u32, path: &str) -> Frame {
    let pairs =
        [(":method", "GET"), (":scheme", "http"), (":authority", RECORDED), (":path", path)];
    headers(id, &pairs, true)
}

/// A recorded stream: `GET` of a path, answered with 200 and this text in two pieces.
pub(in crate::driver::tests) fn recorded(
    id: u32,
    path: &str,
    [one, two]: [&str; 2],
) -> Vec<(Direction, Frame)> {
    vec![
        (Direction::ToServer, get(id, path)),
        (Direction::ToClient, headers(id, &[(":status", "200")], false)),
        (Direction::ToClient, data(id, one.as_bytes(), false)),
        (Direction::ToClient, data(id, two.as_bytes(), true)),
    ]
}
