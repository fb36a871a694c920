//! What HTTP/1.1 does on a connection that lives.

use cassettes::model::{Direction, How, Side};

use crate::harness::{Origin, Peer, Recording, answer, assert_reset, plan};

const GET: &str = "GET /a HTTP/1.1\r\nhost: proxy.test\r\n\r\n";

#[test]
fn the_server_sees_its_own_host_and_the_cassette_what_the_client_sent() {
    let origin = Origin::once(|mut server| {
        let head = server.head();
        server.send(answer("hello"));
        drop(server.rest());
        head
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(GET);
    assert_eq!(client.exactly(answer("hello").len()), answer("hello").as_bytes());
    client.fin();
    assert!(client.rest().1.is_ok());
    let upstream = origin.address;
    assert_eq!(origin.join(), format!("GET /a HTTP/1.1\r\nhost: {upstream}\r\n\r\n"));
    let recorded = recording.finish();
    assert_eq!(recorded.sent(Direction::ToServer), [GET]);
    assert_eq!(recorded.sent(Direction::ToClient), [answer("hello")]);
    assert_eq!(recorded.closes(0), [(Side::Client, How::Fin), (Side::Server, How::Fin)]);
    let connection = &recorded.cassette.connections()[0];
    assert_eq!(connection.upstream, format!("http://{upstream}"));
    assert_eq!(recorded.cassette.header.rewrite.host, upstream.to_string());
    assert_eq!((recorded.summary.connections, recorded.summary.exchanges), (1, 1));
}

#[test]
fn each_request_of_a_kept_alive_connection_is_an_exchange() {
    let origin = Origin::once(|mut server| {
        for number in 0..3 {
            server.head();
            server.send(answer(&number.to_string()));
        }
        drop(server.rest());
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    for number in 0..3 {
        client.send(GET);
        assert!(client.exactly(answer("0").len()).ends_with(number.to_string().as_bytes()));
    }
    client.fin();
    assert!(client.rest().1.is_ok());
    let recorded = recording.finish();
    assert_eq!(recorded.sent(Direction::ToServer), [GET; 3]);
    assert_eq!(recorded.sent(Direction::ToClient), ["0", "1", "2"].map(answer));
}

#[test]
fn pipelined_requests_are_told_apart_and_all_get_the_servers_host() {
    let origin = Origin::once(|mut server| {
        let heads = [server.head(), server.head(), server.head()];
        server.send(["0", "1", "2"].map(answer).concat());
        drop(server.rest());
        heads
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(GET.repeat(3));
    client.exactly(3 * answer("0").len());
    client.fin();
    assert!(client.rest().1.is_ok());
    let host = format!("host: {}\r\n", origin.address);
    assert!(origin.join().iter().all(|head| head.contains(&host)));
    let recorded = recording.finish();
    assert_eq!(recorded.sent(Direction::ToServer), [GET; 3]);
    assert_eq!(recorded.sent(Direction::ToClient), ["0", "1", "2"].map(answer));
}

#[test]
fn a_head_that_comes_byte_by_byte_arrives_whole() {
    let origin = Origin::once(|mut server| {
        let head = server.head();
        server.send(answer("ok"));
        drop(server.rest());
        head
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    for byte in GET.bytes() {
        client.send([byte]);
    }
    client.exactly(answer("ok").len());
    client.fin();
    assert!(client.rest().1.is_ok());
    let host = origin.address;
    assert_eq!(origin.join(), format!("GET /a HTTP/1.1\r\nhost: {host}\r\n\r\n"));
    assert_eq!(recording.finish().sent(Direction::ToServer), [GET]);
}

#[test]
fn a_client_that_waits_for_100_continue_gets_it() {
    const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
    let origin = Origin::once(|mut server| {
        server.head();
        server.send(CONTINUE);
        assert_eq!(server.exactly(4), b"body");
        server.send(answer("ok"));
        drop(server.rest());
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send("PUT / HTTP/1.1\r\nHost: p\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    assert_eq!(client.exactly(CONTINUE.len()), CONTINUE.as_bytes());
    client.send("body");
    client.exactly(answer("ok").len());
    client.fin();
    assert!(client.rest().1.is_ok());
    origin.join();
    let recorded = recording.finish();
    let directions: Vec<_> =
        recorded.exchange().chunks.iter().map(|chunk| chunk.direction).collect();
    let (up, down) = (Direction::ToServer, Direction::ToClient);
    assert_eq!(directions, [up, down, up, down]);
    assert_eq!(recorded.sent(down), [format!("{CONTINUE}{}", answer("ok"))]);
}

#[test]
fn after_an_upgrade_bytes_flow_both_ways_and_belong_to_the_exchange() {
    const ASK: &str = "GET / HTTP/1.1\r\nHost: p\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
    const YES: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n";
    let origin = Origin::once(|mut server| {
        server.head();
        server.send(YES);
        for _ in 0..2 {
            let said = server.exactly(GET.len());
            server.send(said);
        }
        drop(server.rest());
    });
    let recording = Recording::of(origin.address);
    let mut client = recording.connect();
    client.send(ASK);
    client.exactly(YES.len());
    for _ in 0..2 {
        // Not HTTP any more, whatever it looks like.
        client.send(GET);
        assert_eq!(client.exactly(GET.len()), GET.as_bytes());
    }
    client.fin();
    assert!(client.rest().1.is_ok());
    let recorded = recording.finish();
    assert_eq!(recorded.sent(Direction::ToServer), [format!("{ASK}{GET}{GET}")]);
    assert_eq!(recorded.sent(Direction::ToClient), [format!("{YES}{GET}{GET}")]);
    origin.join();
}

#[test]
fn a_redirect_to_the_server_leads_to_the_proxy_and_is_recorded_as_the_server_said_it() {
    let origin = Origin::once(|mut server| {
        let own = server.local_addr().unwrap();
        let head = server.head();
        server.send(format!(
            "HTTP/1.1 302 Found\r\nLocation: http://{own}/b\r\nContent-Length: 0\r\n\r\n"
        ));
        drop(server.rest());
        head
    });
    let mut plan = plan(origin.address);
    plan.rewrite_origin = true;
    let recording = Recording::with(plan);
    let mut client = recording.connect();
    client.send("GET /a HTTP/1.1\r\nHost: proxy.test:1\r\nReferer: http://proxy.test:1/\r\n\r\n");
    assert!(client.head().contains("\r\nLocation: http://proxy.test:1/b\r\n"));
    client.fin();
    assert!(client.rest().1.is_ok());
    let upstream = origin.address;
    assert!(origin.join().contains(&format!("\r\nReferer: http://{upstream}/\r\n")));
    let recorded = recording.finish();
    let said = String::from_utf8(recorded.sent(Direction::ToClient)[0].to_vec()).unwrap();
    assert!(said.contains(&format!("\r\nLocation: http://{upstream}/b\r\n")));
    assert_eq!(recorded.cassette.header.rewrite.origin, format!("http://{upstream}"));
}

#[test]
fn links_in_bodies_lead_to_the_proxy_and_are_recorded_as_the_server_said_them() {
    let page = |origin: &str| format!("<a href='http://{origin}/next'>more</a>");
    let typed = |more: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{more}\r\n");
    let origin = Origin::once(move |mut server| {
        let page = page(&server.local_addr().unwrap().to_string());
        let coded = typed(&format!("Content-Encoding: br\r\nContent-Length: {}\r\n", page.len()));
        let chunked = typed("Transfer-Encoding: chunked\r\n");
        let length = typed(&format!("Content-Length: {}\r\n", page.len()));
        let chunk = format!("{chunked}{:x}\r\n{page}\r\n0\r\n\r\n", page.len());
        for answer in [format!("{length}{page}"), chunk, format!("{coded}{page}")] {
            server.head();
            server.send(answer);
        }
        drop(server.rest());
    });
    let upstream = origin.address.to_string();
    let mut plan = plan(origin.address);
    plan.rewrite_origin = true;
    let recording = Recording::with(plan);
    let mut client = recording.connect();
    let mut got = Vec::new();
    for left in [false, false, true] {
        client.send("GET /a HTTP/1.1\r\nHost: proxy.test:1\r\n\r\n");
        let body = page(if left { &upstream } else { "proxy.test:1" });
        let head = client.head();
        if !head.contains("chunked") {
            assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())), "{head}");
            assert_eq!(client.exactly(body.len()), body.as_bytes());
            continue;
        }
        while !got.ends_with(b"0\r\n\r\n") {
            got.extend(client.exactly(1));
        }
        assert_eq!(got, format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).as_bytes());
    }
    client.fin();
    assert!(client.rest().1.is_ok());
    origin.join();
    let recorded = recording.finish();
    assert_eq!(recorded.summary.left, 1, "the compressed one");
    for said in recorded.sent(Direction::ToClient) {
        assert!(String::from_utf8_lossy(&said).contains(&page(&upstream)));
    }
}

#[test]
fn what_is_withheld_of_a_body_reaches_the_client_before_a_reset() {
    let origin = Origin::once(|mut server| {
        server.head();
        server.head();
        let typed = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\nhalf";
        server.send(answer("first") + typed);
        assert_eq!(server.exactly(1), b"!", "the client has the first, so the proxy has all of it");
        server.rst();
    });
    let mut plan = plan(origin.address);
    plan.rewrite_origin = true;
    let recording = Recording::with(plan);
    let mut client = recording.connect();
    client.send(GET.repeat(2));
    client.exactly(answer("first").len());
    client.send("!");
    let head = client.head();
    assert!(head.contains("\r\nContent-Length: 9\r\n"), "{head}");
    assert_eq!(client.exactly(4), b"half");
    assert_reset(&client.rest().1);
    origin.join();
    recording.finish();
}
