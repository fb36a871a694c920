//! JSON strings: unescaping, and the one way of writing them that is hashed.

use std::borrow::Cow;

/// What a string literal (with its quotes) says. Escaped lone surrogates become their three-byte
/// generalised UTF-8, so that nothing is lost.
pub(super) fn unescaped(literal: &[u8]) -> Cow<'_, [u8]> {
    let inner = literal.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let inner = inner.unwrap_or(literal);
    if memchr::memchr(b'\\', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut plain = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        plain.extend_from_slice(rest.get(..at).unwrap_or_default());
        rest = take_escape(rest.get(at + 1..).unwrap_or_default(), &mut plain);
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

/// Appends a string as it is hashed: quoted, with as few escapes as JSON allows.
pub(super) fn write(plain: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = plain;
    while let Some(at) = rest.iter().position(|&byte| needs_escape(byte)) {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let Some((&byte, after)) = rest.split_first() else { break };
        write_escape(byte, out);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

const fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    if byte < 0x20 {
        out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
    } else {
        out.extend_from_slice(&[b'\\', byte]);
    }
}

/// Takes what follows a backslash, and returns the rest.
fn take_escape<'a>(text: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let Some((&kind, rest)) = text.split_first() else { return text };
    let byte = match kind {
        b'u' => return take_unicode(rest, out),
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    };
    out.push(byte);
    rest
}

fn take_unicode<'a>(text: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let Some((unit, rest)) = code_unit(text) else { return text };
    let pair = rest.strip_prefix(b"\\u").and_then(code_unit);
    if let (0xd800..0xdc00, Some((low @ 0xdc00..0xe000, rest))) = (unit, pair) {
        push_code_point(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), out);
        return rest;
    }
    push_code_point(unit, out);
    rest
}

fn code_unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    let digits = std::str::from_utf8(digits).ok()?;
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}

fn push_code_point(point: u32, out: &mut Vec<u8>) {
    if let Some(c) = char::from_u32(point) {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        return;
    }
    // A lone surrogate, always in the three-byte range.
    let low = |shift: u32| u8::try_from((point >> shift) & 0x3f).unwrap_or_default() | 0x80;
    let high = u8::try_from(point >> 12).unwrap_or_default() | 0xe0;
    out.extend_from_slice(&[high, low(6), low(0)]);
}
