//! Much of everything, in bounded memory.

use std::io::{self, Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use cassettes::model::Direction;
use recorder::MAX_PENDING_BYTES;

use crate::harness::{Origin, Peer, Recording, answer, plan};

const MIB: usize = 1 << 20;

#[test]
fn both_sides_may_send_much_at_once_without_reading() {
    let much = 8 * MIB;
    let origin = Origin::once(move |mut server| {
        let mut reading = server.try_clone().unwrap();
        let read = thread::spawn(move || reading.exactly(much));
        server.send(vec![b's'; much]);
        server.fin();
        read.join().unwrap()
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    let mut reading = client.try_clone().unwrap();
    // Not HTTP, so that both may talk at any time.
    client.send(b"\x00");
    client.send(vec![b'c'; much - 1]);
    assert_eq!(reading.exactly(much), vec![b's'; much]);
    assert_eq!(origin.join()[1..], vec![b'c'; much - 1]);
    client.fin();
    drop((client, reading));
    let recorded = recording.finish();
    let total = |direction| recorded.sent(direction).iter().map(bytes::Bytes::len).sum::<usize>();
    assert_eq!((total(Direction::ToServer), total(Direction::ToClient)), (much, much));
}

#[test]
fn a_large_body_each_way_is_recorded_verbatim() {
    let body: Vec<u8> = (0..MIB).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
    let (sent, expected) = (body.clone(), body.clone());
    let origin = Origin::once(move |mut server| {
        server.head();
        let body = server.exactly(MIB);
        server.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {MIB}\r\n\r\n"));
        server.send(&sent);
        drop(server.rest());
        body
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(format!("POST / HTTP/1.1\r\nHost: p\r\nContent-Length: {MIB}\r\n\r\n"));
    client.send(&body);
    client.head();
    assert_eq!(client.exactly(MIB), expected);
    client.fin();
    assert!(client.rest().1.is_ok());
    assert_eq!(origin.join(), expected);
    let recorded = recording.finish();
    for direction in [Direction::ToServer, Direction::ToClient] {
        assert!(recorded.sent(direction)[0].ends_with(&expected));
    }
    assert_eq!(recorded.summary.degraded, 0);
}

#[test]
fn thousands_of_exchanges_on_one_connection_are_told_apart() {
    const COUNT: usize = 2_000;
    let origin = Origin::once(move |mut server| {
        let mut heads = String::new();
        for number in 0..COUNT {
            heads.clear();
            heads.push_str(&server.head());
            server.send(answer(&format!("{number:04}")));
        }
        drop(server.rest());
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    for number in 0..COUNT {
        client.send(format!("GET /{number:04} HTTP/1.1\r\nHost: p\r\n\r\n"));
        client.exactly(answer("0000").len());
    }
    client.fin();
    assert!(client.rest().1.is_ok());
    let recorded = recording.finish();
    for (number, exchange) in recorded.cassette.exchanges().iter().enumerate() {
        let path = format!("GET /{number:04} ");
        assert!(exchange.bytes(Direction::ToServer).starts_with(path.as_bytes()));
        assert!(exchange.bytes(Direction::ToClient).ends_with(format!("{number:04}").as_bytes()));
    }
    assert_eq!(recorded.cassette.exchanges().len(), COUNT);
}

#[test]
fn connections_wait_for_a_writer_that_falls_behind() {
    let much = usize::try_from(MAX_PENDING_BYTES).unwrap() + 32 * MIB;
    let origin = Origin::once(move |mut server| {
        server.head();
        server.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {much}\r\n\r\n"));
        let piece = vec![b'x'; MIB];
        (0..much / MIB).for_each(|_| server.send(&piece));
    });
    let gate = Gate::default();
    let recording = Recording::through(plan(origin.address), gate.clone());
    let mut client = recording.connect();
    client.send("GET / HTTP/1.1\r\nHost: p\r\n\r\n");
    client.head();
    let journal = recording.journal.clone();
    let opener = thread::spawn(move || {
        while journal.pending_bytes() <= MAX_PENDING_BYTES {
            thread::yield_now();
        }
        gate.open();
    });
    let mut got = 0;
    let mut piece = vec![0; MIB];
    while got < much {
        got += client.read(&mut piece).unwrap();
        let pending = recording.journal.pending_bytes();
        assert!(pending <= MAX_PENDING_BYTES + 2 * MIB as u64, "{pending} bytes are pending");
    }
    opener.join().unwrap();
    drop(client);
    origin.join();
    let (_, written) = recording.finish_writing();
    assert!(written.unwrap() > much as u64);
}

/// A sink that takes nothing until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let open = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(open, |open| !*open).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
