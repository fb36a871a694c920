//! Faults at points of live requests: `retape proxy` breaks clients off while they send.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Origin, Retape, json, text_of};

/// A server that never answers its one client. What that has said by its end.
struct Listening {
    authority: String,
    heard: JoinHandle<Vec<u8>>,
}

impl Listening {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let listen = move || {
            let mut heard = Vec::new();
            listener.accept().unwrap().0.read_to_end(&mut heard).unwrap();
            heard
        };
        Self { authority, heard: thread::spawn(listen) }
    }

    fn url(&self) -> String {
        format!("http://{}", self.authority)
    }
}

fn connect(url: &str) -> TcpStream {
    let client = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client
}

fn head(authority: &str, length: usize) -> String {
    format!("PUT /files/1 HTTP/1.1\r\nHost: {authority}\r\nContent-Length: {length}\r\n\r\n")
}

#[test]
fn an_uploading_client_is_broken_off_and_its_server_has_exactly_what_came_before() {
    let body = b"0123456789".repeat(100);
    for (kind, is_reset) in [("reset", true), ("close", false)] {
        let (retape, server) = (Retape::new(), Listening::start());
        let fault = format!("{kind} at body 50% of request on PUT /files/*");
        let args = ["proxy", "--to", &server.url(), "--fault", &fault, "--events", "events.json"];
        let running = retape.serve(args);
        let mut client = connect(&running.url);
        let own = running.url.strip_prefix("http://").unwrap();
        let asked = head(own, body.len());
        client.write_all(&[asked.as_bytes(), &body].concat()).unwrap();
        let ended = client.read(&mut [0; 16]).map_err(|error| error.kind());
        assert_eq!(ended, if is_reset { Err(ErrorKind::ConnectionReset) } else { Ok(0) }, "{kind}");
        drop(client);
        let heard = String::from_utf8(server.heard.join().unwrap()).unwrap();
        let expected = head(&server.authority, body.len()) + &"0123456789".repeat(50);
        assert_eq!(heard, expected, "{kind}");
        let ended = running.stop();
        let told = format!(
            "broke exchange 1, PUT /files/1: {fault} (after {} bytes)",
            asked.len() + body.len() / 2
        );
        assert!(ended.stderr.contains(&told), "{ended:?}");
        assert!(ended.stderr.contains(&format!("{fault}: applied 1 time")), "{ended:?}");
        let events = text_of(&retape.path("events.json"));
        let event: Value = events.lines().next().unwrap().parse().unwrap();
        assert_eq!(event["after_bytes"], asked.len() + body.len() / 2);
    }
}

#[test]
fn what_precedes_the_point_arrives_however_long_it_is() {
    let (retape, server) = (Retape::new(), Listening::start());
    let fault = "reset at body 50% of request";
    let running = retape.serve(["proxy", "--to", &server.url(), "--fault", fault]);
    let mut client = connect(&running.url);
    let body = vec![b'x'; 16 << 20];
    client.write_all(head("a", body.len()).as_bytes()).unwrap();
    // It is broken off before it has said all.
    drop(client.write_all(&body));
    let heard = server.heard.join().unwrap();
    assert_eq!(heard.len(), head(&server.authority, body.len()).len() + body.len() / 2);
    running.stop();
}

#[test]
fn the_second_try_of_an_upload_passes() {
    let (retape, origin) = (Retape::new(), Origin::echo());
    let fault = "close at body 3 of request on PUT /files/* once";
    let running = retape.serve(["proxy", "--to", &origin.url(), "--fault", fault]);
    let mut client = running.client();
    client.send("PUT /files/1", "Content-Length: 5\r\n", b"hello");
    assert_eq!(client.end().unwrap(), b"");
    let answer = running.client().ask("PUT /files/1", "Content-Length: 5\r\n", b"hello");
    let asked = "{\"asked\": \"PUT /files/1 HTTP/1.1\", \"body\": \"hello\"}";
    assert_eq!(String::from_utf8(answer), String::from_utf8(json(asked)));
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn an_answer_waits_as_long_as_its_request_is_held_up() {
    let (retape, origin) = (Retape::new(), Origin::echo());
    let fault = "stall for 300ms at body 3 of request on PUT /files/*";
    let running = retape.serve(["proxy", "--to", &origin.url(), "--fault", fault]);
    let (mut client, since) = (running.client(), Instant::now());
    let answer = client.ask("PUT /files/1", "Content-Length: 5\r\n", b"hello");
    assert!(since.elapsed() >= Duration::from_millis(300), "{:?}", since.elapsed());
    assert!(
        String::from_utf8(answer).unwrap().contains("'body': 'hello'".replace('\'', "\"").as_str())
    );
    assert_eq!(running.stop().code, Some(0));
}

/// The client sends until it is blocked. How much it got rid of.
fn fill(client: &mut TcpStream) -> usize {
    client.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    let (piece, mut sent) = (vec![b'x'; 64 * 1024], 0);
    loop {
        match client.write(&piece) {
            Ok(count) => sent += count,
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
                return sent;
            }
        }
    }
}

#[test]
fn a_client_that_is_not_read_from_is_blocked_and_its_connection_stays_open() {
    let (retape, server) = (Retape::new(), Listening::start());
    let fault = "stop-reading at body 50000 of request";
    let running = retape.serve(["proxy", "--to", &server.url(), "--fault", fault]);
    let mut client = connect(&running.url);
    client.write_all(head("a", 1 << 40).as_bytes()).unwrap();
    assert!(fill(&mut client) >= 50_000);
    client.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let silent = client.read(&mut [0]).unwrap_err().kind();
    assert!(matches!(silent, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{silent}");
    let ended = running.stop();
    let heard = server.heard.join().unwrap();
    assert_eq!(heard.len(), head(&server.authority, 1 << 40).len() + 50_000);
    assert!(ended.stderr.contains(&format!("{fault}: applied 1 time")), "{ended:?}");
}

#[test]
fn a_client_that_was_not_read_from_for_a_time_goes_on_after_it() {
    let (retape, origin) = (Retape::new(), Origin::echo());
    let fault = "stop-reading for 300ms at after-headers of request on PUT /files/*";
    let running = retape.serve(["proxy", "--to", &origin.url(), "--fault", fault]);
    let (mut client, since) = (running.client(), Instant::now());
    client.send("PUT /files/1", "Content-Length: 5\r\n", b"");
    client.send_raw(b"hello");
    assert!(String::from_utf8(client.answer()).unwrap().contains("hello"));
    assert!(since.elapsed() >= Duration::from_millis(300), "{:?}", since.elapsed());
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn a_client_of_plain_tcp_is_broken_off_after_so_many_of_its_bytes() {
    let (retape, server) = (Retape::new(), Listening::start());
    let to = server.url().replace("http://", "tcp://");
    let fault = "reset at byte 4 of request";
    let running = retape.serve(["proxy", "--to", &to, "--fault", fault]);
    let mut client = connect(&running.url.replace("tcp://", "http://"));
    client.write_all(b"hello").unwrap();
    assert_eq!(client.read(&mut [0; 16]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(server.heard.join().unwrap(), b"hell");
    running.stop();
}

#[test]
fn what_a_client_of_a_proxy_sends_to_one_server_after_another_is_numbered_as_it_comes_and_cut_there()
 {
    let (retape, first, second) = (Retape::new(), Origin::echo(), Listening::start());
    let fault = "reset at body 3 of request on 2";
    let running = retape.serve(["proxy", "--proxy", "--ca", "ca", "--fault", fault]);
    let mut client = running.client();
    let answer = client.ask(&format!("PUT {}/a", first.url()), "Content-Length: 5\r\n", b"hello");
    assert!(String::from_utf8(answer).unwrap().contains("hello"));
    client.send(&format!("PUT {}/b", second.url()), "Content-Length: 5\r\n", b"hello");
    assert_eq!(client.end().unwrap_err().kind(), ErrorKind::ConnectionReset);
    let heard = String::from_utf8(second.heard.join().unwrap()).unwrap();
    assert!(heard.starts_with("PUT /b HTTP/1.1\r\n") && heard.ends_with("\r\n\r\nhel"), "{heard}");
    let ended = running.stop();
    assert!(ended.stderr.contains("broke exchange 2, PUT /b: reset at body 3"), "{ended:?}");
}
