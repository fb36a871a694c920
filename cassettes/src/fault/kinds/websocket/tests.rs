//! Faults of WebSocket, as plays.

use bytes::Bytes;

use crate::fault::kinds::testing::{data, exchange, head, http1, played};
use crate::model::{Exchange, Protocol};
use crate::wire::websocket::{Opcode, encode};

const REQUEST: &str = "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const SWITCH: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const SHOWN: &str = "HTTP/1.1 101 Switching Protocols~Upgrade: websocket~Connection: Upgrade~Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=~~";

fn said(answers: &[(char, Vec<u8>)]) -> Exchange {
    let handshake = [('>', Bytes::from(REQUEST)), ('<', Bytes::from(SWITCH))];
    let rest = answers.iter().map(|(who, bytes)| (*who, Bytes::from(bytes.clone())));
    exchange(Protocol::Http1, &handshake.into_iter().chain(rest).collect::<Vec<_>>())
}

/// A greeting, a pong, an answer, and the client's goodbye answered.
fn chat() -> Exchange {
    said(&[
        ('<', encode(Opcode::Text, b"hello")),
        ('>', encode(Opcode::Ping, b"p")),
        ('<', encode(Opcode::Pong, b"p")),
        ('>', encode(Opcode::Text, b"you")),
        ('<', encode(Opcode::Binary, b"\x01\x02")),
        ('>', encode(Opcode::Close, b"")),
        ('<', encode(Opcode::Close, b"")),
    ])
}

const HELLO: &str = r"\x81\x05hello";
const PONG: &str = r"<Messages(1)>\x8a\x01p";
const ANSWER: &str = r"<Messages(2)>\x82\x02\x01\x02";
const BYE: &str = r"<Messages(3)>\x88\x00";

#[test]
fn messages_are_counted_in_what_follows_the_switch() {
    let told = played("close at message 1", &chat());
    assert_eq!(told, format!("{SHOWN}{HELLO}<Close>"));
    assert_eq!(played("close at frame 2", &chat()), format!("{SHOWN}{HELLO}{PONG}<Close>"));
    let told = played("stall at message 3", &chat());
    assert_eq!(told, format!("{SHOWN}{HELLO}{PONG}{ANSWER}<Stall(None)><Close>"));
    let told = played("cut-message at message 1", &chat());
    assert_eq!(told, format!(r"{SHOWN}\x81\x05h<Close>"));
}

#[test]
fn a_server_does_not_switch() {
    let told = played("upgrade-status 403", &chat());
    let head =
        "HTTP/1.1 403 Forbidden~Connection: close~Content-Type: text/plain~Content-Length: 14~~";
    assert_eq!(told, format!(r"{head}403 Forbidden\n<Close>"));
}

#[test]
fn a_handshake_is_wrong() {
    let told = |fault: &str| played(fault, &chat());
    let rest = format!("{HELLO}{PONG}{ANSWER}{BYE}");
    let wrong = SHOWN.replace("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "HSmrc0sMlYUkAGmm5OPpG2HaGWk=");
    assert_eq!(told("wrong-accept"), wrong + &rest);
    let without = SHOWN.replace("Upgrade: websocket~", "");
    assert_eq!(told("upgrade-without upgrade"), without + &rest);
    let more = SHOWN.strip_suffix('~').unwrap().to_owned() + "Sec-WebSocket-Protocol: x-retape~~";
    assert_eq!(told("ws-unoffered protocol"), more + &rest);
}

#[test]
fn text_is_no_utf8() {
    let told = played("invalid-utf-8", &chat());
    assert_eq!(told, format!(r"{SHOWN}\x81\x05he\xfflo{PONG}{ANSWER}{BYE}"));
    let told = played("invalid-utf-8 at message 2", &chat());
    assert_eq!(told, "no: it needs a message of text");
}

#[test]
fn a_fragmented_message_is_one_and_is_spoiled_as_one() {
    let fragments = [b"\x01\x01a".to_vec(), encode(Opcode::Ping, b""), b"\x80\x01b".to_vec()];
    let exchange = said(&[('<', encode(Opcode::Binary, b"")), ('<', fragments.concat())]);
    let told = played("invalid-utf-8", &exchange);
    assert_eq!(told, format!(r"{SHOWN}\x82\x00\x81\x02a\xff"));
    assert!(played("close at message 3", &exchange).starts_with("no: the answer has 2 messages"));
}

/// A message that is compressed (RFC 7692 §7.2.3.1), and one that is not.
fn compressed() -> Exchange {
    let accept = "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    let switch = SWITCH.strip_suffix(b"\r\n").unwrap();
    let messages = b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x81\x01x";
    http1(REQUEST, &[&[switch, accept.as_bytes()].concat(), messages])
}

#[test]
fn a_compressed_message_is_one_as_well() {
    let told = |fault: &str| played(fault, &compressed()).split_once("~~").unwrap().1.to_owned();
    assert_eq!(told("invalid-utf-8"), r"\x81\x05He\xfflo\x81\x01x");
    assert_eq!(told("delete at message 1"), r"\x81\x01x");
    assert_eq!(told("close at message 1"), r"\xc1\x07\xf2H\xcd\xc9\xc9\x07\x00<Close>");
}

#[test]
fn a_message_is_left_out_doubled_or_comes_late() {
    let told = |fault: &str| played(fault, &chat());
    assert_eq!(told("delete at message 1"), format!("{SHOWN}{PONG}{ANSWER}{BYE}"));
    assert_eq!(told("duplicate at message 1"), format!("{SHOWN}{HELLO}{HELLO}{PONG}{ANSWER}{BYE}"));
    // What the server waits for before each stays.
    let [first, second] = [r"<Messages(1)>\x82\x02\x01\x02", r"<Messages(2)>\x8a\x01p"];
    assert_eq!(told("swap at message 2"), format!("{SHOWN}{HELLO}{first}{second}{BYE}"));
}

#[test]
fn a_message_comes_in_fragments() {
    let told = played("ws-fragment 2", &chat());
    let fragments = r"\x01\x02he\x89\x00\x00\x02ll\x80\x01o";
    assert_eq!(told, format!("{SHOWN}{fragments}{PONG}{ANSWER}{BYE}"));
}

#[test]
fn a_frame_breaks_the_protocol() {
    let told = |what: &str| {
        let told = played(&format!("bad-frame {what}"), &chat());
        let told = told.strip_prefix(&format!("{SHOWN}{HELLO}")).unwrap().to_owned();
        told.strip_suffix(&format!("{PONG}{ANSWER}{BYE}")).unwrap().to_owned()
    };
    assert_eq!(told("reserved-bit"), r"\xa1\x06retape");
    assert_eq!(told("reserved-opcode"), r"\x83\x06retape");
    assert_eq!(told("masked"), r"\x81\x86\x01\x02\x03\x04sgwe\x71g".replace(r"\x71", "q"));
    assert_eq!(told("huge-length"), r"\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00retape");
    assert_eq!(told("continuation"), r"\x80\x06retape");
    assert!(told("long-ping").starts_with(r"\x89~\x00~x".replace("~x", "~").trim_end_matches('~')));
    assert_eq!(told("fragmented-ping"), r"\t\x01x");
}

#[test]
fn nobody_answers_pings_or_goodbyes() {
    let told = played("no-pong", &chat());
    assert_eq!(told, format!("<Mute>{SHOWN}{HELLO}<Messages(1)>{ANSWER}{BYE}"));
    let told = played("close-unanswered", &chat());
    assert_eq!(told, format!("{SHOWN}{HELLO}{PONG}{ANSWER}<Mute><Stall(None)><Close>"));
    let told = played("eof-without-close", &chat());
    assert_eq!(told, format!("{SHOWN}{HELLO}{PONG}{ANSWER}<Messages(3)><Close>"));
}

#[test]
fn a_server_says_goodbye_early_with_any_code() {
    let told = played("ws-close 1011 at message 3", &chat());
    let close = r"\x88\x02\x03\xf3<Messages(3)><Close>";
    assert_eq!(told, format!("{SHOWN}{HELLO}{PONG}{ANSWER}{close}"));
    let told = played("ws-close 1006 reason no at after-headers", &chat());
    assert_eq!(told, format!(r"{SHOWN}\x88\x04\x03\xeeno<Messages(1)><Close>"));
    let told = played("ws-close 1000 bad-reason at message 1", &chat());
    assert_eq!(told, format!(r"{SHOWN}{HELLO}\x88\x04\x03\xe8\xff\xfe<Messages(1)><Close>"));
    let amid = "no: it takes a place between two frames of the WebSocket";
    assert_eq!(played("ws-close 1000 at body 3", &chat()), amid);
    assert_eq!(played("ws-close 1000 at status-line", &chat()), amid);
    let told = played("data-after-close", &chat());
    assert!(told.contains(r"hello\x88\x02\x03\xe8\x81\x0fafter the close<Messages(1)>"), "{told}");
}

#[test]
fn pings_come_without_end() {
    let told = played("ping-flood 2", &chat());
    assert_eq!(told, format!(r"{SHOWN}\x89\x011\x89\x012{HELLO}{PONG}{ANSWER}{BYE}"));
}

#[test]
fn over_http2_all_of_it_is_data() {
    let request = [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "a"),
    ];
    let said = [
        ('>', head(&request, false).encode()),
        ('<', head(&[(":status", "200")], false).encode()),
        ('<', data(&encode(Opcode::Text, b"hello"), false).encode()),
        ('<', data(&encode(Opcode::Close, b""), true).encode()),
    ];
    let exchange = exchange(Protocol::Http2, &said);
    let told = |fault: &str| played(fault, &exchange);
    assert_eq!(told("close at message 1"), r"[:status=200][\x81\x05hello][ END]");
    assert_eq!(told("invalid-utf-8"), r"[:status=200][\x81\x05he\xfflo][\x88\x00 END]");
    assert_eq!(told("eof-without-close"), r"[:status=200][\x81\x05hello][ END]");
    let closed = told("ws-close 1011 at message 1");
    assert_eq!(closed, r"[:status=200][\x81\x05hello][\x88\x02\x03\xf3]<Messages(1)>[ END]");
    let refused = told("upgrade-status 403");
    let head = "[:status=403 content-type=text/plain content-length=14]";
    assert_eq!(refused, format!(r"{head}[403 Forbidden\n END]"));
}

#[test]
fn what_is_no_web_socket_does_not_fit() {
    let plain = http1("GET / HTTP/1.1\r\n\r\n", &[b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]);
    for fault in ["no-pong", "upgrade-status 403", "ws-close 1000 at end", "eof-without-close"] {
        assert_eq!(played(fault, &plain), "no: it needs a WebSocket");
    }
}
