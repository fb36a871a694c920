//! Recording beside a plain relay and no relay at all, over loopback: the time of one small
//! exchange (added latency), and large bodies a second (throughput). Compare within one run.

#![expect(clippy::expect_used, reason = "what cannot be set up has no figure")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

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

criterion_group!(benches, added_latency, throughput);
criterion_main!(benches);

fn added_latency(criterion: &mut Criterion) {
    compare(criterion, "record/one exchange of 1 KiB", 1024);
}

fn throughput(criterion: &mut Criterion) {
    compare(criterion, "record/one answer of 1 MiB", 1024 * 1024);
}

/// The same requests to an origin: directly, through a relay, through the recorder.
fn compare(criterion: &mut Criterion, name: &str, body_bytes: usize) {
    let runtime = Runtime::new().expect("a runtime");
    let answer = answer(body_bytes);
    let origin = runtime.block_on(origin(answer.clone()));
    let relay = runtime.block_on(relay(origin));
    let directory = tempfile::tempdir().expect("a directory");
    let cassette = std::fs::File::create(directory.path().join("bench.cassette")).expect("a file");
    let (recorder, writer) = runtime.block_on(recorder(origin, cassette));

    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(answer.len() as u64));
    for (way, address) in [("direct", origin), ("relayed", relay), ("recorded", recorder)] {
        let mut client = TcpStream::connect(address).expect("a connection");
        client.set_nodelay(true).expect("a socket");
        let mut received = vec![0; answer.len()];
        group.bench_function(way, |bencher| {
            bencher.iter(|| {
                client.write_all(REQUEST).expect("a server");
                client.read_exact(&mut received).expect("an answer");
            });
        });
    }
    group.finish();
    drop(runtime);
    writer.finish().expect("a whole cassette");
}

fn answer(body_bytes: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {body_bytes}\r\n\r\n");
    [head.into_bytes(), vec![b'x'; body_bytes]].concat()
}

/// Answers each request, which it takes to come in a read of its own.
async fn origin(answer: Vec<u8>) -> SocketAddr {
    let listener = net::TcpListener::bind(ANY_PORT).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (answer, mut request) = (answer.clone(), [0; 1024]);
            tokio::spawn(async move {
                while client.read(&mut request).await.is_ok_and(|length| length > 0) {
                    if client.write_all(&answer).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    address
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
