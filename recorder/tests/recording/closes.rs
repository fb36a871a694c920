//! Ends are passed on as they are, in order, after what came before them.

use cassettes::model::{Direction, How, Side};

use crate::harness::{Origin, Peer, Recording, answer, assert_reset};

const POST: &str = "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\n12345";
const CLIENT_FIN: (Side, How) = (Side::Client, How::Fin);
const SERVER_FIN: (Side, How) = (Side::Server, How::Fin);

#[test]
fn a_client_that_half_closes_still_gets_its_answer() {
    let origin = Origin::once(|mut server| {
        let (request, end) = server.rest();
        end.unwrap();
        server.send(answer("late"));
        request
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(POST);
    client.fin();
    let (got, end) = client.rest();
    end.unwrap();
    assert_eq!(got, answer("late").as_bytes());
    assert_eq!(origin.join(), POST.as_bytes());
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [CLIENT_FIN, SERVER_FIN]);
    assert_eq!(recorded.sent(Direction::ToClient), [answer("late")]);
}

#[test]
fn a_server_that_half_closes_still_gets_the_rest_of_the_request() {
    let origin = Origin::once(|mut server| {
        server.exactly(POST.len() - 2);
        server.send(answer("early"));
        server.fin();
        let (rest, end) = server.rest();
        end.unwrap();
        rest
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    let (first, rest) = POST.split_at(POST.len() - 2);
    client.send(first);
    let (got, end) = client.rest();
    end.unwrap();
    assert_eq!(got, answer("early").as_bytes());
    client.send(rest);
    client.fin();
    assert_eq!(origin.join(), rest.as_bytes());
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [SERVER_FIN, CLIENT_FIN]);
    assert_eq!(recorded.sent(Direction::ToServer), [POST]);
}

#[test]
fn a_servers_reset_reaches_the_client_after_the_bytes_before_it() {
    let origin = Origin::once(|mut server| {
        server.exactly(POST.len());
        server.send(&answer("cut in the middle")[..50]);
        assert_eq!(server.exactly(1), b"!", "the client has all of it");
        server.rst();
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(POST);
    assert_eq!(client.exactly(50), &answer("cut in the middle").as_bytes()[..50]);
    client.send("!");
    assert_reset(&client.rest().1);
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [(Side::Server, How::Reset)]);
    let got = recorded.sent(Direction::ToClient).concat();
    assert_eq!(got, &answer("cut in the middle").as_bytes()[..50]);
}

#[test]
fn a_reset_does_not_overtake_what_a_slow_client_has_yet_to_read() {
    const MUCH: usize = 4 << 20;
    let origin = Origin::once(|mut server| {
        server.exactly(POST.len());
        server.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
        server.send(vec![b'x'; MUCH]);
        server.rst();
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(POST);
    origin.join();
    let (got, end) = client.rest();
    assert_reset(&end);
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [(Side::Server, How::Reset)]);
    let said = recorded.sent(Direction::ToClient).concat();
    assert!(!got.is_empty());
    assert_eq!(got.len(), said.len(), "the client has all that was recorded");
}

#[test]
fn a_clients_reset_reaches_the_server() {
    let origin = Origin::once(|mut server| {
        server.exactly(POST.len());
        server.send(&answer("unwanted")[..20]);
        server.rest()
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(POST);
    client.exactly(20);
    client.rst();
    assert_reset(&origin.join().1);
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [(Side::Client, How::Reset)]);
}

#[test]
fn a_client_that_resets_while_the_server_sends_much_stops_the_server() {
    let origin = Origin::once(|mut server| {
        use std::io::Write;
        server.exactly(POST.len());
        let piece = vec![b'x'; 1 << 16];
        while server.write_all(&piece).is_ok() {}
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(POST);
    client.exactly(1 << 20);
    client.rst();
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [(Side::Client, How::Reset)]);
}

#[test]
fn an_answer_to_a_request_that_the_server_does_not_read_still_arrives() {
    let origin = Origin::once(|mut server| {
        server.exactly(20);
        server.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n");
        // Unread bytes turn this close into a reset.
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send("POST / HTTP/1.1\r\nContent-Length: 50000000\r\n\r\n");
    client.send([b'x'; 10_000]);
    let got = client.head();
    assert!(got.starts_with("HTTP/1.1 413"));
    assert_reset(&client.rest().1);
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0).last(), Some(&(Side::Server, How::Reset)));
}

#[test]
fn an_answer_that_only_the_servers_close_ends_is_whole() {
    const UNTIL_CLOSE: &str = "HTTP/1.1 200 OK\r\n\r\nas long as it takes";
    let origin = Origin::once(|mut server| {
        server.exactly(POST.len());
        server.send(UNTIL_CLOSE);
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(POST);
    let (got, end) = client.rest();
    end.unwrap();
    assert_eq!(got, UNTIL_CLOSE.as_bytes());
    client.fin();
    drop(client);
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.closes(0), [SERVER_FIN, CLIENT_FIN]);
    assert_eq!(recorded.sent(Direction::ToClient), [UNTIL_CLOSE]);
}
