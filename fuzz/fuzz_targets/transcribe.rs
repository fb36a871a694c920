//! Any play on one connection, with holes: every exchange is done once, nothing that was heard is lost or moved (in HTTP/1, where bytes
//! stay as they are, to the byte), and what comes of it can be viewed, summarised, translated and played.
//!
//! Each act is a byte that says who and what, a length, and as many bytes.

#![no_main]

use std::collections::HashSet;

use bytes::Bytes;
use cassettes::model::{
    Cassette, Close, Connection, ConnectionId, Direction, ExchangeId, Header, How, Protocol, Side,
    TapeEvent, Timestamp,
};
use cassettes::transcribe::{Transcriber, collect, compile, summarize};
use cassettes::wire::http::{HttpVersion, View, translate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|play: &[u8]| {
    let mut stage = Stage::new();
    let mut rest = play;
    while let Some((&[kind, len], after)) = rest.split_first_chunk() {
        let (bytes, after) = after.split_at(after.len().min(len.into()));
        stage.act(kind, bytes);
        rest = after;
    }
    stage.end();
});

struct Stage {
    transcriber: Transcriber,
    connection: Connection,
    now: Timestamp,
    said: [Vec<u8>; 2],
    events: Vec<TapeEvent>,
}

impl Stage {
    fn new() -> Self {
        Self {
            transcriber: Transcriber::http(ConnectionId(0)),
            connection: Connection::opened_at(Timestamp::ZERO),
            now: Timestamp::ZERO,
            said: Default::default(),
            events: Vec::new(),
        }
    }

    fn act(&mut self, kind: u8, bytes: &[u8]) {
        self.now = Timestamp::from_nanos(self.now.as_nanos() + 1);
        let side = if kind & 1 == 0 { Side::Client } else { Side::Server };
        match kind >> 4 {
            13 => {
                let gap = self.transcriber.lose(side.sends(), self.now, bytes.len() as u64);
                self.connection.gaps.extend(gap);
            }
            14 => self.close(side, How::Fin),
            15 => self.close(side, How::Reset),
            _ => {
                self.said[usize::from(kind & 1)].extend_from_slice(bytes);
                self.transcriber.receive(side.sends(), self.now, Bytes::copy_from_slice(bytes));
            }
        }
        self.events.extend(std::iter::from_fn(|| self.transcriber.poll_event()));
    }

    fn close(&mut self, by: Side, how: How) {
        let close = Close { at: self.now, by, how };
        self.transcriber.close(&close);
        self.connection.closes.push(close);
    }

    fn end(mut self) {
        self.transcriber.finish();
        self.events.extend(std::iter::from_fn(|| self.transcriber.poll_event()));
        self.check_events();
        let connection = self.connection.clone();
        let cassette = collect(Header::default(), vec![self.connection], self.events);
        check_cassette(&cassette.expect("a cassette"), &connection);
    }

    fn check_events(&self) {
        let mut heard: [Vec<u8>; 2] = Default::default();
        let mut begun: HashSet<ExchangeId> = HashSet::new();
        let mut done: HashSet<ExchangeId> = HashSet::new();
        let mut is_http2 = false;
        for event in &self.events {
            match event {
                TapeEvent::Chunk { exchange, chunk } => {
                    assert!(!done.contains(exchange), "bytes after the end");
                    if begun.insert(*exchange) {
                        assert_eq!(begun.len(), exchange.ordinal as usize + 1, "begun in order");
                    }
                    let side = usize::from(chunk.direction == Direction::ToClient);
                    heard[side].extend_from_slice(&chunk.bytes);
                }
                TapeEvent::Done { exchange, summary } => {
                    let protocol = summary.protocol;
                    is_http2 |= matches!(protocol, Protocol::Http2 | Protocol::Http2Control);
                    // What is left of an answer with a hole may begin after requests that wait behind it.
                    let is_holed = !self.connection.gaps.is_empty();
                    let in_order = exchange.ordinal as usize == done.len();
                    assert!(is_http2 || is_holed || in_order, "in order");
                    assert!(done.insert(*exchange), "done once");
                }
            }
        }
        assert_eq!(begun, done);
        assert!(is_http2 || heard == self.said);
    }
}

fn check_cassette(cassette: &Cassette, connection: &Connection) {
    for exchange in cassette.exchanges() {
        let view = View::of(exchange);
        for direction in [Direction::ToServer, Direction::ToClient] {
            assert!(view.tail(direction).len() as u64 <= exchange.byte_count(direction));
        }
        summarize(exchange, connection);
        for version in [HttpVersion::Http1, HttpVersion::Http2] {
            let is_other = HttpVersion::of(exchange) != Some(version);
            if let Some(translated) = translate(exchange, version).filter(|_| is_other) {
                assert!(View::of(&translated).degraded().is_none());
                compile(&translated, connection, true);
            }
        }
        for last in [false, true] {
            let sent: u64 =
                compile(exchange, connection, last).sends().map(|bytes| bytes.len() as u64).sum();
            let said = exchange.byte_count(Direction::ToClient);
            let plain = matches!(exchange.protocol, Protocol::Http1 | Protocol::Raw);
            assert!(if plain { sent == said } else { sent <= said }, "a script sends every byte");
        }
    }
}
