//! HTTP/2's fields, spelled as a head of HTTP/1, and back.

use bytes::{BufMut, Bytes, BytesMut};

use crate::wire::http1::{HeaderLine, RequestHead, ResponseHead};
use crate::wire::http2::hpack::Field;

/// The head of a request with these fields; none where they are not those of a request.
pub fn request_head(fields: &[Field]) -> Option<Bytes> {
    let method = pseudo(fields, b":method")?;
    let authority = pseudo(fields, b":authority");
    let path = pseudo(fields, b":path").filter(|path| !path.is_empty());
    // RFC 9113 §8.5: of CONNECT, `:path` is omitted, and `:authority` says where to.
    let connect = authority.filter(|_| method == b"CONNECT" && path.is_none());
    let mut head = BytesMut::with_capacity(spelled_len(fields));
    head.put_slice(method);
    head.put_u8(b' ');
    put_clean(&mut head, path.or(connect)?);
    head.put_slice(b" HTTP/2\r\n");
    if let Some(authority) = authority.filter(|_| connect.is_none()) {
        put_line(&mut head, b"host", authority);
    }
    if let Some(protocol) = pseudo(fields, b":protocol") {
        put_line(&mut head, b"upgrade", protocol);
    }
    let told = [&b":method"[..], b":scheme", b":authority", b":path", b":protocol"];
    let head = with_lines(head, fields, &told);
    let spells = RequestHead::parse(&head).is_ok_and(|parsed| parsed.method() == method);
    spells.then_some(head)
}

/// The head of a response with these fields; none where they are not those of a response.
pub fn response_head(fields: &[Field]) -> Option<Bytes> {
    let mut head = BytesMut::with_capacity(spelled_len(fields));
    head.put_slice(b"HTTP/2 ");
    head.put_slice(pseudo(fields, b":status").filter(|status| status.len() == 3)?);
    head.put_slice(b"\r\n");
    let head = with_lines(head, fields, &[b":status"]);
    ResponseHead::parse(&head).is_ok().then_some(head)
}

/// The lines of a trailer section with these fields, without an empty line.
pub fn trailer_lines(fields: &[Field]) -> Bytes {
    let mut lines = BytesMut::with_capacity(spelled_len(fields));
    for field in fields {
        put_line(&mut lines, &field.name, &field.value);
    }
    lines.freeze()
}

/// The fields that [`request_head`] spells so, `:scheme` being this one. Every `host` is taken for the authority, of
/// which there is one: later ones stay fields.
pub fn request_fields(head: &RequestHead<'_>, scheme: &str) -> Vec<Field> {
    let connects = head.method() == b"CONNECT";
    let protocol = head.header("upgrade").filter(|_| connects);
    let host = head.header("host");
    let mut fields = vec![field(b":method", head.method())];
    if connects && protocol.is_none() {
        fields.push(field(b":authority", head.target()));
    } else {
        fields.push(field(b":scheme", scheme.as_bytes()));
        fields.extend(host.map(|host| field(b":authority", host)));
        fields.push(field(b":path", head.target()));
    }
    fields.extend(protocol.map(|protocol| field(b":protocol", protocol)));
    let mut told = [host.is_some() && !(connects && protocol.is_none()), protocol.is_some()];
    for line in head.headers() {
        let [host, upgrade] = &mut told;
        let is_told = line.is("host") && std::mem::take(host)
            || line.is("upgrade") && std::mem::take(upgrade);
        if !is_told {
            fields.push(field_of(&line));
        }
    }
    fields
}

/// The fields that [`response_head`] spells so.
pub fn response_fields(head: &ResponseHead<'_>) -> Vec<Field> {
    let status = field(b":status", head.status().to_string().as_bytes());
    std::iter::once(status).chain(head.headers().map(|line| field_of(&line))).collect()
}

/// One line as a field: its name in lower case, as RFC 9113 §8.2 demands. Not kept out of tables, which no line says.
pub fn field_of(line: &HeaderLine<'_>) -> Field {
    field(&line.name.to_ascii_lowercase(), line.value)
}

fn field(name: &[u8], value: &[u8]) -> Field {
    let (name, value) = (Bytes::copy_from_slice(name), Bytes::copy_from_slice(value));
    Field { name, value, sensitive: false }
}

/// The first value of this pseudo-header field.
fn pseudo<'f>(fields: &'f [Field], name: &[u8]) -> Option<&'f [u8]> {
    fields.iter().find(|field| field.name == name).map(|field| &field.value[..])
}

/// The fields but those that the start line has told, and the empty line.
fn with_lines(mut head: BytesMut, fields: &[Field], told: &[&[u8]]) -> Bytes {
    for field in fields.iter().filter(|field| !told.contains(&&field.name[..])) {
        put_line(&mut head, &field.name, &field.value);
    }
    head.put_slice(b"\r\n");
    head.freeze()
}

fn put_line(out: &mut BytesMut, name: &[u8], value: &[u8]) {
    // A blank at a line's start would make it part of the line before.
    out.extend(name.iter().map(|&byte| if byte <= b' ' { b'_' } else { byte }));
    out.put_slice(b": ");
    put_clean(out, value);
    out.put_slice(b"\r\n");
}

fn put_clean(out: &mut BytesMut, text: &[u8]) {
    out.extend(
        text.iter().map(|&byte| if matches!(byte, 0 | b'\r' | b'\n') { b' ' } else { byte }),
    );
}

fn spelled_len(fields: &[Field]) -> usize {
    let line = |field: &Field| field.name.len() + field.value.len() + 4;
    fields.iter().map(line).sum::<usize>() + 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(lines: &[(&str, &str)]) -> Vec<Field> {
        lines.iter().map(|(name, value)| field(name.as_bytes(), value.as_bytes())).collect()
    }

    fn request(lines: &[(&str, &str)]) -> Option<String> {
        let head = request_head(&fields(lines))?;
        Some(String::from_utf8_lossy(&head).into_owned())
    }

    const GET: [(&str, &str); 4] =
        [(":method", "GET"), (":scheme", "https"), (":authority", "a:1"), (":path", "/x?y")];

    #[test]
    fn a_request_is_spelled_with_its_authority_first() {
        let lines = [&GET[..], &[("accept", "*/*"), ("cookie", "a"), ("cookie", "b")]].concat();
        let head = "GET /x?y HTTP/2\r\nhost: a:1\r\naccept: */*\r\ncookie: a\r\ncookie: b\r\n\r\n";
        assert_eq!(request(&lines).as_deref(), Some(head));
        let parsed = RequestHead::parse(head.as_bytes()).expect("a head");
        assert_eq!(request_fields(&parsed, "https"), fields(&lines));
    }

    #[test]
    fn a_tunnel_is_asked_for_by_its_authority() {
        let lines = [(":method", "CONNECT"), (":authority", "a:443"), ("x", "y")];
        let head = "CONNECT a:443 HTTP/2\r\nx: y\r\n\r\n";
        assert_eq!(request(&lines).as_deref(), Some(head));
        let parsed = RequestHead::parse(head.as_bytes()).expect("a head");
        assert_eq!(request_fields(&parsed, "https"), fields(&lines));
    }

    #[test]
    fn web_socket_is_asked_for_by_an_upgrade_line() {
        let lines = [
            (":method", "CONNECT"),
            (":scheme", "https"),
            (":authority", "a"),
            (":path", "/chat"),
            (":protocol", "websocket"),
            ("sec-websocket-version", "13"),
        ];
        let head = "CONNECT /chat HTTP/2\r\nhost: a\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n";
        assert_eq!(request(&lines).as_deref(), Some(head));
        let parsed = RequestHead::parse(head.as_bytes()).expect("a head");
        assert_eq!(request_fields(&parsed, "https"), fields(&lines));
    }

    #[test]
    fn a_response_is_spelled_without_a_reason() {
        let lines = fields(&[(":status", "404"), ("x", "")]);
        let head = response_head(&lines).expect("a head");
        assert_eq!(&head[..], b"HTTP/2 404\r\nx: \r\n\r\n");
        assert_eq!(response_fields(&ResponseHead::parse(&head).expect("a head")), lines);
    }

    #[test]
    fn fields_that_are_no_head_are_told() {
        assert_eq!(request(&GET[1..]), None, "no method");
        assert_eq!(request(&GET[..3]), None, "no path");
        assert_eq!(request(&[(":method", "GET IT"), (":path", "/")]), None);
        assert_eq!(response_head(&fields(&[("status", "200")])), None);
        assert_eq!(response_head(&fields(&[(":status", "20")])), None);
    }

    #[test]
    fn a_field_cannot_pretend_to_be_two_lines() {
        let lines = [&GET[..], &[("x", "1\r\ny: 2"), (" z", "3\n")]].concat();
        let head = "GET /x?y HTTP/2\r\nhost: a:1\r\nx: 1  y: 2\r\n_z: 3 \r\n\r\n";
        assert_eq!(request(&lines).as_deref(), Some(head));
    }
}
