//! One HTTP message as its readable parts, and the bytes that those stand for.
//!
//! The one place where what was left out is derived: the reader uses it to read, the writer to
//! prove that what it is about to write reads back as the same bytes.

use super::error::Problem;
use super::status;

/// A request or response, readable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Parts {
    /// Its lines; each may end in LF alone. The empty line at the end is left out.
    pub(super) head: Vec<u8>,
    /// Without transfer framing.
    pub(super) body: Option<Vec<u8>>,
    /// The transfer chunks, if their sizes are told.
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
    Line(Vec<u8>),
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
        let mut body = self.body_bytes();
        let total = body.len() as u64;
        let mut last_line: &[u8] = b"0";
        let mut sizes = 0_u64;
        for size in self.chunked.as_deref().unwrap_or(&[Size::Rest]) {
            let Some((line, length)) = size.line(body.len() as u64) else { continue };
            if length == 0 {
                last_line = size.verbatim().unwrap_or(last_line);
                continue;
            }
            sizes = sizes.saturating_add(length);
            out.extend_from_slice(&line);
            out.extend_from_slice(b"\r\n");
            let there = usize::try_from(length).unwrap_or(usize::MAX).min(body.len());
            let (data, rest) = body.split_at(there);
            out.extend_from_slice(data);
            body = rest;
            if (there as u64) < length {
                let differ = Err(Problem::ChunksDiffer { sizes, body: total });
                return if self.incomplete { Ok(()) } else { differ };
            }
            out.extend_from_slice(b"\r\n");
        }
        if !body.is_empty() {
            return Err(Problem::ChunksDiffer { sizes, body: total });
        }
        if !self.incomplete {
            out.extend_from_slice(last_line);
            out.extend_from_slice(b"\r\n");
            push_lines(out, &self.trailers);
            out.extend_from_slice(b"\r\n");
        }
        Ok(())
    }
}

impl Size {
    /// The line, and the size that it says; `None` for a rest of nothing.
    fn line(&self, rest: u64) -> Option<(Vec<u8>, u64)> {
        match self {
            Self::Rest if rest == 0 => None,
            Self::Rest => Some((hex(rest), rest)),
            Self::Bytes(size) => Some((hex(*size), *size)),
            Self::Line(line) => Some((line.clone(), Self::of_line(line).unwrap_or(0))),
        }
    }

    fn verbatim(&self) -> Option<&[u8]> {
        match self {
            Self::Line(line) => Some(line),
            _ => None,
        }
    }

    /// The size that a size line says.
    pub(super) fn of_line(line: &[u8]) -> Option<u64> {
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let digits = std::str::from_utf8(line.get(..digits)?).ok()?;
        u64::from_str_radix(digits, 16).ok()
    }

    /// How this size line is best written.
    pub(super) fn from_line(line: &[u8]) -> Option<Self> {
        let size = Self::of_line(line)?;
        Some(if hex(size) == line { Self::Bytes(size) } else { Self::Line(line.to_vec()) })
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

/// A head with its first line completed and line ends of CR LF, without the empty line.
struct Head {
    bytes: Vec<u8>,
    status: Option<u16>,
    is_chunked: bool,
    /// There is a `Content-Length`, understood or not.
    names_length: bool,
    content_length: Option<u64>,
}

impl Head {
    fn complete(readable: &[u8], role: Role) -> Self {
        let mut lines = lines(readable);
        let first = lines.next().unwrap_or_default();
        let mut bytes = match role {
            Role::Request => complete_request_line(first),
            Role::Response(_) => complete_status_line(first),
        };
        let status = status_of(&bytes);
        bytes.extend_from_slice(b"\r\n");
        let mut head =
            Self { bytes, status, is_chunked: false, names_length: false, content_length: None };
        for line in lines {
            head.note(line);
            head.bytes.extend_from_slice(line);
            head.bytes.extend_from_slice(b"\r\n");
        }
        head
    }

    fn note(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.is_chunked |= value.to_ascii_lowercase().ends_with(b"chunked");
        } else if name.eq_ignore_ascii_case(b"content-length") {
            self.names_length = true;
            self.content_length = std::str::from_utf8(value).ok().and_then(|v| v.parse().ok());
        }
    }

    /// RFC 9112, section 6.3: which messages have a body, whatever their headers say.
    fn may_have_body(&self, role: Role) -> bool {
        match (role, self.status) {
            (Role::Request, _) => self.names_length || self.is_chunked,
            (Role::Response(Method::Head), _)
            | (Role::Response(Method::Connect), Some(200..=299))
            | (_, Some(100..=199 | 204 | 304)) => false,
            _ => true,
        }
    }
}

/// The lines of a readable text, without their ends; a line end at the very end begins no new line.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Appends the lines with CR LF; none for an empty text.
fn push_lines(out: &mut Vec<u8>, text: &[u8]) {
    for line in lines(text).filter(|_| !text.is_empty()) {
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
}

/// `GET /` is `GET / HTTP/1.1`.
fn complete_request_line(line: &[u8]) -> Vec<u8> {
    let version: &[u8] = if is_two_words(line) { b" HTTP/1.1" } else { b"" };
    [line, version].concat()
}

fn is_two_words(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ');
    let is_word = |word: Option<&[u8]>| word.is_some_and(|word| !word.is_empty());
    is_word(words.next()) && is_word(words.next()) && words.next().is_none()
}

/// `404` is `HTTP/1.1 404 Not Found`.
fn complete_status_line(line: &[u8]) -> Vec<u8> {
    let (code, reason) = line.split_at(line.len().min(3));
    let code = std::str::from_utf8(code).ok().filter(|code| code.len() == 3);
    let Some(code) = code.and_then(|code| code.parse::<u16>().ok()) else { return line.to_vec() };
    match reason {
        b"" => format!("HTTP/1.1 {code:03} {}", status::reason(code)).into_bytes(),
        [b' ', ..] => [b"HTTP/1.1 ", line].concat(),
        _ => line.to_vec(),
    }
}

fn status_of(status_line: &[u8]) -> Option<u16> {
    let mut words = status_line.split(|byte| *byte == b' ');
    words.next().filter(|version| version.starts_with(b"HTTP/"))?;
    std::str::from_utf8(words.next()?).ok()?.parse().ok()
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
        answer.chunked = Some(vec![Size::Bytes(5), Size::Line(b"01;x=y".to_vec()), Size::Rest]);
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
