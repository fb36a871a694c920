//! Streams of messages in whole exchanges, as `diff` compares them.

use cassettes::model::{Chunk, ConnectionId, Direction, Exchange, Protocol, Timestamp};
use cassettes::wire::http::View;

use crate::verify::{CompareContext, Mismatch, Rules, compare_requests, compare_responses};

fn view(request: &[u8], answer: &[u8]) -> View {
    let chunk = |direction, bytes: &[u8]| Chunk {
        direction,
        at: Timestamp::ZERO,
        bytes: bytes.to_vec().into(),
    };
    let chunks = vec![chunk(Direction::ToServer, request), chunk(Direction::ToClient, answer)];
    View::of(&Exchange { connection: ConnectionId(0), protocol: Protocol::Http1, chunks })
}

fn shown(mismatches: &[Mismatch]) -> Vec<String> {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let line = |m: &Mismatch| {
        let note = if m.is_failure() { "" } else { "(note) " };
        format!("{note}{}: {} → {}", m.place, value(&m.expected), value(&m.actual))
    };
    mismatches.iter().map(line).collect()
}

/// A call whose body is these messages.
fn call(headers: &str, messages: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (flags, payload) in messages {
        body.push(*flags);
        body.extend(u32::try_from(payload.len()).unwrap().to_be_bytes());
        body.extend(*payload);
    }
    let head = "POST /a.Book/Add HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc+proto\r\n";
    let mut whole = format!("{head}{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    whole.extend(body);
    whole
}

fn calls(expected: &[u8], actual: &[u8]) -> Vec<String> {
    let (was, is) = (view(expected, b""), view(actual, b""));
    shown(&compare_requests(&was, &is, &CompareContext::default(), &Rules::default()))
}

#[test]
fn grpc_messages_are_compared_by_field_number() {
    let was = call("", &[(0, b"\x08\x01\x12\x03Ada"), (0, b"\x08\x02"), (0, b"\x08\x03")]);
    let is = call("", &[(0, b"\x12\x03Bob\x08\x01"), (0, b"\x08\x02")]);
    let expected = ["message 1 body $.2: \"Ada\" → \"Bob\"", "message 3: {\"1\":3} → -"];
    assert_eq!(calls(&was, &is), expected);
    let reordered = call("", &[(0, b"\x12\x03Ada\x08\x01"), (0, b"\x08\x02"), (0, b"\x08\x03")]);
    assert_eq!(
        calls(&was, &reordered),
        ["(note) message 1 spelling of the body: 7 bytes → 7 bytes"]
    );
}

#[test]
fn a_compressed_message_is_compared_by_what_it_holds() {
    use std::io::Write;
    let gzip = |bytes: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    };
    let header = "grpc-encoding: gzip\r\n";
    let was = call(header, &[(0, b"\x08\x01")]);
    assert!(calls(&was, &call(header, &[(1, &gzip(b"\x08\x01"))])).is_empty());
    let is = call(header, &[(1, &gzip(b"\x08\x02"))]);
    assert_eq!(calls(&was, &is), ["message 1 body $.1: 1 → 2"]);
}

#[test]
fn a_body_that_ends_amid_a_message_is_compared_by_its_bytes() {
    let was = call("", &[(0, b"\x08\x01")]);
    let is = [&call("", &[])[..], b"\0\0\0"].concat();
    let found = calls(&was, &is);
    assert!(found.iter().any(|line| line.starts_with("body: ")), "{found:?}");
}

const UPGRADE: &[u8] =
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const SWITCH: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

#[test]
fn both_directions_of_a_web_socket_are_compared_by_message() {
    let was = view(&[UPGRADE, b"\x81\x02hi"].concat(), &[SWITCH, b"\x81\x03you\x88\0"].concat());
    let is = view(
        &[UPGRADE, b"\x01\x81abcd\x09\x80\x81abcd\x08"].concat(),
        &[SWITCH, b"\x81\x02me"].concat(),
    );
    let (context, rules) = (CompareContext::default(), Rules::default());
    assert!(compare_requests(&was, &is, &context, &rules).is_empty());
    assert_eq!(
        shown(&compare_responses(&was, &is, &context, &rules)),
        ["message 1 body line 1: you → me", "message 2: close without a code → -"]
    );
}
