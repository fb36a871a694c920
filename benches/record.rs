//! Recording beside a plain relay and no relay at all, over loopback: the time of one small
//! exchange (added latency), until the first bytes of a streamed answer, and large bodies a second
//! (throughput). Compare within one run.

#![expect(clippy::expect_used, reason = "what cannot be set up has no figure")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use cassettes::format::Journal;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use recorder::{Clock, RecordPlan, record, spawn_writer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional_with_sizes};
use tokio::net;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

const REQUEST: &[u8] = b"GET /users/7 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";
const RELAY_BUFFER_BYTES: usize = 64 * 1024;
const ANY_PORT: &str = "127.0.0.1:0";

/// Between the pieces of a streamed answer.
const GAP: Duration = Duration::from_millis(2);

criterion_group!(benches, added_latency, first_bytes, throughput);
criterion_main!(benches);

fn added_latency(criterion: &mut Criterion) {
    compare(criterion, "record/one exchange of 1 KiB", 1024);
}

fn throughput(criterion: &mut Criterion) {
    compare(criterion, "record/one answer of 1 MiB", 1024 * 1024);
}

/// The time until the first event of a stream is there, whose second comes later.
fn first_bytes(criterion: &mut Criterion) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                Transfer-Encoding: chunked\r\n\r\n8\r\ndata: 1\n\r\n";
    let pieces = vec![head.into(), b"8\r\ndata: 2\n\r\n0\r\n\r\n".to_vec()];
    let (mut first, mut rest) = (vec![0; head.len()], vec![0; pieces.concat().len() - head.len()]);
    let setting = Setting::new(pieces);
    let mut group = criterion.benchmark_group("record/first event of a stream");
    for (way, mut client) in setting.clients() {
        group.bench_function(way, |bencher| {
            bencher.iter_custom(|times| {
                let mut waited = Duration::ZERO;
                for _ in 0..times {
                    let asked = Instant::now();
                    client.write_all(REQUEST).expect("a server");
                    client.read_exact(&mut first).expect("an event");
                    waited += asked.elapsed();
                    client.read_exact(&mut rest).expect("another");
                }
                waited
            });
        });
    }
    group.finish();
    setting.end();
}

/// The same requests to an origin: directly, through a relay, through the recorder.
fn compare(criterion: &mut Criterion, name: &str, body_bytes: usize) {
    let answer = answer(body_bytes);
    let mut received = vec![0; answer.len()];
    let setting = Setting::new(vec![answer]);
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(received.len() as u64));
    for (way, mut client) in setting.clients() {
        group.bench_function(way, |bencher| {
            bencher.iter(|| {
                client.write_all(REQUEST).expect("a server");
                client.read_exact(&mut received).expect("an answer");
            });
        });
    }
    group.finish();
    setting.end();
}

/// An origin, and the ways to it.
struct Setting {
    runtime: Runtime,
    ways: [(&'static str, SocketAddr); 3],
    writer: recorder::Writer,
    /// Where the recording is.
    _directory: tempfile::TempDir,
}

impl Setting {
    /// An answer comes in these pieces.
    fn new(pieces: Vec<Vec<u8>>) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let origin = runtime.block_on(origin(pieces));
        let relay = runtime.block_on(relay(origin));
        let directory = tempfile::tempdir().expect("a directory");
        let cassette = std::fs::File::create(directory.path().join("bench.cassette"));
        let (recorder, writer) = runtime.block_on(recorder(origin, cassette.expect("a file")));
        let ways = [("direct", origin), ("relayed", relay), ("recorded", recorder)];
        Self { runtime, ways, writer, _directory: directory }
    }

    fn clients(&self) -> [(&'static str, TcpStream); 3] {
        self.ways.map(|(way, address)| {
            let client = TcpStream::connect(address).expect("a connection");
            client.set_nodelay(true).expect("a socket");
            (way, client)
        })
    }

    fn end(self) {
        drop(self.runtime);
        self.writer.finish().expect("a whole cassette");
    }
}

fn answer(body_bytes: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {body_bytes}\r\n\r\n");
    [head.into_bytes(), vec![b'x'; body_bytes]].concat()
}

/// Answers each request, which it takes to come in a read of its own.
async fn origin(pieces: Vec<Vec<u8>>) -> SocketAddr {
    let listener = net::TcpListener::bind(ANY_PORT).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let pieces = pieces.clone();
            tokio::spawn(async move { answer_all(&mut client, &pieces).await });
        }
    });
    address
}

async fn answer_all(client: &mut net::TcpStream, pieces: &[Vec<u8>]) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut request = [0; 1024];
    while client.read(&mut request).await? > 0 {
        for (n, piece) in pieces.iter().enumerate() {
            if n > 0 {
                tokio::time::sleep(GAP).await;
            }
            client.write_all(piece).await?;
        }
    }
    Ok(())
}

async fn relay(to: SocketAddr) -> SocketAddr {
    let listener = net::TcpListener::bind(ANY_PORT).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut server = net::TcpStream::connect(to).await?;
                client.set_nodelay(true)?;
                server.set_nodelay(true)?;
                let size = RELAY_BUFFER_BYTES;
                copy_bidirectional_with_sizes(&mut client, &mut server, size, size).await
            });
        }
    });
    address
}

async fn recorder(to: SocketAddr, cassette: std::fs::File) -> (SocketAddr, recorder::Writer) {
    let listener = net::TcpListener::bind(ANY_PORT).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let plan = RecordPlan::new(format!("http://{to}").parse().expect("an upstream"));
    let journal = Journal::create(&cassettes::model::Header::default());
    let writer = spawn_writer(journal.clone(), cassette).expect("a thread");
    tokio::spawn(record(listener, plan, journal, Clock::start(), CancellationToken::new()));
    (address, writer)
}
