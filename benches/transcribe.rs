//! Bytes into exchanges: small exchanges a second, megabytes of body a second.

use std::hint::black_box;

use bytes::Bytes;
use cassettes::model::{ConnectionId, Direction, Timestamp};
use cassettes::transcribe::Transcriber;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const EXCHANGES: u64 = 1000;
const READ_BYTES: usize = 64 * 1024;
const READS: u64 = 256;

const REQUEST: &str = "GET /users/1234567?fields=name&page=3 HTTP/1.1\r\nHost: api.example.com\r\n\
    User-Agent: bench/1.0\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\n\
    Authorization: Bearer 0123456789abcdef0123456789abcdef\r\nX-Request-Id: 7f1d3c5a\r\n\r\n";

criterion_group!(benches, small_exchanges, length_body, chunked_body);
criterion_main!(benches);

fn small_exchanges(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("transcribe");
    group.throughput(Throughput::Elements(EXCHANGES));
    let request = Bytes::from_static(REQUEST.as_bytes());
    let answer = answer("Content-Length: 1024", &"x".repeat(1024));
    group.bench_function("1,000 exchanges of 1 KiB", |bencher| {
        bencher.iter(|| {
            let mut transcriber = Transcriber::http(ConnectionId(0));
            for at in 0..EXCHANGES {
                receive(&mut transcriber, Direction::ToServer, at, &request);
                receive(&mut transcriber, Direction::ToClient, at, &answer);
            }
        });
    });
    group.finish();
}

fn length_body(criterion: &mut Criterion) {
    let head = answer(&format!("Content-Length: {}", READ_BYTES as u64 * READS), "");
    let body = Bytes::from(vec![b'x'; READ_BYTES]);
    large_answer(criterion, "Content-Length body in reads of 64 KiB", &head, &body);
}

fn chunked_body(criterion: &mut Criterion) {
    let head = answer("Transfer-Encoding: chunked", "");
    let chunk = format!("1ff8\r\n{}\r\n", "x".repeat(0x1ff8));
    let body = Bytes::from(chunk.repeat(READ_BYTES / chunk.len()));
    large_answer(criterion, "chunks of 8 KiB in reads of 64 KiB", &head, &body);
}

fn large_answer(criterion: &mut Criterion, name: &str, head: &Bytes, body: &Bytes) {
    let mut group = criterion.benchmark_group("transcribe");
    group.throughput(Throughput::Bytes(body.len() as u64 * READS));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let mut transcriber = Transcriber::http(ConnectionId(0));
            let request = Bytes::from_static(REQUEST.as_bytes());
            receive(&mut transcriber, Direction::ToServer, 0, &request);
            receive(&mut transcriber, Direction::ToClient, 1, head);
            for at in 0..READS {
                receive(&mut transcriber, Direction::ToClient, 2 + at, body);
            }
        });
    });
    group.finish();
}

fn receive(transcriber: &mut Transcriber, direction: Direction, at: u64, bytes: &Bytes) {
    transcriber.receive(direction, Timestamp::from_nanos(at), bytes.clone());
    while let Some(event) = transcriber.poll_event() {
        black_box(event);
    }
}

fn answer(framing: &str, body: &str) -> Bytes {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{framing}\r\n\r\n{body}").into()
}
