//! Heads: a start line and headers, as borrowed views on their bytes.

use super::framing::persists;
use super::headers::{after_first_line, first_line, trim, trim_line_end};
use super::{HeadError, Headers};

/// The versions that differ in meaning. A higher minor version of HTTP/1 reads as 1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Closes after each answer unless told otherwise.
    Http10,
    /// Stays open after each answer unless told otherwise.
    Http11,
    /// Only in heads that are spelled out of HTTP/2 (see [`wire::http`](crate::wire::http)); never in HTTP/1 itself.
    Http2,
}

/// A request's head: request line through the empty line. Empty lines in front are tolerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestHead<'a> {
    line: &'a [u8],
    method: &'a [u8],
    target: &'a [u8],
    version: Version,
    /// From the first header line on.
    headers: &'a [u8],
}

/// A response's head: status line through the empty line. Empty lines in front are tolerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseHead<'a> {
    line: &'a [u8],
    status: u16,
    reason: &'a [u8],
    version: Version,
    /// From the first header line on.
    headers: &'a [u8],
}

impl<'a> RequestHead<'a> {
    /// Reads the request line; headers are read when asked for.
    pub fn parse(head: &'a [u8]) -> Result<Self, HeadError> {
        let head = skip_empty_lines(head);
        let line = trim_line_end(first_line(head));
        let (method, rest) = split_word(line);
        if method.is_empty() || !method.iter().all(|&byte| is_token_byte(byte)) {
            return Err(HeadError::Method);
        }
        let (target, version) = split_last_word(rest);
        let version = Version::parse(version)?;
        if target.is_empty() {
            return Err(HeadError::Target);
        }
        Ok(Self { line, method, target, version, headers: after_first_line(head) })
    }

    /// As written: methods are case-sensitive.
    pub fn method(&self) -> &'a [u8] {
        self.method
    }

    /// As written: a path with its query, an absolute URI, an authority, or `*`. May hold spaces,
    /// since some clients do not escape them.
    pub fn target(&self) -> &'a [u8] {
        self.target
    }

    /// The version it is written in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// All headers, in order.
    pub fn headers(&self) -> Headers<'a> {
        Headers::of(self.headers)
    }

    /// The first value of this header, in any case, without the white space around it.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers().get(name)
    }

    /// Whether it lets the connection go on after its answer (RFC 9112 §9.3).
    pub fn persists(&self) -> bool {
        persists(self.version, &self.headers())
    }

    /// As written, without its line end.
    pub fn request_line(&self) -> &'a [u8] {
        self.line
    }
}

impl<'a> ResponseHead<'a> {
    /// Reads the status line; headers are read when asked for.
    pub fn parse(head: &'a [u8]) -> Result<Self, HeadError> {
        let head = skip_empty_lines(head);
        let line = trim_line_end(first_line(head));
        let (version, rest) = split_word(line);
        let version = Version::parse(version)?;
        let (status, reason) = split_word(rest);
        let status = parse_status(status).ok_or(HeadError::Status)?;
        Ok(Self { line, status, reason, version, headers: after_first_line(head) })
    }

    /// Three digits.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// As written; often empty.
    pub fn reason(&self) -> &'a [u8] {
        self.reason
    }

    /// The version it is written in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// All headers, in order.
    pub fn headers(&self) -> Headers<'a> {
        Headers::of(self.headers)
    }

    /// The first value of this header, in any case, without the white space around it.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers().get(name)
    }

    /// Whether it lets the connection go on after it, its framing aside (RFC 9112 §9.3).
    pub fn persists(&self) -> bool {
        persists(self.version, &self.headers())
    }

    /// As written, without its line end.
    pub fn status_line(&self) -> &'a [u8] {
        self.line
    }

    /// Whether another response to the same request follows: 1xx, but not 101, after which no HTTP follows.
    pub fn is_interim(&self) -> bool {
        matches!(self.status, 100 | 102..=199)
    }
}

impl Version {
    /// `HTTP/1.` and one digit, or `HTTP/2`. RFC 9112 §2.3: "HTTP-version is case-sensitive"; RFC 9110 §2.5: a
    /// higher minor version is understood as the highest that the recipient knows.
    fn parse(word: &[u8]) -> Result<Self, HeadError> {
        if word == b"HTTP/2" {
            return Ok(Self::Http2);
        }
        match word.strip_prefix(b"HTTP/1.") {
            Some(b"0") => Ok(Self::Http10),
            Some([b'1'..=b'9']) => Ok(Self::Http11),
            _ => Err(HeadError::Version),
        }
    }
}

/// RFC 9112 §2.2: "a server that is expecting to receive and parse a request-line SHOULD ignore at
/// least one empty line (CRLF) received prior to the request-line".
pub(super) fn skip_empty_lines(mut head: &[u8]) -> &[u8] {
    while let Some(rest) = head.strip_prefix(b"\r\n").or_else(|| head.strip_prefix(b"\n")) {
        head = rest;
    }
    head
}

/// RFC 9110 §5.6.2: `tchar`.
pub(super) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Up to the first space or tab; and the rest, without the white space around it.
///
/// RFC 9112 §3: recipients "MAY instead parse on whitespace-delimited word boundaries".
fn split_word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(|&byte| is_blank(byte)).unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    (word, trim(rest))
}

/// The last word, and what is before it, without the white space around it.
fn split_last_word(line: &[u8]) -> (&[u8], &[u8]) {
    let start = line.iter().rposition(|&byte| is_blank(byte)).map_or(0, |at| at + 1);
    let (rest, word) = line.split_at(start);
    (trim(rest), word)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn parse_status(word: &[u8]) -> Option<u16> {
    let [a, b, c] = word else { return None };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    Some(digit(a)? * 100 + digit(b)? * 10 + digit(c)?)
}
