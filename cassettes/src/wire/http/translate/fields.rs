//! Which header lines mean the same in the other version.

use bytes::Bytes;

use crate::wire::http::spelling::field_of;
use crate::wire::http1::{HeaderLine, Headers, RequestHead, ResponseHead};
use crate::wire::http2::hpack::Field;

/// RFC 9113 §8.2.2: "Connection-Specific Header Fields".
const CONNECTION_SPECIFIC: [&str; 6] = [
    "connection",
    "proxy-connection",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];

/// A request's fields in HTTP/2.
pub(super) fn of_request(head: &RequestHead<'_>) -> Vec<Field> {
    let (authority, path) = split_target(head.target());
    let host = authority.or_else(|| head.header("host"));
    let mut fields = vec![field(b":method", head.method()), field(b":scheme", b"http")];
    fields.extend(host.map(|host| field(b":authority", host)));
    fields.push(field(b":path", path));
    fields.extend(of_lines(head.headers()).filter(|field| field.name != "host"));
    fields
}

/// A response's fields in HTTP/2.
pub(super) fn of_response(head: &ResponseHead<'_>) -> Vec<Field> {
    let status = head.status().to_string();
    let mut fields = vec![field(b":status", status.as_bytes())];
    fields.extend(of_lines(head.headers()));
    fields
}

/// Those lines that are fields in HTTP/2.
pub(super) fn of_lines(lines: Headers<'_>) -> impl Iterator<Item = Field> {
    let listed = connection_options(lines.clone());
    lines.filter(move |line| crosses(line, &listed)).map(|line| unfolded(field_of(&line)))
}

/// Lower-case names that `Connection` lists.
fn connection_options(lines: Headers<'_>) -> Vec<Vec<u8>> {
    let lists = lines.filter(|line| line.is("connection"));
    let items = lists.flat_map(|line| line.value.split(|&byte| byte == b','));
    items.map(|item| item.trim_ascii().to_ascii_lowercase()).collect()
}

/// Whether it is about one connection, and has no place in HTTP/2 at all.
pub(super) fn is_connection_specific(line: &HeaderLine<'_>) -> bool {
    CONNECTION_SPECIFIC.iter().any(|name| line.is(name))
}

fn crosses(line: &HeaderLine<'_>, listed: &[Vec<u8>]) -> bool {
    let specific = is_connection_specific(line);
    let is_listed = listed.iter().any(|name| line.name.eq_ignore_ascii_case(name));
    // "The only exception to this is the TE header field […] it MUST NOT contain any value other than `trailers`."
    let is_te = line.is("te");
    let trailers = line.value.eq_ignore_ascii_case(b"trailers");
    !line.name.is_empty() && !specific && (is_te && trailers || !is_te && !is_listed)
}

/// RFC 9112 §5.2: a fold is replaced "with one or more SP octets".
fn unfolded(field: Field) -> Field {
    if !field.value.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        return field;
    }
    let lines = field.value.split(|byte| matches!(byte, b'\r' | b'\n')).map(<[u8]>::trim_ascii);
    let lines: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
    Field { value: lines.join(&b' ').into(), ..field }
}

/// The authority of an absolute target, and what is asked of it.
fn split_target(target: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let after = target.windows(3).position(|three| three == b"://").map(|at| at + 3);
    let absolute = after.filter(|_| !target.starts_with(b"/")).and_then(|at| target.get(at..));
    let Some(rest) = absolute else { return (None, target) };
    let end = rest.iter().position(|byte| b"/?".contains(byte)).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    (Some(authority), if path.is_empty() { b"/" } else { path })
}

fn field(name: &[u8], value: &[u8]) -> Field {
    Field::new(Bytes::copy_from_slice(name), Bytes::copy_from_slice(value))
}
