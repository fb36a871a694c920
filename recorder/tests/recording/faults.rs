//! What faults do to sockets: of a client, and of the server that it does not hear any more.

use std::io::{self, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use cassettes::fault::FaultSet;
use cassettes::model::Direction;
use recorder::{Entry, FaultEvent, Faults, RecordPlan};

use crate::harness::{Origin, Peer, Recording, answer, assert_reset, plan};
use crate::secure::Authorities;

const GET: &str = "GET /users HTTP/1.1\r\nHost: a\r\n\r\n";

fn faults(sentences: &[&str]) -> (Faults, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let into = told.clone();
    let tell = move |event: &FaultEvent| into.lock().unwrap().push(event.to_string());
    let all = sentences.iter().map(|sentence| sentence.parse().unwrap()).collect();
    (Faults::new(FaultSet::new(all, 1), tell), told)
}

fn broken(upstream: SocketAddr, sentences: &[&str]) -> RecordPlan {
    RecordPlan { faults: Some(faults(sentences).0.hearing_out()), ..plan(upstream) }
}

fn raw(upstream: SocketAddr, sentences: &[&str]) -> RecordPlan {
    let to = format!("tcp://{upstream}").parse().unwrap();
    RecordPlan { faults: Some(faults(sentences).0), ..RecordPlan::new(to) }
}

/// Answers every request on every connection, until its thread is forgotten.
fn answering(body: &'static str) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            thread::spawn(move || serve(client.unwrap(), body));
        }
    });
    address
}

fn serve(mut client: TcpStream, body: &str) {
    use std::io::{Read as _, Write as _};
    let mut bytes = [0; 4096];
    while client.read(&mut bytes).is_ok_and(|count| count > 0) {
        if client.write_all(answer(body).as_bytes()).is_err() {
            return;
        }
    }
}

#[test]
fn a_reset_is_seen_as_a_reset_after_exactly_the_bytes_before_it() {
    for at in [0, 1, 17, 38, 50] {
        let upstream = answering("twelve bytes");
        let recording = Recording::with(broken(upstream, &[&format!("reset at byte {at}")]));
        let mut client = recording.connect();
        client.send(GET);
        let (got, end) = client.rest();
        assert_reset(&end);
        assert_eq!(got, &answer("twelve bytes").as_bytes()[..at]);
        let recorded = recording.finish();
        assert_eq!(recorded.sent(Direction::ToClient), [answer("twelve bytes")]);
    }
}

#[test]
fn a_reset_that_drops_what_precedes_it_is_seen_before_any_byte() {
    let recording = Recording::with(broken(answering("twelve bytes"), &["reset drop at byte 40"]));
    let mut client = recording.connect();
    client.send(GET);
    let (got, end) = client.rest();
    assert_reset(&end);
    assert_eq!(got, b"");
    recording.finish();
}

#[test]
fn a_close_is_a_fin_after_exactly_the_bytes_before_it_and_the_recording_has_all() {
    let upstream = answering("twelve bytes");
    let recording = Recording::with(broken(upstream, &["close at body 5"]));
    let mut client = recording.connect();
    client.send(GET);
    let (got, end) = client.rest();
    end.unwrap();
    let whole = answer("twelve bytes");
    assert_eq!(got, &whole.as_bytes()[..whole.len() - 7]);
    drop(client);
    assert_eq!(recording.finish().sent(Direction::ToClient), [whole]);
}

#[test]
fn a_server_whose_client_was_cut_off_finds_it_gone() {
    let origin = Origin::once(|mut server| {
        server.exactly(GET.len());
        server.send("HTTP/1.1 200 OK\r\n\r\nendless");
        server.rest().1
    });
    let (faults, _) = faults(&["close at end", "close at byte 20"]);
    let recording = Recording::with(RecordPlan { faults: Some(faults), ..plan(origin.address) });
    let mut client = recording.connect();
    client.send(GET);
    assert_eq!(client.rest().0, b"HTTP/1.1 200 OK\r\n\r\ne");
    origin.join().unwrap();
    recording.finish();
}

#[test]
fn a_half_close_ends_what_the_server_says_and_not_what_the_client_does() {
    let origin = Origin::once(|mut server| {
        server.exactly(GET.len());
        server.send("hello");
        server.exactly(4)
    });
    let recording = Recording::with(raw(origin.address, &["half-close at byte 3"]));
    let mut client = recording.connect();
    client.send(GET);
    let (got, end) = client.rest();
    end.unwrap();
    assert_eq!(got, b"hel");
    client.send("more");
    assert_eq!(origin.join(), b"more");
    recording.finish();
}

#[test]
fn a_stall_keeps_the_socket_open_while_other_connections_live() {
    let recording =
        Recording::with(broken(answering("twelve bytes"), &["stall at byte 20 on connection 1"]));
    let mut silent = recording.connect();
    silent.send(GET);
    assert_eq!(silent.exactly(20), &answer("twelve bytes").as_bytes()[..20]);
    for _ in 0..3 {
        let mut other = recording.connect();
        other.send(GET);
        assert_eq!(other.exactly(answer("twelve bytes").len()), answer("twelve bytes").as_bytes());
    }
    silent.set_nonblocking(true).unwrap();
    let peeked = silent.peek(&mut [0; 1]).map_err(|error| error.kind());
    assert_eq!(peeked, Err(io::ErrorKind::WouldBlock), "open, and nothing to read");
    silent.set_nonblocking(false).unwrap();
    silent.fin();
    assert_eq!(silent.rest().0, b"", "a client that has had enough is let go");
    recording.finish();
}

#[test]
fn on_a_kept_alive_connection_only_the_exchange_that_was_meant_is_broken() {
    let recording = Recording::with(broken(answering("twelve bytes"), &["close at byte 7 on 2"]));
    let mut client = recording.connect();
    client.send(GET);
    assert_eq!(client.exactly(answer("twelve bytes").len()), answer("twelve bytes").as_bytes());
    client.send(GET);
    assert_eq!(client.rest().0, b"HTTP/1.");
    let mut next = recording.connect();
    next.send(GET);
    assert_eq!(next.exactly(answer("twelve bytes").len()), answer("twelve bytes").as_bytes());
    recording.finish();
}

#[test]
fn a_stall_that_ends_gives_the_rest() {
    let recording =
        Recording::with(broken(answering("twelve bytes"), &["stall for 20ms at byte 20"]));
    let mut client = recording.connect();
    client.send(GET);
    assert_eq!(client.exactly(answer("twelve bytes").len()), answer("twelve bytes").as_bytes());
    recording.finish();
}

#[test]
fn an_edited_answer_is_what_the_client_gets_and_the_recording_has_the_servers() {
    let recording = Recording::with(broken(answering("twelve bytes"), &["status 503"]));
    let mut client = recording.connect();
    client.send(GET);
    assert!(client.head().starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    drop(client);
    assert_eq!(recording.finish().sent(Direction::ToClient), [answer("twelve bytes")]);
}

#[test]
fn what_was_hit_and_how_often_is_told() {
    let (faults, told) =
        faults(&["close at byte 7 on GET /users once", "status 500 on GET /nothing"]);
    let plan = RecordPlan { faults: Some(faults.clone()), ..plan(answering("twelve bytes")) };
    let recording = Recording::with(plan);
    for _ in 0..2 {
        let mut client = recording.connect();
        client.send(GET);
        client.exactly(7);
    }
    recording.finish();
    let sentence = "close at byte 7 on GET /users once";
    assert_eq!(
        *told.lock().unwrap(),
        [format!("broke exchange 1, GET /users: {sentence} (after 7 bytes)")]
    );
    let applied: Vec<_> = faults.tallies().iter().map(|tally| tally.applied).collect();
    assert_eq!(applied, [1, 0]);
}

/// Connects, and says nothing: how that ends.
fn met(sentence: &str) -> (Vec<u8>, io::Result<()>) {
    let recording = Recording::with(broken(answering("twelve bytes"), &[sentence]));
    let mut client = recording.connect();
    // One that has been reset already may not even take it.
    let _ = io::Write::write_all(&mut client, GET.as_bytes());
    let rest = client.rest();
    recording.finish();
    rest
}

#[test]
fn a_client_is_met_with_a_fin_or_a_reset_and_not_one_byte() {
    let (got, end) = met("accept-close");
    assert_eq!((&got[..], end.is_ok()), (&b""[..], true));
    for kind in ["accept-reset", "refuse"] {
        let (got, end) = met(kind);
        assert_eq!(got, b"");
        assert_reset(&end);
    }
}

#[test]
fn a_client_that_is_met_with_silence_waits_while_the_next_is_served() {
    let recording =
        Recording::with(broken(answering("twelve bytes"), &["accept-silent on connection 1 once"]));
    let mut silent = recording.connect();
    silent.send(GET);
    let mut next = recording.connect();
    next.send(GET);
    assert_eq!(next.exactly(answer("twelve bytes").len()), answer("twelve bytes").as_bytes());
    silent.set_nonblocking(true).unwrap();
    let read = silent.read(&mut [0; 1]).map_err(|error| error.kind());
    assert_eq!(read, Err(io::ErrorKind::WouldBlock));
    recording.finish();
}

/// A recorder in front of a server in TLS that answers once.
fn in_tls(authorities: &Authorities, sentences: &[&str]) -> (Recording, Origin<()>) {
    let theirs = authorities.clone();
    let origin = Origin::once(move |socket| {
        let mut server = theirs.server(socket, &[]);
        // A client that refuses the handshake never asks.
        if server.read_exact(&mut vec![0; GET.len()]).is_ok() {
            server.send(answer("twelve bytes"));
            drop(server.rest());
        }
    });
    let faults = Some(faults(sentences).0);
    let plan = RecordPlan { faults, ..authorities.reverse("https", origin.address) };
    (Recording::with(plan), origin)
}

#[test]
fn in_tls_a_close_ends_by_the_book_and_a_reset_does_not() {
    let authorities = Authorities::new();
    for (sentence, len, is_orderly) in [
        ("close at byte 20", 20, true),
        ("reset at byte 20", 20, false),
        ("close at body 3", 42, true),
    ] {
        let (recording, origin) = in_tls(&authorities, &[sentence]);
        let mut client = authorities.client(recording.connect(), &[]);
        client.send(GET);
        let (got, end) = client.rest();
        assert_eq!(got, &answer("twelve bytes").as_bytes()[..len], "{sentence}");
        assert_eq!(end.is_ok(), is_orderly, "{sentence}: {end:?}");
        drop(client);
        origin.join();
        recording.finish();
    }
}

#[test]
fn a_client_refuses_a_certificate_that_was_made_bad_for_it() {
    let authorities = Authorities::new();
    for (kind, told) in [
        ("expired", "Expired"),
        ("not-yet-valid", "NotValidYet"),
        ("wrong-host", "NotValidForName"),
        ("untrusted-root", "UnknownIssuer"),
        ("self-signed", "UnknownIssuer"),
    ] {
        let (recording, origin) = in_tls(&authorities, &[kind]);
        let mut client = authorities.client(recording.connect(), &[]);
        let end = io::Write::write_all(&mut client, GET.as_bytes()).unwrap_err();
        let told = told.replace("Name", "");
        assert!(format!("{end:?}").contains(&told), "{kind}: {end:?}");
        drop(client);
        origin.join();
        recording.finish();
    }
}

#[test]
fn a_handshake_is_stopped_at_its_flight() {
    let authorities = Authorities::new();
    for (sentence, kind) in [
        ("tls-reset", io::ErrorKind::ConnectionReset),
        ("tls-close", io::ErrorKind::UnexpectedEof),
        ("tls-alert handshake_failure", io::ErrorKind::InvalidData),
    ] {
        let (recording, origin) = in_tls(&authorities, &[sentence]);
        let mut client = authorities.client(recording.connect(), &[]);
        let end = io::Write::write_all(&mut client, GET.as_bytes()).unwrap_err();
        assert_eq!(end.kind(), kind, "{sentence}: {end:?}");
        drop(client);
        origin.join();
        recording.finish();
    }
}

#[test]
fn a_proxys_clients_are_cut_off_whatever_way_they_come() {
    for way in ["forward", "connect"] {
        let upstream = answering("twelve bytes");
        let faults = Some(faults(&["close at byte 20"]).0);
        let recording =
            Recording::with(RecordPlan { faults, ..RecordPlan::entered_by(Entry::Proxy) });
        let mut client = recording.connect();
        if way == "connect" {
            client.send(format!("CONNECT {upstream} HTTP/1.1\r\nHost: {upstream}\r\n\r\n"));
            assert!(client.head().starts_with("HTTP/1.1 200"));
            client.send(GET);
        } else {
            client.send(format!("GET http://{upstream}/ HTTP/1.1\r\nHost: {upstream}\r\n\r\n"));
        }
        let (got, end) = client.rest();
        end.unwrap();
        assert_eq!(got, &answer("twelve bytes").as_bytes()[..20], "{way}");
        recording.finish();
    }
}
