//! Multipart bodies (RFC 2046 §5.1): parts between delimiter lines.

use std::borrow::Cow;

use super::form::write_prefixed;
use super::hasher::key_of;
use super::media::{Media, parameters, pieces, unquoted};
use super::{MAX_MEANING_BYTES, Meaning};

/// Deepest nesting of multiparts read. Mail nests two or three; deeper is an attack.
pub const MAX_MULTIPART_DEPTH: usize = 4;

/// One part of a multipart body.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The header lines, without the empty line that ends them.
    head: &'a [u8],
    body: &'a [u8],
    /// How many multiparts it is in.
    depth: usize,
}

/// One header line of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartHeader<'a> {
    /// As sent; empty for a line without a colon.
    pub name: &'a [u8],
    /// Trimmed.
    pub value: &'a [u8],
}

impl<'a> Part<'a> {
    /// The bytes between the part's headers and the next delimiter.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The header lines, in order.
    pub fn headers(&self) -> impl Iterator<Item = PartHeader<'a>> + use<'a> {
        self.head.split(|&byte| byte == b'\n').filter_map(|line| {
            let line = line.trim_ascii();
            (!line.is_empty()).then(|| header(line))
        })
    }

    /// The `name` of its `Content-Disposition`: a form's field name.
    pub fn name(&self) -> Option<Cow<'a, [u8]>> {
        let disposition = self.header("content-disposition")?;
        let mut found = parameters(disposition);
        found.find(|(name, _)| name.eq_ignore_ascii_case(b"name")).map(|(_, v)| unquoted(v))
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers()
            .find(|header| header.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|header| header.value)
    }

    /// What the part's content means.
    pub fn meaning(&self) -> Meaning<'a> {
        Meaning::at_depth(self.header("content-type"), self.body, self.depth)
    }
}

impl<'a> PartHeader<'a> {
    /// The value, without a multipart's `boundary`, which is chosen anew for every message.
    pub fn meaningful_value(&self) -> Cow<'a, [u8]> {
        let is_type = self.name.eq_ignore_ascii_case(b"content-type");
        if !is_type || !matches!(Media::of(Some(self.value)), Media::Multipart { .. }) {
            return Cow::Borrowed(self.value);
        }
        without_boundary(self.value).into()
    }
}

/// A multipart media type, without its `boundary` parameter.
pub(super) fn without_boundary(value: &[u8]) -> Vec<u8> {
    let kept = pieces(value).map(<[u8]>::trim_ascii).filter(|piece| {
        let name = piece.split(|&byte| byte == b'=').next().unwrap_or_default();
        !name.trim_ascii().eq_ignore_ascii_case(b"boundary")
    });
    kept.collect::<Vec<_>>().join(&b"; "[..])
}

/// The parts of `body`; none if it is not a well-formed multipart, or nested too deep.
pub(super) fn parts<'a>(body: &'a [u8], boundary: &[u8], depth: usize) -> Option<Vec<Part<'a>>> {
    if depth >= MAX_MULTIPART_DEPTH || body.len() > MAX_MEANING_BYTES {
        return None;
    }
    let delimiter = [b"--", boundary].concat();
    let mut delimiters = Delimiters { body, delimiter: &delimiter, from: 0 };
    let mut parts = Vec::new();
    let mut open = delimiters.next()?;
    while !open.last {
        let next = delimiters.next()?;
        parts.push(part(body.get(open.end..next.start)?, depth + 1));
        open = next;
    }
    (!parts.is_empty()).then_some(parts)
}

/// Appends the canonical form of parts.
pub(super) fn write_canonical(parts: &[Part<'_>], out: &mut Vec<u8>) {
    for part in parts {
        let lines = u32::try_from(part.headers().count()).unwrap_or(u32::MAX);
        out.extend_from_slice(&lines.to_le_bytes());
        for header in part.headers() {
            write_prefixed(&header.name.to_ascii_lowercase(), out);
            write_prefixed(&header.meaningful_value(), out);
        }
        let key = key_of(part.header("content-type"), part.body, part.depth);
        out.extend_from_slice(&key.to_le_bytes());
    }
}

/// Walks a body's delimiter lines.
struct Delimiters<'a, 'd> {
    body: &'a [u8],
    /// `--` and the boundary.
    delimiter: &'d [u8],
    from: usize,
}

struct Delimiter {
    /// Where the content before it ends: before its line break.
    start: usize,
    /// Where the content after it begins.
    end: usize,
    /// It closes the multipart.
    last: bool,
}

impl Delimiters<'_, '_> {
    fn next(&mut self) -> Option<Delimiter> {
        loop {
            let rest = self.body.get(self.from..)?;
            let at = self.from + memchr::memmem::find(rest, self.delimiter)?;
            self.from = at + self.delimiter.len();
            if let Some(found) = self.check(at) {
                self.from = found.end;
                return Some(found);
            }
        }
    }

    /// A delimiter stands at the start of a line and fills it.
    fn check(&self, at: usize) -> Option<Delimiter> {
        let before = self.body.get(..at)?;
        let after = self.body.get(at + self.delimiter.len()..)?;
        let start = match before {
            [] => 0,
            [.., b'\r', b'\n'] => at - 2,
            [.., b'\n'] => at - 1,
            _ => return None,
        };
        if after.starts_with(b"--") {
            return Some(Delimiter { start, end: self.body.len(), last: true });
        }
        let line = memchr::memchr(b'\n', after)?;
        let blank = after.get(..line)?.trim_ascii().is_empty();
        blank.then(|| Delimiter {
            start,
            end: self.body.len() - after.len() + line + 1,
            last: false,
        })
    }
}

/// Splits head and content at the first empty line.
fn part(text: &[u8], depth: usize) -> Part<'_> {
    let mut from = 0;
    while let Some(line) = text.get(from..).and_then(|rest| memchr::memchr(b'\n', rest)) {
        let end = from + line + 1;
        if text.get(from..end).is_some_and(|line| line.trim_ascii().is_empty()) {
            let head = text.get(..from).unwrap_or_default();
            return Part { head, body: text.get(end..).unwrap_or_default(), depth };
        }
        from = end;
    }
    // No empty line: the delimiter's own line break ended the head.
    Part { head: text, body: b"", depth }
}

fn header(line: &[u8]) -> PartHeader<'_> {
    let Some((name, value)) = memchr::memchr(b':', line).and_then(|at| line.split_at_checked(at))
    else {
        return PartHeader { name: b"", value: line };
    };
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    PartHeader { name: name.trim_ascii(), value }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "preamble\r\n--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n\
        --X \r\n\r\ntwo --X\r\n--Xy\r\n\r\n--X\r\ncontent-type: application/json\r\n\r\n{\"b\": 1}\r\n--X--\r\nepilogue";

    #[test]
    fn parts_are_cut_at_whole_delimiter_lines_only() {
        let parts = parts(BODY.as_bytes(), b"X", 0).unwrap();
        let bodies: Vec<_> =
            parts.iter().map(|part| String::from_utf8_lossy(part.body())).collect();
        assert_eq!(bodies, ["one", "two --X\r\n--Xy\r\n", "{\"b\": 1}"]);
        assert_eq!(parts[0].name().as_deref(), Some(&b"a"[..]));
        assert!(matches!(parts[2].meaning(), Meaning::Json(_)));
    }

    #[test]
    fn a_multipart_without_its_closing_delimiter_is_not_one() {
        assert!(parts(b"--X\r\n\r\none\r\n--X\r\n\r\ntwo", b"X", 0).is_none());
    }

    #[test]
    fn a_part_may_have_no_headers_or_no_content() {
        let parts = parts(b"--X\r\n\r\n\r\n--X\r\na: b\r\n--X--", b"X", 0).unwrap();
        assert_eq!(parts[0].headers().count(), 0);
        assert_eq!(parts[1].header("A"), Some(&b"b"[..]));
        assert_eq!(parts[1].body(), b"");
    }

    #[test]
    fn the_boundary_of_a_nested_multipart_does_not_count() {
        let header =
            PartHeader { name: b"Content-Type", value: b"multipart/mixed; boundary=q; x=y" };
        assert_eq!(header.meaningful_value().as_ref(), b"multipart/mixed; x=y");
    }
}
