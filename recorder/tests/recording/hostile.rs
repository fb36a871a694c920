//! Clients and disks at their worst.

use std::io::{self, Write};
use std::net::TcpListener;

use cassettes::model::{Direction, Protocol};

use crate::harness::{Origin, Peer, Recorded, Recording, answer, patient, plan};

/// What a client says that then ends, and gets back from a server which echoes it all.
fn say(what: &[u8]) -> Recorded {
    let origin = Origin::once(|mut server| {
        let (said, end) = server.rest();
        end.unwrap();
        server.send(answer("heard"));
        said
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(what);
    client.fin();
    let (got, end) = client.rest();
    end.unwrap();
    assert_eq!(got, answer("heard").as_bytes());
    assert!(origin.join() == what, "the server got what the client sent");
    let recorded = recording.finish();
    assert!(recorded.sent(Direction::ToServer).concat() == what, "the cassette has it, too");
    recorded
}

#[test]
fn garbage_is_passed_on_and_recorded_raw() {
    let recorded = say(b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03 not http\r\n\r\n");
    assert_eq!(recorded.exchange().protocol, Protocol::Raw);
    assert_eq!(recorded.summary.degraded, 1);
}

#[test]
fn a_header_of_a_megabyte_passes() {
    let mut head = b"GET / HTTP/1.1\r\nX-Long: ".to_vec();
    head.resize(head.len() + 1_000_000, b'x');
    head.extend(b"\r\n\r\n");
    say(&head);
}

#[test]
fn a_million_headers_pass() {
    let mut head = b"GET / HTTP/1.1\r\n".to_vec();
    head.extend(b"a: b\r\n".repeat(1_000_000));
    head.extend(b"\r\n");
    let recorded = say(&head);
    assert_eq!(recorded.summary.degraded, 1);
}

#[test]
fn a_client_that_dribbles_does_not_hold_up_another() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let recording = Recording::of(listener.local_addr().unwrap());
    let mut dribbler = recording.connect();
    let mut dribbled_on = patient(listener.accept().unwrap().0);
    dribbler.send("GET / HTTP/1.1\r\nX-A:");
    let mut client = recording.connect();
    let mut server = patient(listener.accept().unwrap().0);
    for _ in 0..100 {
        dribbler.send("x");
        client.send("GET / HTTP/1.1\r\n\r\n");
        server.head();
        server.send(answer("quick"));
        client.exactly(answer("quick").len());
    }
    dribbler.fin();
    let (got, _) = dribbled_on.rest();
    assert_eq!(got, [&b"GET / HTTP/1.1\r\nX-A:"[..], &[b'x'; 100]].concat());
    drop((client, server, dribbled_on, dribbler));
    assert_eq!(recording.finish().summary.exchanges, 101);
}

#[test]
fn a_full_disk_is_told_of_at_once_and_traffic_goes_on() {
    let origin = Origin::once(|mut server| {
        for _ in 0..2 {
            server.head();
            server.send(answer("still here"));
        }
        drop(server.rest());
    });
    let recording = Recording::through(plan(origin.address), FullDisk);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(recording.writer.failed());
    let error = recording.writer.error().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    let mut client = recording.connect();
    for _ in 0..2 {
        client.send("GET / HTTP/1.1\r\nHost: p\r\n\r\n");
        client.exactly(answer("still here").len());
    }
    drop(client);
    let (summary, written) = recording.finish_writing();
    assert_eq!(summary.exchanges, 2);
    assert_eq!(written.unwrap_err().kind(), io::ErrorKind::StorageFull);
}

struct FullDisk;

impl Write for FullDisk {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
