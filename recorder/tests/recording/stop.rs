//! How a recording ends.

use cassettes::model::Direction;

use crate::harness::{Origin, Peer, Recording, answer, plan};
use crate::secure::Authorities;

const GET: &str = "GET / HTTP/1.1\r\nHost: p\r\n\r\n";

#[test]
fn an_idle_connection_is_closed_and_recorded_as_still_open() {
    let origin = Origin::once(|mut server| {
        server.head();
        server.send(answer("ok"));
        server.rest().1.unwrap();
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(GET);
    client.exactly(answer("ok").len());
    let recorded = recording.finish();
    assert!(client.rest().1.is_ok());
    origin.join();
    assert_eq!(recorded.closes(0), []);
    assert_eq!(recorded.sent(Direction::ToClient), [answer("ok")]);
}

#[test]
fn an_exchange_that_is_under_way_may_finish() {
    let origin = Origin::once(|mut server| {
        server.head();
        server.send(&answer("slow")[..20]);
        assert_eq!(server.exactly(1), b"!");
        server.send(&answer("slow")[20..]);
        drop(server.rest());
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(GET);
    client.exactly(20);
    recording.stop();
    // Once nobody is accepted any more, the recording is winding down.
    while std::net::TcpStream::connect(recording.address).is_ok() {
        std::thread::yield_now();
    }
    client.send("!");
    client.exactly(answer("slow").len() - 20);
    drop(client);
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.sent(Direction::ToClient)[0], answer("slow"));
}

#[test]
fn an_exchange_that_does_not_finish_is_recorded_as_far_as_it_came() {
    let origin = Origin::once(|mut server| {
        server.head();
        server.send(&answer("never")[..20]);
        drop(server.rest());
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(GET);
    client.exactly(20);
    let recorded = recording.finish();
    assert_eq!(recorded.sent(Direction::ToClient), [&answer("never")[..20]]);
    origin.join();
}

#[test]
fn a_client_over_the_limit_waits_until_another_has_gone() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut plan = plan(listener.local_addr().unwrap());
    plan.max_connections = 1;
    let server = std::thread::spawn(move || {
        for number in 1..=2 {
            let mut server = listener.accept().unwrap().0;
            server.head();
            server.send(answer(&number.to_string()));
            drop(server.rest());
        }
    });
    let recording = Recording::with(plan);
    let mut first = recording.connect();
    let mut second = recording.connect();
    second.send(GET);
    first.send(GET);
    assert!(first.exactly(answer("1").len()).ends_with(b"1"));
    first.fin();
    assert!(second.exactly(answer("2").len()).ends_with(b"2"));
    drop((first, second));
    server.join().unwrap();
    assert_eq!(recording.finish().summary.connections, 2);
}

#[test]
fn a_handshake_that_the_server_leaves_unanswered_is_recorded_when_the_recording_stops() {
    let authorities = Authorities::new();
    let (heard, told) = std::sync::mpsc::channel();
    let origin = Origin::once(move |mut server| {
        server.exactly(1);
        heard.send(()).unwrap();
        drop(server.rest());
    });
    let recording = Recording::with(authorities.reverse("https", origin.address));
    let mut client = authorities.client(recording.connect(), &[]);
    client.conn.write_tls(&mut client.sock).unwrap();
    told.recv().unwrap();
    let recorded = recording.finish();
    assert_eq!(recorded.connection(0).tls.as_ref().unwrap().sni, "localhost");
    assert_eq!(recorded.closes(0), []);
    origin.join();
}
