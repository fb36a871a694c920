//! WebSocket: frames, pongs and goodbyes as a raw client gets them.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use cassettes::wire::websocket::{Opcode, accept_key, encode};

use super::super::Replay;
use super::{expect_silence, read, read_to_fin, replay};
use crate::testing::{RECORDED, Tape};

const RECORDED_KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const LIVE_KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEA==";

fn asked(key: &str) -> String {
    format!(
        "GET /ws HTTP/1.1\r\nHost: {RECORDED}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
}

fn switched(key: &str) -> String {
    let accept = accept_key(key.as_bytes());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    )
}

/// A client's frame, masked with zeros.
fn masked(opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut frame = encode(opcode, payload);
    frame[1] |= 0x80;
    frame.splice(2..2, [0; 4]);
    frame
}

/// `hello` on connecting; a ping answered; `you` answered with two bytes; the client's goodbye answered.
fn tape() -> Tape {
    let said: [Vec<u8>; 10] = [
        asked(RECORDED_KEY).into(),
        switched(RECORDED_KEY).into(),
        Vec::new(),
        encode(Opcode::Text, b"hello"),
        masked(Opcode::Ping, b"p"),
        encode(Opcode::Pong, b"p"),
        masked(Opcode::Text, b"you"),
        encode(Opcode::Binary, &[1, 2]),
        masked(Opcode::Close, &[3, 0xe8]),
        encode(Opcode::Close, &[3, 0xe8]),
    ];
    Tape::new().chunks(&said)
}

struct Chat {
    replay: Replay,
    stream: TcpStream,
}

impl Chat {
    /// With this fault in force, after the handshake.
    fn with(fault: &str) -> Self {
        let mut chat = Self::asked(fault);
        chat.expect(switched(LIVE_KEY).as_bytes());
        chat
    }

    /// The handshake is not answered yet.
    fn asked(fault: &str) -> Self {
        let replay = replay(tape(), &[fault]);
        let mut stream = replay.connect();
        stream.write_all(asked(LIVE_KEY).as_bytes()).unwrap();
        Self { replay, stream }
    }

    fn say(&mut self, opcode: Opcode, payload: &[u8]) {
        self.stream.write_all(&masked(opcode, payload)).unwrap();
    }

    #[track_caller]
    fn expect(&mut self, bytes: &[u8]) {
        let said = read(&mut self.stream, bytes.len());
        assert_eq!(said.escape_ascii().to_string(), bytes.escape_ascii().to_string());
    }

    #[track_caller]
    fn expect_fin(mut self, before: &[u8]) {
        let said = read_to_fin(&mut self.stream);
        assert_eq!(said.escape_ascii().to_string(), before.escape_ascii().to_string());
        self.end();
    }

    fn end(self) {
        drop(self.stream);
        self.replay.end();
    }
}

#[test]
fn a_handshake_is_refused_or_answered_for_another_key() {
    let refused = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n\r\n403 Forbidden\n";
    Chat::asked("upgrade-status 403").expect_fin(refused.as_bytes());
    let mut chat = Chat::asked("wrong-accept");
    let said = read(&mut chat.stream, switched(LIVE_KEY).len());
    let said = String::from_utf8(said).unwrap();
    assert!(
        said.contains("101 Switching Protocols")
            && !said.contains(&accept_key(LIVE_KEY.as_bytes()))
    );
    chat.end();
}

#[test]
fn a_message_is_the_last_or_comes_spoiled() {
    Chat::with("close at message 1").expect_fin(b"\x81\x05hello");
    let mut chat = Chat::with("invalid-utf-8");
    chat.expect(b"\x81\x05he\xfflo");
    chat.end();
    let mut chat = Chat::with("bad-frame reserved-opcode at after-headers");
    chat.expect(b"\x83\x06retape\x81\x05hello");
    chat.end();
    let mut chat = Chat::with("ws-fragment 2");
    chat.expect(b"\x01\x02he\x89\x00\x00\x02ll\x80\x01o");
    chat.end();
}

#[test]
fn a_ping_gets_no_pong_and_other_messages_come() {
    let mut chat = Chat::with("no-pong");
    chat.expect(b"\x81\x05hello");
    // One that was recorded, and one that was not.
    chat.say(Opcode::Ping, b"p");
    chat.say(Opcode::Ping, b"other");
    chat.say(Opcode::Text, b"you");
    chat.expect(b"\x82\x02\x01\x02");
    chat.say(Opcode::Ping, b"more");
    expect_silence(&mut chat.stream);
    chat.say(Opcode::Close, &[3, 0xe8]);
    chat.expect(b"\x88\x02\x03\xe8");
    chat.end();
}

#[test]
fn a_server_says_goodbye_with_a_code_and_waits_for_the_answer() {
    let mut chat = Chat::with("ws-close 1011 at message 1");
    chat.expect(b"\x81\x05hello\x88\x02\x03\xf3");
    expect_silence(&mut chat.stream);
    chat.say(Opcode::Close, &[3, 0xf3]);
    chat.expect_fin(b"");
    let mut chat = Chat::with("ws-close 1006 at after-headers");
    chat.expect(b"\x88\x02\x03\xee");
    chat.end();
}

#[test]
fn a_server_ends_without_a_goodbye_or_leaves_one_unanswered() {
    let mut chat = Chat::with("eof-without-close");
    // Where a recorded ping is no part of what was said, its pong waits for none.
    chat.expect(b"\x81\x05hello\x8a\x01p");
    chat.say(Opcode::Text, b"you");
    chat.expect(b"\x82\x02\x01\x02");
    chat.say(Opcode::Close, &[3, 0xe8]);
    chat.expect_fin(b"");
    let mut chat = Chat::with("close-unanswered");
    chat.expect(b"\x81\x05hello\x8a\x01p");
    chat.say(Opcode::Text, b"you");
    chat.expect(b"\x82\x02\x01\x02");
    chat.say(Opcode::Close, &[3, 0xe8]);
    expect_silence(&mut chat.stream);
    chat.stream.shutdown(Shutdown::Write).unwrap();
    chat.expect_fin(b"");
}

#[test]
fn a_silent_socket_stays_open() {
    let mut chat = Chat::with("stall at message 1");
    chat.expect(b"\x81\x05hello");
    expect_silence(&mut chat.stream);
    chat.end();
}

#[test]
fn a_conversation_is_broken_off_after_so_many_messages_of_its_client() {
    let mut chat = Chat::with("reset at message 1 of request");
    // The recorded pong is among what is said before any message.
    chat.expect(b"\x81\x05hello\x8a\x01p");
    expect_silence(&mut chat.stream);
    chat.say(Opcode::Text, b"you");
    assert_eq!(chat.stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    chat.replay.end();
}
