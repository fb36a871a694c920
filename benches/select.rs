//! What a request costs a replay apart from sockets: parse, select, play, compare. In a deck of one
//! exchange, of 100,000 that differ in their path, and of 100,000 that differ in their body only.

#![expect(clippy::expect_used, reason = "what cannot be set up has no figure")]

#[path = "common/deck.rs"]
mod deck;

use std::hint::black_box;

use bytes::Bytes;
use cassettes::model::Timestamp;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use replayer::{Arrival, Player};

/// The text of request `n`.
type Request = fn(usize) -> String;

const MANY: usize = 100_000;

fn select(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("select");
    group.throughput(Throughput::Elements(1));
    let decks: [(&str, usize, Request); 3] = [
        ("1 exchange", 1, deck::by_path),
        ("100,000 by path", MANY, deck::by_path),
        ("100,000 by body", MANY, by_body),
    ];
    for (name, len, request) in decks {
        let stage = deck::stage(len, request);
        let mut player = Player::new(stage, Arrival::direct(80), Timestamp::ZERO);
        let mut n = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                // A prime step: no two requests in a row are neighbours in the file.
                n = (n + 7919) % len;
                player.receive(Bytes::from(request(n)), Timestamp::ZERO);
                while let Some(action) = player.poll_action() {
                    black_box(action);
                }
            });
        });
    }
    group.finish();
}

/// Request `n` of a deck whose requests differ in their body only.
fn by_body(n: usize) -> String {
    let body = format!("{{\"id\": 1{n:08}}}");
    let length = body.len();
    format!(
        "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}",
        deck::AUTHORITY
    )
}

criterion_group!(benches, select);
criterion_main!(benches);
