//! Any bytes as one direction of a WebSocket, compressed or not, cut at any place: the same messages, or the same refusal.

#![no_main]

use cassettes::model::Direction;
use cassettes::wire::http1::{RequestHead, ResponseHead};
use cassettes::wire::messages::Counter;
use cassettes::wire::websocket::{Agreement, Message, MessageReader, WebSocketError};
use libfuzzer_sys::fuzz_target;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";

fuzz_target!(|input: (u8, &[u8], &[u8])| {
    let (cut, extensions, wire) = input;
    let head = [b"HTTP/1.1 101 S\r\nSec-WebSocket-Extensions: ", extensions, b"\r\n\r\n"].concat();
    let request = RequestHead::parse(REQUEST).expect("it is a request");
    let Ok(response) = ResponseHead::parse(&head) else { return };
    let Some(agreement) = Agreement::of(&request, &response) else { return };

    let whole = read(agreement, &[wire]);
    let (start, end) = wire.split_at(wire.len().min(cut.into()));
    assert_eq!(read(agreement, &[start, end]), whole);

    let mut counter = Counter::web_socket();
    counter.advance(start);
    counter.advance(end);
    assert_eq!(counter.is_broken(), whole.1.is_some());
    let counted = whole.0.iter().filter(|message| !message.kind.is_sign_of_life()).count();
    assert_eq!(counter.count(), counted as u64);
});

fn read(agreement: Agreement, pieces: &[&[u8]]) -> (Vec<Message>, Option<WebSocketError>) {
    let mut reader = MessageReader::new(agreement, Direction::ToServer);
    let mut messages = Vec::new();
    for mut piece in pieces.iter().copied() {
        loop {
            match reader.advance(&mut piece) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
    }
    (messages, None)
}
