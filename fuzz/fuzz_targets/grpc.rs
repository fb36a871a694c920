//! Any bytes as a gRPC body, as a protobuf message with a schema and without, and as server-sent events, cut at any place.

#![no_main]

use cassettes::meaning::json::Document;
use cassettes::wire::grpc::{Message, MessageReader};
use cassettes::wire::messages::Counter;
use cassettes::wire::protobuf::{Descriptors, to_json};
use cassettes::wire::sse::{Event, EventReader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8], &[u8])| {
    let (cut, descriptors, bytes) = input;
    let (start, end) = bytes.split_at(bytes.len().min(cut.into()));

    let messages = messages(&[bytes]);
    assert_eq!(self::messages(&[start, end]), messages);
    let mut counter = Counter::grpc();
    counter.advance(start);
    counter.advance(end);
    assert_eq!(counter.count(), messages.len() as u64);

    assert_eq!(events(&[start, end]), events(&[bytes]));

    let descriptors = Descriptors::read(descriptors).ok();
    let schema = descriptors.as_ref().and_then(|it| it.request(b"/a.Book/Add"));
    for message in &messages {
        let content = message.content(Some(b"gzip"));
        for json in [None, schema].into_iter().filter_map(|it| to_json(content.as_deref()?, it)) {
            // JSON is read less deep than protobuf.
            assert!(Document::parse(json.as_bytes()).is_some() || json.len() > 256, "{json}");
        }
    }
    let _ = to_json(bytes, schema);
});

fn messages(pieces: &[&[u8]]) -> Vec<Message> {
    let mut reader = MessageReader::default();
    let mut messages = Vec::new();
    for mut piece in pieces.iter().copied() {
        while !piece.is_empty() {
            messages.extend(reader.advance(&mut piece));
        }
    }
    messages
}

fn events(pieces: &[&[u8]]) -> Vec<Event> {
    let mut reader = EventReader::default();
    let mut events = Vec::new();
    for mut piece in pieces.iter().copied() {
        while !piece.is_empty() {
            events.extend(reader.advance(&mut piece));
        }
    }
    events.extend(reader.finish());
    events
}
