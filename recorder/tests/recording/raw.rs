//! Any protocol, over TCP, TLS and Unix-domain sockets.

use std::os::unix::net::UnixListener;

use cassettes::model::{Direction, How, Protocol, Side, Transport};
use recorder::RecordPlan;

use crate::harness::{Origin, Peer, Recorded, Recording};
use crate::secure::Authorities;

/// A client of a server that greets first.
fn talk(plan: RecordPlan) -> Recorded {
    let recording = Recording::with(plan);
    let mut client = recording.connect();
    assert_eq!(client.exactly(6), b"hello\n");
    client.send("\x16\x03 not TLS");
    client.fin();
    let (got, end) = client.rest();
    end.unwrap();
    assert_eq!(got, b"bye\n");
    recording.finish()
}

fn assert_talk(recorded: &Recorded) {
    let exchange = recorded.exchange();
    assert_eq!(exchange.protocol, Protocol::Raw);
    assert_eq!(exchange.bytes(Direction::ToServer), "\x16\x03 not TLS");
    assert_eq!(exchange.bytes(Direction::ToClient), "hello\nbye\n");
    assert_eq!(recorded.closes(0), [(Side::Client, How::Fin), (Side::Server, How::Fin)]);
    assert_eq!(recorded.summary.degraded, 0);
}

fn greet(mut server: impl Peer) {
    server.send("hello\n");
    server.rest().1.unwrap();
    server.send("bye\n");
    server.fin();
}

#[test]
fn a_tcp_server_may_speak_first() {
    let origin = Origin::once(greet);
    let plan = RecordPlan::new(format!("tcp://{}", origin.address).parse().unwrap());
    let recorded = talk(plan);
    assert_talk(&recorded);
    assert_eq!(recorded.connection(0).upstream, format!("tcp://{}", origin.address));
    origin.join();
}

#[test]
fn a_tls_server_is_spoken_to_plainly() {
    let authorities = Authorities::new();
    let theirs = authorities.clone();
    let origin = Origin::once(move |socket| greet(theirs.server(socket, &[])));
    let recorded = talk(authorities.reverse("tls", origin.address));
    assert_talk(&recorded);
    assert!(recorded.connection(0).upstream_tls.is_some());
    origin.join();
}

#[test]
fn a_unix_socket_is_reached_by_tcp() {
    let path = std::env::temp_dir().join(format!("retape-raw-{}.sock", std::process::id()));
    let listener = UnixListener::bind(&path).unwrap();
    let server = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let mut server = listener.accept().unwrap().0;
        server.write_all(b"hello\n").unwrap();
        server.read_to_end(&mut Vec::new()).unwrap();
        server.write_all(b"bye\n").unwrap();
    });
    let recorded = talk(RecordPlan::new(format!("unix://{}", path.display()).parse().unwrap()));
    server.join().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_talk(&recorded);
    assert_eq!(recorded.connection(0).transport, Transport::Unix);
}
