//! Header lines, walked lazily where they lie.

use memchr::memchr;

/// The lines between a start line and the empty line, in order, one at a time. Never allocates,
/// never fails: a line that is not a header is given with an empty name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers<'a> {
    /// What is not yet walked; begins at the start of a line.
    rest: &'a [u8],
}

/// One header, with what was written around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderLine<'a> {
    /// Before the colon, without the spaces that some put in front of it; empty for a line with no colon.
    pub name: &'a [u8],
    /// After the colon, without the white space around it. A folded value keeps its folds.
    pub value: &'a [u8],
    /// The whole line, or lines where it is folded, with their ends.
    pub raw: &'a [u8],
}

impl<'a> Headers<'a> {
    /// The lines of `block`, up to its first empty line or its end. A head without its start line,
    /// or a trailer section.
    pub const fn of(block: &'a [u8]) -> Self {
        Self { rest: block }
    }

    /// The first value of this name, in any case.
    pub fn get(self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// Every value of this name, in any case.
    pub fn all(self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.filter(move |line| line.is(name)).map(|line| line.value)
    }
}

impl HeaderLine<'_> {
    /// Whether this is the header called `name`, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = HeaderLine<'a>;

    fn next(&mut self) -> Option<HeaderLine<'a>> {
        let first = first_line(self.rest);
        if is_empty_line(first) {
            self.rest = &[];
            return None;
        }
        let (raw, rest) = self.rest.split_at(folded_len(self.rest, first.len()));
        self.rest = rest;
        Some(HeaderLine::split(raw, first.len()))
    }
}

impl<'a> HeaderLine<'a> {
    /// `first_len`: of its first line. A colon after a fold belongs to the value of a line that has no name.
    fn split(raw: &'a [u8], first_len: usize) -> Self {
        let line = trim_line_end(raw);
        let (name, value) = match memchr(b':', line).filter(|colon| *colon < first_len) {
            Some(colon) => (line.split_at(colon).0, line.split_at(colon + 1).1),
            None => (&[][..], line),
        };
        Self { name: trim(name), value: trim(value), raw }
    }
}

/// The first line, with its end if it has one.
pub(super) fn first_line(bytes: &[u8]) -> &[u8] {
    memchr(b'\n', bytes).map_or(bytes, |end| bytes.split_at(end + 1).0)
}

/// What follows the first line.
pub(super) fn after_first_line(bytes: &[u8]) -> &[u8] {
    bytes.split_at(first_line(bytes).len()).1
}

/// How long the header at the start of `block` is, when its first line takes `len` bytes.
///
/// RFC 9112 §5.2: "A line folding (obs-fold) [is] a line that begins with a space or horizontal tab".
fn folded_len(block: &[u8], mut len: usize) -> usize {
    while let Some(b' ' | b'\t') = block.get(len) {
        len += first_line(block.split_at(len).1).len();
    }
    len
}

fn is_empty_line(line: &[u8]) -> bool {
    matches!(line, b"" | b"\n" | b"\r\n")
}

/// Without the line end: CR LF, or LF alone.
pub(super) fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Without white space on either side: spaces, tabs, and the CR and LF of folds.
pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}
