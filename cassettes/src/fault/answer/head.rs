//! A status and header lines, to be edited.

use bytes::{Bytes, BytesMut};

use crate::wire::http::spelling::response_head;
use crate::wire::http1::ResponseHead;
use crate::wire::http2::hpack::Field;

/// A status and header lines. Lines that nobody touches are written as they were.
#[derive(Debug, Clone)]
pub struct Head {
    /// Without its line end; as HTTP/1 would spell it.
    start: Bytes,
    status: u16,
    /// In order.
    pub lines: Vec<HeadLine>,
}

/// One header, or trailer, line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadLine {
    /// As written.
    pub name: Bytes,
    /// Without the white space around it.
    pub value: Bytes,
    /// As on the wire, line end included; empty: `name: value`.
    raw: Bytes,
}

impl HeadLine {
    /// A new one.
    pub fn new(name: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        Self { name: name.into(), value: value.into(), raw: Bytes::new() }
    }

    /// A line of HTTP/1 as it stands there, its line end included. HTTP/2 has what can be read of it.
    pub fn of_line(line: &Bytes) -> Self {
        let colon = memchr::memchr(b':', line).unwrap_or(line.len());
        let name = line.slice(..colon);
        let value = line.get(colon + 1..).unwrap_or_default().trim_ascii();
        Self { name, value: line.slice_ref(value), raw: line.clone() }
    }

    /// Whether it is the header of this name, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// As HTTP/1 writes it.
    pub(super) fn write(&self, out: &mut BytesMut) {
        if !self.raw.is_empty() {
            return out.extend_from_slice(&self.raw);
        }
        for part in [&self.name[..], b": ", &self.value, b"\r\n"] {
            out.extend_from_slice(part);
        }
    }

    /// As HTTP/2 has it.
    pub(super) fn field(&self) -> Field {
        // RFC 9113 §8.2: in lower case.
        Field::new(self.name.to_ascii_lowercase(), self.value.clone())
    }
}

impl Head {
    /// Of HTTP/1: start line through empty line.
    pub(super) fn of_http1(head: &Bytes) -> Option<Self> {
        let status = ResponseHead::parse(head).ok()?.status();
        let mut lines =
            head.split_inclusive(|byte| *byte == b'\n').map(|line| head.slice_ref(line));
        let start = lines.by_ref().find(|line| !line.trim_ascii().is_empty())?;
        let start = start.slice_ref(start.trim_ascii_end());
        let lines = lines.filter(|line| !line.trim_ascii().is_empty());
        Some(Self { start, status, lines: lines.map(|line| HeadLine::of_line(&line)).collect() })
    }

    /// Of HTTP/2.
    pub(super) fn of_fields(fields: &[Field]) -> Option<Self> {
        let status = ResponseHead::parse(&response_head(fields)?).ok()?.status();
        let real = fields.iter().filter(|field| !field.is_pseudo());
        let lines = real.map(|field| HeadLine::new(field.name.clone(), field.value.clone()));
        Some(Self { start: Bytes::from_static(b"HTTP/1.1"), status, lines: lines.collect() })
    }

    /// The status.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Another status; in HTTP/1 with this phrase, and the recorded version.
    pub fn set_status(&mut self, status: u16, reason: &str) {
        let version = self.start.split(|byte| *byte == b' ').next().unwrap_or(b"HTTP/1.1");
        let version = String::from_utf8_lossy(version);
        self.start = format!("{version} {status} {reason}").into();
        self.status = status;
    }

    /// Another status line, as it is; only HTTP/1 has one.
    pub fn set_start(&mut self, line: impl Into<Bytes>) {
        self.start = line.into();
    }

    /// The status line, without its end.
    pub const fn start(&self) -> &Bytes {
        &self.start
    }

    /// The first value of this header.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.lines.iter().find(|line| line.is(name)).map(|line| &line.value[..])
    }

    /// Gives the first header of this name another value, or adds one; further ones are left out.
    pub fn set(&mut self, name: &str, value: &[u8]) {
        let value = Bytes::copy_from_slice(value);
        let Some(at) = self.lines.iter().position(|line| line.is(name)) else {
            self.lines.push(HeadLine::new(name.to_owned(), value));
            return;
        };
        let mut place = 0;
        self.lines.retain(|line| {
            place += 1;
            place - 1 == at || !line.is(name)
        });
        if let Some(line) = self.lines.get_mut(at) {
            *line = HeadLine::new(line.name.clone(), value);
        }
    }

    /// Leaves out every header of this name; how many there were.
    pub fn remove(&mut self, name: &str) -> usize {
        let before = self.lines.len();
        self.lines.retain(|line| !line.is(name));
        before - self.lines.len()
    }

    /// As HTTP/1 writes it, empty line included.
    pub(super) fn write(&self) -> Bytes {
        let mut out = BytesMut::from(&self.start[..]);
        out.extend_from_slice(b"\r\n");
        self.lines.iter().for_each(|line| line.write(&mut out));
        out.extend_from_slice(b"\r\n");
        out.freeze()
    }

    /// As HTTP/2 has it. What belongs to connections of HTTP/1 alone is left out (RFC 9113 §8.2.2).
    pub(in crate::fault) fn fields(&self) -> Vec<Field> {
        const OF_CONNECTIONS: &[&str] =
            &["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];
        let status = Field::new(&b":status"[..], self.status.to_string());
        let allowed = |line: &&HeadLine| !OF_CONNECTIONS.iter().any(|name| line.is(name));
        let lines = self.lines.iter().filter(allowed).map(HeadLine::field);
        std::iter::once(status).chain(lines).collect()
    }
}
