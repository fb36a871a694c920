//! Any text is read or refused; any cassette reads back as it was written.
#![no_main]

use bytes::Bytes;
use cassettes::model::{
    Cassette, Chunk, Connection, ConnectionId, Direction, Exchange, Header, Protocol, Timestamp,
};
use cassettes::text::{read, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((b'!', script)) => check(&cassette(script)),
        _ => {
            let Ok(text) = std::str::from_utf8(data) else { return };
            match read(text) {
                Ok(cassette) => check(&cassette),
                Err(error) => assert!(text.get(error.span()).is_some(), "{error}"),
            }
        }
    }
});

fn check(cassette: &Cassette) {
    let yaml = write(cassette);
    let back = read(&yaml);
    assert_eq!(back.as_ref(), Ok(cassette), "{yaml}");
    assert_eq!(back.map(|back| write(&back)), Ok(yaml));
}

/// One exchange: a zero byte ends a chunk, and the byte after it says whose the next one is.
fn cassette(script: &[u8]) -> Cassette {
    let mut direction = Direction::ToServer;
    let mut chunks = Vec::new();
    for (at, piece) in (0_u64..).zip(script.split(|byte| *byte == 0)) {
        let Some((first, bytes)) = piece.split_first() else { continue };
        if first & 1 == 1 {
            direction = direction.reverse();
        }
        if !bytes.is_empty() {
            let at = Timestamp::from_nanos(at * 1_000);
            chunks.push(Chunk { direction, at, bytes: Bytes::copy_from_slice(bytes) });
        }
    }
    let connection = Connection::opened_at(Timestamp::ZERO);
    let exchange = Exchange { connection: ConnectionId(0), protocol: Protocol::Http1, chunks };
    let exchanges = if exchange.chunks.is_empty() { Vec::new() } else { vec![exchange] };
    Cassette::new(Header::default(), vec![connection], exchanges).expect("chunks are in order")
}
