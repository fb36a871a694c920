//! The fast path: nearly every request of an unchanged client is the recorded one, line by line,
//! but for its own address and volatile headers. Allocates nothing.

use memchr::memchr;

use super::{CompareContext, Rules, Treatment};

/// A request's bytes as they are on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawRequest<'a> {
    /// Request line through the empty line.
    pub head: &'a [u8],
    /// What follows: the body with its framing and trailers, or without. Alike on both sides.
    pub body: &'a [u8],
}

impl<'a> RawRequest<'a> {
    /// Splits a request after its first empty line; all of it is head if there is none.
    pub fn split(request: &'a [u8]) -> Self {
        let mut end = 0;
        while let Some(line) = request.get(end..).filter(|rest| !rest.is_empty()) {
            let (line, _) = split_line(line);
            end += line.len();
            if matches!(line, b"\r\n" | b"\n") {
                break;
            }
        }
        let (head, body) = request.split_at_checked(end).unwrap_or((request, b""));
        Self { head, body }
    }
}

/// What a glance at the bytes tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quick {
    /// No difference at all that the rules mention.
    Same,
    /// Differences in volatile headers only: [`compare_requests`](super::compare_requests) would give notes, no failure.
    Notes,
    /// Something else differs, and perhaps means the same: compare in full.
    Unsure,
}

/// Compares line by line, where they lie.
pub fn compare_bytes(
    expected: RawRequest<'_>,
    actual: RawRequest<'_>,
    context: &CompareContext,
    rules: &Rules,
) -> Quick {
    if expected.body != actual.body {
        return Quick::Unsure;
    }
    if expected.head == actual.head {
        return Quick::Same;
    }
    let Some((mut expected, mut actual)) = after_same_line(expected.head, actual.head) else {
        return Quick::Unsure;
    };
    let mut found = Quick::Same;
    while !expected.is_empty() {
        if let Some(rest) = after_same_line(expected, actual) {
            (expected, actual) = rest;
            continue;
        }
        let (line, other);
        (line, expected) = split_line(expected);
        (other, actual) = split_line(actual);
        found = found.max(compare_lines(line, other, *context, rules));
        // What follows the only line that differs is compared at once.
        if found == Quick::Unsure || expected == actual {
            return found;
        }
    }
    if actual.is_empty() { found } else { Quick::Unsure }
}

/// What follows the first line of both; none if that differs.
fn after_same_line<'a>(expected: &'a [u8], actual: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (line, rest) = split_line(expected);
    Some((rest, actual.strip_prefix(line)?))
}

fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
    bytes.split_at_checked(end).unwrap_or((bytes, b""))
}

fn compare_lines(line: &[u8], other: &[u8], context: CompareContext, rules: &Rules) -> Quick {
    let Some((name, value)) = header(line) else { return Quick::Unsure };
    let Some((other_name, other_value)) = header(other) else { return Quick::Unsure };
    if name != other_name {
        return Quick::Unsure;
    }
    if name.eq_ignore_ascii_case(b"host") && context.same_authority(value, other_value) {
        return Quick::Same;
    }
    match rules.headers.treatment(name) {
        Treatment::Ignore => Quick::Same,
        Treatment::Note => Quick::Notes,
        Treatment::Fail => Quick::Unsure,
    }
}

fn header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, value) = line.split_at_checked(memchr(b':', line)?)?;
    Some((name, value.get(1..)?.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quick(expected: &str, actual: &str) -> Quick {
        let context = CompareContext::of("127.0.0.1:4000", "127.0.0.1:5000");
        let raw = |text: &'static str| RawRequest { head: text.as_bytes(), body: b"" };
        let (expected, actual) = (expected.to_owned().leak(), actual.to_owned().leak());
        compare_bytes(raw(expected), raw(actual), &context, &Rules::default())
    }

    #[test]
    fn a_request_is_split_after_its_first_empty_line() {
        let split = RawRequest::split(b"GET / HTTP/1.1\r\na: b\r\n\r\nbody\r\n\r\n");
        assert_eq!(split.body, b"body\r\n\r\n");
        assert_eq!(RawRequest::split(b"GET / HTTP/1.1").body, b"");
    }

    #[test]
    fn the_own_host_is_the_same_at_another_port() {
        let head = |host: &str| format!("GET / HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n");
        assert_eq!(quick(&head("localhost:4000"), &head("localhost:5000")), Quick::Same);
        assert_eq!(quick(&head("localhost:4000"), &head("example.com")), Quick::Unsure);
    }

    #[test]
    fn a_volatile_header_is_worth_a_note() {
        let head = |agent: &str| format!("GET / HTTP/1.1\r\nUser-Agent: {agent}\r\n\r\n");
        assert_eq!(quick(&head("a/1"), &head("a/1")), Quick::Same);
        assert_eq!(quick(&head("a/1"), &head("a/22")), Quick::Notes);
    }

    #[test]
    fn everything_else_needs_a_closer_look() {
        let head = "GET / HTTP/1.1\r\nAccept: a\r\nDate: x\r\n\r\n";
        for other in [
            "GET /b HTTP/1.1\r\nAccept: a\r\nDate: x\r\n\r\n",
            "GET / HTTP/1.1\r\nAccept: b\r\nDate: x\r\n\r\n",
            "GET / HTTP/1.1\r\naccept: a\r\nDate: x\r\n\r\n",
            "GET / HTTP/1.1\r\nDate: x\r\nAccept: a\r\n\r\n",
            "GET / HTTP/1.1\r\nAccept: a\r\nDate: x\r\nMore: x\r\n\r\n",
            "GET / HTTP/1.1\r\nAccept: a\r\n\r\n",
            "GET / HTTP/1.1\r\nAccept: a\r\nDate: x\r\n y\r\n\r\n",
        ] {
            assert_eq!(quick(head, other), Quick::Unsure, "{other}");
            assert_eq!(quick(other, head), Quick::Unsure, "{other}");
        }
    }
}
