//! Clients that say which server they want.

use std::net::TcpListener;

use cassettes::model::{Direction, How, Protocol, Side, Way};
use cassettes::wire::http2::{PREFACE, compose};
use recorder::{Chain, Entry, Hosts};

use crate::harness::{Origin, Peer, Recording, answer};
use crate::secure::Authorities;

/// Answers each request with its first line, until the client ends.
fn echo(mut server: impl Peer) {
    let mut first = [0];
    while server.read(&mut first).is_ok_and(|count| count > 0) {
        let line = format!("{}{}", char::from(first[0]), server.head());
        server.send(answer(line.lines().next().unwrap()));
    }
}

fn proxy() -> (Authorities, Recording) {
    let authorities = Authorities::new();
    let recording = Recording::with(authorities.plan(Entry::Proxy));
    (authorities, recording)
}

#[test]
fn one_client_connection_may_ask_several_servers() {
    let (first, second) = (Origin::once(echo), Origin::once(echo));
    let (_, recording) = proxy();
    let mut client = recording.connect();
    for (address, path) in [(first.address, "/1"), (first.address, "/2"), (second.address, "/3")] {
        client.send(format!("GET http://{address}{path} HTTP/1.1\r\nHost: {address}\r\nProxy-Connection: keep-alive\r\n\r\n"));
        let expected = answer(&format!("GET {path} HTTP/1.1"));
        assert_eq!(client.exactly(expected.len()), expected.as_bytes());
    }
    client.fin();
    client.rest().1.unwrap();
    let addresses = [first.address, second.address];
    first.join();
    second.join();
    let recorded = recording.finish();
    assert_eq!(recorded.cassette.exchanges().len(), 3);
    for (number, address) in addresses.into_iter().enumerate() {
        let connection = recorded.connection(number);
        assert_eq!(connection.upstream, format!("http://{address}"));
        assert_eq!(connection.way, Way::Forward);
        assert_eq!(recorded.closes(number)[0], (Side::Client, How::Fin));
    }
    assert!(
        recorded.sent(Direction::ToServer)[2].starts_with(b"GET http://"),
        "as the client said it"
    );
}

#[test]
fn tls_in_a_connect_tunnel_is_taken_off() {
    let (authorities, recording) = proxy();
    let theirs = authorities.clone();
    let origin = Origin::once(move |socket| echo(theirs.server(socket, &["http/1.1"])));
    let port = origin.address.port();
    let mut socket = recording.connect();
    socket.send(format!("CONNECT localhost:{port} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"));
    assert!(socket.head().starts_with("HTTP/1.1 200 "));
    let mut client = authorities.client(socket, &["h2", "http/1.1"]);
    client.send("GET /in HTTP/1.1\r\n\r\n");
    let expected = answer("GET /in HTTP/1.1");
    assert_eq!(client.exactly(expected.len()), expected.as_bytes());
    client.fin();
    drop(client);
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.sent(Direction::ToServer), ["GET /in HTTP/1.1\r\n\r\n"]);
    assert_eq!(recorded.connection(0).upstream, format!("https://localhost:{port}"));
    assert_eq!(recorded.connection(0).way, Way::Connect);
}

#[test]
fn a_server_of_http_2_may_greet_first_in_a_tunnel() {
    let settings = compose::settings(&[]).encode();
    let greeting = settings.clone();
    let origin = Origin::once(move |mut server| {
        server.send(greeting);
        server.rest().1.unwrap();
    });
    let (_, recording) = proxy();
    let mut client = recording.connect();
    client.send(format!("CONNECT {} HTTP/1.1\r\n\r\n", origin.address));
    client.head();
    assert_eq!(client.exactly(settings.len()), settings);
    client.send([&PREFACE[..], &settings].concat());
    client.fin();
    client.rest().1.unwrap();
    let upstream = format!("http://{}", origin.address);
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.exchange().protocol, Protocol::Http2Control);
    assert_eq!(recorded.connection(0).upstream, upstream);
}

#[test]
fn a_server_may_speak_first_in_a_tunnel() {
    let origin = Origin::once(|mut server| {
        server.send("220 ready\r\n");
        assert_eq!(server.exactly(6), b"QUIT\r\n");
        server.fin();
    });
    let (_, recording) = proxy();
    let mut client = recording.connect();
    client.send(format!("CONNECT {} HTTP/1.1\r\n\r\n", origin.address));
    client.head();
    assert_eq!(client.exactly(11), b"220 ready\r\n");
    client.send("QUIT\r\n");
    client.rest().1.unwrap();
    client.fin();
    let address = origin.address;
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.exchange().protocol, Protocol::Raw);
    assert_eq!(recorded.connection(0).upstream, format!("tcp://{address}"));
}

#[test]
fn socks5_leads_to_tls_and_to_plain_http() {
    let (authorities, recording) = proxy();
    let theirs = authorities.clone();
    let origin = Origin::once(move |socket| echo(theirs.server(socket, &[])));
    let plain = Origin::once(echo);
    let greet = |port: u16| {
        let mut socket = recording.connect();
        socket.send(b"\x05\x01\x00");
        assert_eq!(socket.exactly(2), b"\x05\x00");
        socket.send([&b"\x05\x01\x00\x03\x09localhost"[..], &port.to_be_bytes()].concat());
        assert_eq!(&socket.exactly(10)[..2], b"\x05\x00");
        socket
    };
    let expected = answer("GET / HTTP/1.1");
    let mut client = authorities.client(greet(origin.address.port()), &[]);
    client.send("GET / HTTP/1.1\r\n\r\n");
    assert_eq!(client.exactly(expected.len()), expected.as_bytes());
    client.fin();
    let mut other = greet(plain.address.port());
    other.send("GET / HTTP/1.1\r\n\r\n");
    assert_eq!(other.exactly(expected.len()), expected.as_bytes());
    drop((client, other));
    origin.join();
    plain.join();
    let recorded = recording.finish();
    assert_eq!(recorded.connection(0).way, Way::Socks5);
    assert!(recorded.connection(0).upstream.starts_with("https://localhost:"));
    assert!(recorded.connection(1).upstream.starts_with("http://localhost:"));
}

#[test]
fn a_tunnel_to_nobody_is_refused_and_recorded() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (_, recording) = proxy();
    let mut client = recording.connect();
    client.send(format!("CONNECT {nobody} HTTP/1.1\r\n\r\n"));
    assert!(client.head().starts_with("HTTP/1.1 502 "));
    client.rest().1.unwrap();
    let mut client = recording.connect();
    client.send(
        [&b"\x05\x01\x00\x05\x01\x00\x01\x7f\0\0\x01"[..], &nobody.port().to_be_bytes()].concat(),
    );
    assert_eq!(client.exactly(4), b"\x05\x00\x05\x05");
    client.rest().1.unwrap();
    let recorded = recording.finish();
    for number in [0, 1] {
        assert_eq!(recorded.closes(number), [(Side::Server, How::Refused)]);
    }
    assert_eq!(recorded.summary.unreached, 2);
}

#[test]
fn a_request_that_names_no_server_is_told_so() {
    let (_, recording) = proxy();
    let mut client = recording.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let head = client.head();
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
    let (body, end) = client.rest();
    end.unwrap();
    assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{head}");
    assert_eq!(recording.finish().cassette.connections().len(), 0);
}

#[test]
fn a_spared_host_is_passed_through_untouched_and_unrecorded() {
    let authorities = Authorities::new();
    let mut plan = authorities.plan(Entry::Proxy);
    plan.spared = Hosts::new(["local*"]);
    let recording = Recording::with(plan);
    let theirs = authorities.clone();
    let origin = Origin::once(move |socket| echo(theirs.server(socket, &[])));
    let mut socket = recording.connect();
    socket.send(format!("CONNECT {} HTTP/1.1\r\n\r\n", origin.address));
    socket.head();
    // It sees the server's own certificate.
    let mut client = crate::secure::trusting(&authorities.theirs, socket, &[]);
    client.send("GET / HTTP/1.1\r\n\r\n");
    client.exactly(answer("GET / HTTP/1.1").len());
    client.fin();
    drop(client);
    origin.join();
    let recorded = recording.finish();
    assert_eq!((recorded.summary.spared, recorded.cassette.connections().len()), (1, 0));
}

#[test]
fn servers_are_reached_by_the_proxy_of_the_environment() {
    let authorities = Authorities::new();
    let theirs = authorities.clone();
    let other = Origin::once(move |mut socket| {
        let head = socket.head();
        socket.send("HTTP/1.1 200 OK\r\n\r\n");
        echo(theirs.server(socket, &[]));
        head
    });
    let mut plan = authorities.plan(Entry::Reverse("https://localhost.example:7".parse().unwrap()));
    plan.chain = Chain::new("", &format!("http://me:pw@{}", other.address), "").unwrap();
    // The server's certificate is for another name.
    plan.upstream_tls =
        Some(std::sync::Arc::new(recorder::tls::UpstreamTls::insecure(None).unwrap()));
    let recording = Recording::with(plan);
    let mut client = recording.connect();
    client.send("GET / HTTP/1.1\r\n\r\n");
    client.exactly(answer("GET / HTTP/1.1").len());
    client.fin();
    drop(client);
    let head = other.join();
    assert!(head.starts_with("CONNECT localhost.example:7 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("Proxy-Authorization: Basic bWU6cHc=\r\n"), "{head}");
    assert_eq!(recording.finish().connection(0).upstream, "https://localhost.example:7");
}
