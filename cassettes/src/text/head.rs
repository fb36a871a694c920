//! A message's head: its short forms completed, and what it says of the body's framing.

use super::message::{Method, Role};
use super::status;

/// A head with its first line completed and line ends of CR LF, without the empty line.
pub(super) struct Head {
    pub(super) bytes: Vec<u8>,
    pub(super) status: Option<u16>,
    pub(super) is_chunked: bool,
    /// There is a `Content-Length`, understood or not.
    pub(super) names_length: bool,
    pub(super) content_length: Option<u64>,
}

impl Head {
    /// The head that `readable` stands for.
    pub(super) fn complete(readable: &[u8], role: Role) -> Self {
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
    pub(super) fn may_have_body(&self, role: Role) -> bool {
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
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Appends the lines with CR LF; none for an empty text.
pub(super) fn push_lines(out: &mut Vec<u8>, text: &[u8]) {
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

/// As a method and a target are.
pub(super) fn is_two_words(line: &[u8]) -> bool {
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
