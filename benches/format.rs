//! The cassette file: writing while traffic flows, opening, reading one exchange.

#![expect(clippy::expect_used, reason = "what cannot be set up has no figure")]

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use cassettes::format::{ConnectionJournal, Journal, Reader};
use cassettes::model::{
    Chunk, Connection, ConnectionId, Direction, ExchangeId, ExchangeSummary, Header, Protocol,
    RequestKeys, TapeEvent, Timestamp,
};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const REQUEST_BYTES: usize = 300;
const ANSWER_BYTES: usize = 1200;

criterion_group!(benches, opening, reading, writing_small, writing_large);
criterion_main!(benches);

fn opening(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("format/open");
    for exchanges in [10, 100_000] {
        let file = recording(exchanges);
        group.bench_function(exchanges.to_string(), |bencher| {
            bencher.iter(|| Reader::open(black_box(file.clone())).expect("a sound file"));
        });
    }
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let reader = Reader::open(recording(1000)).expect("a sound file");
    let mut n = 0;
    criterion.bench_function("format/read one exchange of 1.5 kB", |bencher| {
        bencher.iter(|| {
            n = (n + 1) % reader.len();
            reader.exchange(n).expect("a sound exchange")
        });
    });
}

fn writing_small(criterion: &mut Criterion) {
    const EXCHANGES: u32 = 1000;
    let mut group = criterion.benchmark_group("format/write");
    group.throughput(Throughput::Elements(EXCHANGES.into()));
    let journal = Journal::create(&Header::default());
    let mut connection = journal.connection(Connection::opened_at(Timestamp::ZERO));
    let (request, answer) = messages();
    let mut ordinal = 0;
    let mut pending = Vec::new();
    group.bench_function("1,000 exchanges of 1.5 kB", |bencher| {
        bencher.iter(|| {
            for _ in 0..EXCHANGES {
                exchange(&mut connection, ordinal, &request, &answer);
                ordinal += 1;
            }
            pending.clear();
            journal.take_pending(&mut pending)
        });
    });
    group.finish();
}

fn writing_large(criterion: &mut Criterion) {
    const CHUNKS: usize = 256;
    const CHUNK_BYTES: usize = 64 * 1024;
    let mut group = criterion.benchmark_group("format/write");
    group.throughput(Throughput::Bytes((CHUNKS * CHUNK_BYTES) as u64));
    let chunk = Bytes::from(vec![7; CHUNK_BYTES]);
    group.bench_function("one answer of 16 MiB, in reads of 64 KiB", |bencher| {
        bencher.iter_batched(
            || Journal::create(&Header::default()),
            |journal| {
                let mut connection = journal.connection(Connection::opened_at(Timestamp::ZERO));
                let mut pending = Vec::new();
                for at in 0..CHUNKS as u64 {
                    record(&mut connection, 0, Direction::ToClient, at, &chunk);
                    journal.take_pending(&mut pending);
                }
                pending
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// A finished file of this many small exchanges, over 100 connections.
fn recording(exchanges: u32) -> Bytes {
    const CONNECTIONS: u32 = 100;
    let journal = Journal::create(&Header::default());
    let open = |_| journal.connection(Connection::opened_at(Timestamp::ZERO));
    let mut connections: Vec<_> = (0..CONNECTIONS).map(open).collect();
    let (request, answer) = messages();
    for n in 0..exchanges {
        let connection = connections.get_mut((n % CONNECTIONS) as usize).expect("in range");
        exchange(connection, n, &request, &answer);
    }
    drop(connections);
    journal.finish();
    let mut pending = Vec::new();
    journal.take_pending(&mut pending);
    let mut file = BytesMut::new();
    for bytes in pending {
        file.extend_from_slice(&bytes);
    }
    file.freeze()
}

fn messages() -> (Bytes, Bytes) {
    (Bytes::from(vec![b'q'; REQUEST_BYTES]), Bytes::from(vec![b'a'; ANSWER_BYTES]))
}

fn exchange(connection: &mut ConnectionJournal, ordinal: u32, request: &Bytes, answer: &Bytes) {
    let at = u64::from(ordinal) * 1000;
    record(connection, ordinal, Direction::ToServer, at, request);
    record(connection, ordinal, Direction::ToClient, at + 500, answer);
    let summary = ExchangeSummary {
        protocol: Protocol::Http1,
        keys: RequestKeys { request: u64::from(ordinal) << 32 | 7, body: 0 },
        complete: true,
        request_first: true,
        degraded: None,
    };
    connection.record(TapeEvent::Done { exchange: id(ordinal), summary });
}

fn record(
    connection: &mut ConnectionJournal,
    ordinal: u32,
    direction: Direction,
    at: u64,
    bytes: &Bytes,
) {
    let chunk = Chunk { direction, at: Timestamp::from_nanos(at), bytes: bytes.clone() };
    connection.record(TapeEvent::Chunk { exchange: id(ordinal), chunk });
}

fn id(ordinal: u32) -> ExchangeId {
    ExchangeId { connection: ConnectionId(0), ordinal }
}
