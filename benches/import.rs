//! Importing a capture: how fast its file is read, taken apart, and put together into connections.

#![expect(clippy::expect_used, reason = "what cannot be set up has no figure")]

use std::io::Cursor;
use std::net::SocketAddr;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use recorder::capture::{CaptureFile, Captured, Packet, UnixNanos};
use recorder::packet::{Options, Segment, TcpFlags, Unwrapper};
use recorder::tcp::{Limits, Reassembler, TcpEvent};

criterion_group!(benches, large, short, single_bytes);
criterion_main!(benches);

/// A few downloads: what is left to do is copying.
fn large(criterion: &mut Criterion) {
    stages(criterion, "import/16 answers of 16 MiB", &capture(16, 16 << 20));
}

/// As many packets a connection as a small page takes: what is left to do is finding connections.
fn short(criterion: &mut Criterion) {
    stages(criterion, "import/20,000 answers of 9 kB", &capture(20_000, 9300));
}

/// A million segments of a byte each, backwards: each is held, then given up or told.
fn single_bytes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("import/a million segments of a byte");
    group.throughput(Throughput::Elements(1_000_000)).sample_size(10);
    group.bench_function("in order", |bencher| {
        bencher.iter(|| reassemble((0..1_000_000).map(byte)));
    });
    group.bench_function("backwards", |bencher| {
        bencher.iter(|| reassemble((0..1_000_000).rev().map(byte)));
    });
}

/// Each includes the one before it.
fn stages(criterion: &mut Criterion, name: &str, file: &Bytes) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(file.len() as u64)).sample_size(10);
    group.bench_function("capture", |bencher| {
        bencher.iter(|| packets(file).map(|packet| packet.data.len()).sum::<usize>());
    });
    group.bench_function("packet", |bencher| {
        bencher.iter(|| segments(file).map(|segment| segment.payload.len()).sum::<usize>());
    });
    group.bench_function("tcp", |bencher| bencher.iter(|| reassemble(segments(file))));
    group.finish();
}

fn capture(connections: usize, body: usize) -> Bytes {
    let mut file = Vec::new();
    bench_servers::capture::write(connections, body, &mut file).expect("memory to write to");
    Bytes::from(file)
}

fn packets(file: &Bytes) -> impl Iterator<Item = Packet> {
    let file = CaptureFile::new(Cursor::new(file.clone())).expect("a capture");
    file.filter_map(|captured| match captured.expect("a sound capture") {
        Captured::Packet(packet) => Some(packet),
        _ => None,
    })
}

fn segments(file: &Bytes) -> impl Iterator<Item = Segment> {
    let mut unwrapper = Unwrapper::new(Options::default());
    packets(file).filter_map(move |packet| unwrapper.receive(packet))
}

/// How many bytes of data there were.
fn reassemble(segments: impl Iterator<Item = Segment>) -> usize {
    let mut reassembler = Reassembler::new(Limits::default(), Vec::new());
    let mut sum = 0;
    for segment in segments {
        reassembler.receive(segment);
        sum += told(&mut reassembler);
    }
    reassembler.finish();
    sum + told(&mut reassembler)
}

fn told(reassembler: &mut Reassembler) -> usize {
    let events = std::iter::from_fn(|| reassembler.poll());
    let length = |event| if let TcpEvent::Data { bytes, .. } = event { bytes.len() } else { 0 };
    events.map(length).sum()
}

fn byte(offset: u32) -> Segment {
    Segment {
        at: UnixNanos(offset.into()),
        source: SocketAddr::from(([10, 0, 0, 2], 50_000)),
        destination: SocketAddr::from(([10, 0, 0, 1], 80)),
        seq: offset,
        ack: 0,
        flags: TcpFlags::ACK,
        window: 0,
        payload: Bytes::from_static(b"x"),
        cut: 0,
        packet: 1,
    }
}
