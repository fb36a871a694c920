//! Requests a second over loopback: one client on one connection, one after the other, so that each
//! figure is a round trip. `benches/peers/` compares throughput with other servers.

#![expect(clippy::expect_used, reason = "what cannot be set up has no figure")]

#[path = "common/deck.rs"]
mod deck;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tokio_util::sync::CancellationToken;

fn replay(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replay");
    group.throughput(Throughput::Elements(1));
    for (name, len) in [("1 exchange", 1), ("100,000 exchanges", 100_000)] {
        let stop = CancellationToken::new();
        let (address, serving) = serve(len, stop.clone());
        let mut client = TcpStream::connect(address).expect("a connection");
        let mut buffer = vec![0; 64 * 1024];
        let mut n = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                n = (n + 7919) % len;
                client.write_all(deck::by_path(n).as_bytes()).expect("a live server");
                client.read(&mut buffer).expect("an answer")
            });
        });
        drop(client);
        stop.cancel();
        serving.join().expect("a clean end");
    }
    group.finish();
}

fn serve(len: usize, stop: CancellationToken) -> (SocketAddr, std::thread::JoinHandle<()>) {
    let stage = deck::stage(len, deck::by_path);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serve = move || {
        let served = runtime.block_on(replayer::serve(listener, stage, None, stop));
        served.expect("a working listener");
    };
    (address, std::thread::spawn(serve))
}

criterion_group!(benches, replay);
criterion_main!(benches);
