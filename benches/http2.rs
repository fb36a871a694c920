//! HTTP/2 on its way: header blocks read and written (megabytes of names and values), and bodies in frames
//! through the passive reader and the rewriter.

#![expect(clippy::expect_used, reason = "what cannot be set up has no figure")]

use std::hint::black_box;

use bytes::Bytes;
use cassettes::model::Direction;
use cassettes::wire::http2::hpack::{Decoder, Encoder, Field, encode_standalone};
use cassettes::wire::http2::rewrite::Rewriter;
use cassettes::wire::http2::{Frame, PREFACE, Standalone, compose};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};

const READ_BYTES: usize = 64 * 1024;
const BODY_BYTES: usize = 16 * 1024 * 1024;

criterion_group!(benches, header_blocks, bodies);
criterion_main!(benches);

fn header_blocks(criterion: &mut Criterion) {
    let fields = request();
    let text: usize = fields.iter().map(|field| field.name.len() + field.value.len()).sum();
    let mut group = criterion.benchmark_group("http2/header blocks");
    group.throughput(Throughput::Bytes(text as u64));
    let first = Encoder::new().encode(&fields);
    group.bench_function("read a connection's first", |bencher| {
        bencher.iter(|| Decoder::passive().decode(black_box(&first)).expect("a sound block"));
    });
    group.bench_function("write a connection's first", |bencher| {
        bencher.iter(|| Encoder::new().encode(black_box(&fields)));
    });
    repeated(&mut group, &fields);
    group.bench_function("write one that stands alone", |bencher| {
        bencher.iter(|| encode_standalone(black_box(&fields)));
    });
    group.finish();
}

/// Blocks whose fields are all in the table but the path.
fn repeated(group: &mut BenchmarkGroup<'_, criterion::measurement::WallTime>, fields: &[Field]) {
    let (mut encoder, mut decoder) = (Encoder::new(), Decoder::passive());
    decoder.decode(&encoder.encode(fields)).expect("a sound block");
    let later = encoder.encode(fields);
    group.bench_function("read a later one", |bencher| {
        bencher.iter(|| decoder.decode(black_box(&later)).expect("a sound block"));
    });
    group.bench_function("write a later one", |bencher| {
        bencher.iter(|| encoder.encode(black_box(fields)));
    });
}

fn bodies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("http2/bodies in frames of 16 KiB");
    group.throughput(Throughput::Bytes(BODY_BYTES as u64));
    let reads = upload();
    group.bench_function("read passively", |bencher| {
        bencher.iter(|| {
            let mut reader = Standalone::new(Direction::ToServer);
            for read in &reads {
                reader.receive(read);
                while let Some(piece) = reader.poll() {
                    black_box(piece.expect("sound frames"));
                }
            }
        });
    });
    group.bench_function("rewritten", |bencher| {
        bencher.iter(|| {
            let mut rewriter = Rewriter::origin("https://api.example", "http://localhost");
            for read in &reads {
                let mut out = |bytes| drop(black_box::<Bytes>(bytes));
                rewriter.advance(Direction::ToServer, read, &mut out).expect("sound frames");
            }
        });
    });
    group.finish();
}

/// A client that uploads, in reads.
fn upload() -> Vec<Bytes> {
    let mut wire = PREFACE.to_vec();
    wire.extend(compose::settings(&[]).encode());
    wire.extend(compose::headers(1, Encoder::new().encode(&request()), false).encode());
    let data = compose::data(1, vec![b'x'; 16 * 1024].into(), false);
    wire.extend((0..BODY_BYTES / data.payload.len()).flat_map(|_| Frame::encode(&data)));
    wire.chunks(READ_BYTES).map(Bytes::copy_from_slice).collect()
}

/// What a browser says.
fn request() -> Vec<Field> {
    [
        (":method", "GET"),
        (":authority", "www.example.com"),
        (":scheme", "https"),
        (":path", "/static/js/main.8f14e45f.js?v=20261121"),
        ("sec-ch-ua", "\"Chromium\";v=\"141\", \"Not?A_Brand\";v=\"8\""),
        ("sec-ch-ua-platform", "\"Linux\""),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"),
        ("accept", "*/*"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "no-cors"),
        ("referer", "https://www.example.com/account/settings"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("accept-language", "en-GB,en;q=0.9"),
        ("cookie", "session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes"),
    ]
    .map(|(name, value)| Field::new(name, value))
    .to_vec()
}
