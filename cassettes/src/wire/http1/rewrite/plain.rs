//! The way that nearly all requests take: one read holds one whole request without a body, and a
//! single pass over its lines changes it.

use bytes::{BufMut, Bytes, BytesMut};

use super::fields::{HOST, Parts, keeps_host};

/// What becomes of `input` if it is exactly one request without a body, whose head is of the plainest form;
/// `None`: it may not be, and a parser must say.
pub(super) fn request(input: &Bytes, upstream: &[u8]) -> Option<Bytes> {
    let first = memchr::memchr(b'\n', input)? + 1;
    let (line, mut rest) = input.split_at_checked(first)?;
    if !is_plain_start(line) {
        return None;
    }
    let mut host = None;
    loop {
        let (line, after) = rest.split_at_checked(memchr::memchr(b'\n', rest)? + 1)?;
        match is_plain_line(line)? {
            Line::Empty if after.is_empty() => break,
            Line::Empty => return None,
            Line::Host if host.is_some() => return None,
            Line::Host => host = Some((input.len() - rest.len(), Parts::of(line, HOST)?)),
            Line::Other => {}
        }
        rest = after;
    }
    match host {
        Some((at, parts)) if !keeps_host(parts.value, upstream) => {
            with_host(input, at + parts.before.len(), parts.value.len(), upstream)
        }
        _ => Some(input.clone()),
    }
}

enum Line {
    Empty,
    Host,
    Other,
}

/// A request line that leaves nothing to ask: of HTTP/1.1, and no CONNECT.
fn is_plain_start(line: &[u8]) -> bool {
    line.first().is_some_and(u8::is_ascii_uppercase)
        && line.ends_with(b" HTTP/1.1\r\n")
        && !line.starts_with(b"CONNECT")
}

/// What a line is; `None`: one that may say that more follows, or that is not plain.
fn is_plain_line(line: &[u8]) -> Option<Line> {
    let name = |name: &[u8]| line.get(..name.len()).is_some_and(|s| s.eq_ignore_ascii_case(name));
    let folded = matches!(line.first(), Some(b' ' | b'\t'));
    let more = match line.first()?.to_ascii_lowercase() {
        b'\r' => return (line == b"\r\n").then_some(Line::Empty),
        b'h' if name(b"host:") && line.ends_with(b"\r\n") => return Some(Line::Host),
        // Names only: what stands between them and the colon is a parser's to judge.
        b'c' => name(b"content-length"),
        b't' => name(b"transfer-encoding"),
        b'u' => name(b"upgrade"),
        b'h' => name(b"host"),
        _ => folded,
    };
    (!more && line.ends_with(b"\r\n")).then_some(Line::Other)
}

fn with_host(input: &[u8], start: usize, len: usize, upstream: &[u8]) -> Option<Bytes> {
    let (before, rest) = input.split_at_checked(start)?;
    let after = rest.get(len..)?;
    let mut changed = BytesMut::with_capacity(before.len() + upstream.len() + after.len());
    changed.put_slice(before);
    changed.put_slice(upstream);
    changed.put_slice(after);
    Some(changed.freeze())
}
