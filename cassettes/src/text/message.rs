//! One HTTP message as its readable parts, and the bytes that those stand for.
//!
//! The one place where what was left out is derived: the reader uses it to read, the writer to
//! prove that what it is about to write reads back as the same bytes.

use super::error::Problem;
use super::head::{Head, push_lines};

/// A request or response, readable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Parts {
    /// Its lines; each may end in LF alone. The empty line at the end is left out.
    pub(super) head: Vec<u8>,
    /// Without transfer framing.
    pub(super) body: Option<Vec<u8>>,
    /// The transfer chunks, if their sizes are told; of HTTP/2 the DATA frames.
    pub(super) chunked: Option<Vec<Size>>,
    /// Lines after the last chunk.
    pub(super) trailers: Vec<u8>,
    /// The body goes on until the connection closes: no length header is added.
    pub(super) until_close: bool,
    /// The message breaks off: nothing is added, and lengths may disagree.
    pub(super) incomplete: bool,
}

/// The size line of a transfer chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Size {
    /// This many bytes, in lower-case hexadecimal without extension.
    Bytes(u64),
    /// The line as it was, for any other way to write it.
    Line(String),
    /// All that is left of the body, if anything is.
    Rest,
}

/// Whose message it is, as far as framing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Request,
    /// An answer to a request with this method.
    Response(Method),
}

/// The methods that change what an answer's length means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Head,
    Connect,
    Other,
}

impl Method {
    /// The method that a request line begins with.
    pub(super) fn of(request: &[u8]) -> Self {
        match request.split(|byte| *byte == b' ').next() {
            Some(b"HEAD") => Self::Head,
            Some(b"CONNECT") => Self::Connect,
            _ => Self::Other,
        }
    }
}

/// A message on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wire {
    pub(super) bytes: Vec<u8>,
    /// Where its head ends; `None` if it is kept raw.
    pub(super) head: Option<usize>,
    /// Its body ends with the connection.
    pub(super) until_close: bool,
    /// An interim response that is `100 Continue`.
    pub(super) is_continue: bool,
}

impl Wire {
    /// Bytes that are kept as they were.
    pub(super) fn raw(bytes: Vec<u8>) -> Self {
        Self { bytes, head: None, until_close: false, is_continue: false }
    }
}

impl Parts {
    /// The message on the wire, with all that was left out.
    pub(super) fn assemble(&self, role: Role) -> Result<Wire, Problem> {
        let head = Head::complete(&self.head, role);
        let framing = self.framing(&head, role)?;
        let mut bytes = head.bytes;
        match framing {
            Framing::Chunked { add } => {
                bytes.extend_from_slice(if add { b"Transfer-Encoding: chunked\r\n" } else { b"" });
            }
            Framing::Length(length) => {
                bytes.extend_from_slice(format!("Content-Length: {length}\r\n").as_bytes());
            }
            Framing::AsWritten => {}
        }
        bytes.extend_from_slice(b"\r\n");
        let head_length = bytes.len();
        match framing {
            Framing::Chunked { .. } => self.encode_chunks(&mut bytes)?,
            _ => bytes.extend_from_slice(self.body_bytes()),
        }
        Ok(Wire {
            bytes,
            head: Some(head_length),
            until_close: self.until_close,
            is_continue: head.status == Some(100),
        })
    }

    fn body_bytes(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }

    fn framing(&self, head: &Head, role: Role) -> Result<Framing, Problem> {
        let may_have_body = head.may_have_body(role);
        let given = self.body.is_some() || self.chunked.is_some();
        if self.chunked.is_some() || (head.is_chunked && (self.body.is_some() || may_have_body)) {
            if self.incomplete && !given {
                return Ok(Framing::AsWritten); // broke off before the first chunk
            }
            return Ok(Framing::Chunked { add: !head.is_chunked });
        }
        let length = self.body_bytes().len() as u64;
        match head.content_length {
            _ if self.incomplete || head.is_chunked => {}
            Some(header) if header != length && (given || may_have_body) => {
                return Err(Problem::LengthDiffers { header, body: length });
            }
            None if !self.until_close
                && !head.names_length
                && (self.body.is_some() || may_have_body) =>
            {
                return Ok(Framing::Length(length));
            }
            _ => {}
        }
        Ok(Framing::AsWritten)
    }

    fn encode_chunks(&self, out: &mut Vec<u8>) -> Result<(), Problem> {
        let mut encoder = ChunkEncoder { out, body: self.body_bytes(), last_line: b"0" };
        for size in self.chunk_sizes() {
            match encoder.chunk(size) {
                Data::Whole => {}
                Data::Short if self.incomplete => return Ok(()),
                Data::Short => return Err(self.chunks_differ()),
            }
        }
        if !encoder.body.is_empty() {
            return Err(self.chunks_differ());
        }
        if !self.incomplete {
            encoder.finish(&self.trailers);
        }
        Ok(())
    }

    fn chunk_sizes(&self) -> &[Size] {
        self.chunked.as_deref().unwrap_or(&[Size::Rest])
    }

    pub(super) fn chunks_differ(&self) -> Problem {
        let sizes = Size::total(self.chunk_sizes());
        Problem::ChunksDiffer { sizes, body: self.body_bytes().len() as u64 }
    }
}

/// Cuts a body into transfer chunks.
struct ChunkEncoder<'a> {
    out: &'a mut Vec<u8>,
    /// What is left of it.
    body: &'a [u8],
    /// The size line of the chunk that ends the body.
    last_line: &'a [u8],
}

/// Whether there was as much data as a chunk's size line says.
enum Data {
    Whole,
    Short,
}

impl<'a> ChunkEncoder<'a> {
    fn chunk(&mut self, size: &'a Size) -> Data {
        let length = match size {
            Size::Rest => self.body.len() as u64,
            told => told.told(),
        };
        match size {
            Size::Line(line) if length == 0 => self.last_line = line.as_bytes(),
            Size::Line(line) => return self.data(line.as_bytes(), length),
            _ if length == 0 => {}
            _ => return self.data(&hex(length), length),
        }
        Data::Whole
    }

    fn data(&mut self, line: &[u8], length: u64) -> Data {
        self.line(line);
        let there = usize::try_from(length).unwrap_or(usize::MAX).min(self.body.len());
        let (data, rest) = self.body.split_at(there);
        self.body = rest;
        self.out.extend_from_slice(data);
        if (there as u64) < length {
            return Data::Short;
        }
        self.line(b"");
        Data::Whole
    }

    fn line(&mut self, line: &[u8]) {
        self.out.extend_from_slice(line);
        self.out.extend_from_slice(b"\r\n");
    }

    fn finish(mut self, trailers: &[u8]) {
        self.line(self.last_line);
        push_lines(self.out, trailers);
        self.line(b"");
    }
}

impl Size {
    /// All that is told, as far as it can be counted.
    pub(super) fn total(sizes: &[Self]) -> u64 {
        sizes.iter().map(Self::told).fold(0, u64::saturating_add)
    }

    /// The size that is told; a rest tells none.
    fn told(&self) -> u64 {
        match self {
            Self::Bytes(size) => *size,
            Self::Line(line) => Self::of_line(line.as_bytes()).unwrap_or(0),
            Self::Rest => 0,
        }
    }

    /// The size that a size line says.
    pub(super) fn of_line(line: &[u8]) -> Option<u64> {
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let digits = std::str::from_utf8(line.get(..digits)?).ok()?;
        u64::from_str_radix(digits, 16).ok()
    }

    /// How this size line is best written; `None` if it holds what is no text.
    pub(super) fn from_line(line: &[u8]) -> Option<Self> {
        let size = Self::of_line(line)?;
        if hex(size) == line {
            return Some(Self::Bytes(size));
        }
        std::str::from_utf8(line).ok().map(|line| Self::Line(line.to_owned()))
    }
}

fn hex(size: u64) -> Vec<u8> {
    format!("{size:x}").into_bytes()
}

#[derive(Clone, Copy)]
enum Framing {
    /// In transfer chunks; the header that says so may have to be added.
    Chunked { add: bool },
    /// This `Content-Length` is added.
    Length(u64),
    /// Nothing is added.
    AsWritten,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(parts: &Parts, role: Role) -> String {
        String::from_utf8(parts.assemble(role).unwrap().bytes).unwrap()
    }

    fn parts(head: &str, body: Option<&str>) -> Parts {
        let body = body.map(|body| body.as_bytes().to_vec());
        Parts { head: head.as_bytes().to_vec(), body, ..Parts::default() }
    }

    const ANSWER: Role = Role::Response(Method::Other);

    #[test]
    fn first_lines_are_completed() {
        assert_eq!(wire(&parts("GET /", None), Role::Request), "GET / HTTP/1.1\r\n\r\n");
        assert_eq!(wire(&parts("204", None), ANSWER), "HTTP/1.1 204 No Content\r\n\r\n");
        assert_eq!(
            wire(&parts("404 Nope\nA: b\n", None), ANSWER),
            "HTTP/1.1 404 Nope\r\nA: b\r\nContent-Length: 0\r\n\r\n"
        );
    }

    #[test]
    fn a_length_is_added_only_where_nothing_frames_the_body() {
        let length = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        assert_eq!(wire(&parts("200", Some("hi")), ANSWER), length);
        assert_eq!(wire(&parts("HTTP/1.1 200 OK\nContent-Length: 2", Some("hi")), ANSWER), length);
        let open = Parts { until_close: true, ..parts("200", Some("hi")) };
        assert_eq!(wire(&open, ANSWER), "HTTP/1.1 200 OK\r\n\r\nhi");
        let head = Role::Response(Method::Head);
        assert_eq!(wire(&parts("200", None), head), "HTTP/1.1 200 OK\r\n\r\n");
        assert_eq!(
            wire(&parts("200\nContent-Length: 9", None), head),
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
        );
    }

    #[test]
    fn chunks_are_made_from_sizes() {
        let mut answer = parts("200\nTransfer-Encoding: chunked", Some("hello world"));
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(wire(&answer, ANSWER), format!("{head}b\r\nhello world\r\n0\r\n\r\n"));
        answer.chunked = Some(vec![Size::Bytes(5), Size::Line("01;x=y".to_owned()), Size::Rest]);
        answer.trailers = b"T: 1\n".to_vec();
        let body = "5\r\nhello\r\n01;x=y\r\n \r\n5\r\nworld\r\n0\r\nT: 1\r\n\r\n";
        assert_eq!(wire(&answer, ANSWER), format!("{head}{body}"));
    }

    #[test]
    fn a_chunk_that_breaks_off_stays_short() {
        let sizes = Some(vec![Size::Bytes(3), Size::Bytes(9)]);
        let answer = Parts { chunked: sizes, incomplete: true, ..parts("200", Some("abcde")) };
        assert!(wire(&answer, ANSWER).ends_with("\r\n\r\n3\r\nabc\r\n9\r\nde"));
        let whole = Parts { incomplete: false, ..answer };
        assert_eq!(whole.assemble(ANSWER), Err(Problem::ChunksDiffer { sizes: 12, body: 5 }));
    }

    #[test]
    fn a_wrong_length_is_told_unless_the_message_breaks_off() {
        let mut answer = parts("200\nContent-Length: 9", Some("hi"));
        assert_eq!(answer.assemble(ANSWER), Err(Problem::LengthDiffers { header: 9, body: 2 }));
        answer.incomplete = true;
        assert!(wire(&answer, ANSWER).ends_with("9\r\n\r\nhi"));
    }
}
