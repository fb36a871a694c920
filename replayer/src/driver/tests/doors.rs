//! Clients who are led to a server: by absolute form, `CONNECT` and SOCKS5.

use cassettes::model::{Connection, Way};

use super::*;

/// A tunnel to there.
pub(super) fn tunnel(replay: &Replay, to: &str) -> TcpStream {
    let (stream, answer) = ask_for_tunnel(replay, to);
    assert_eq!(answer, "HTTP/1.1 200 Connection established\r\n\r\n");
    stream
}

/// A client that asks for a tunnel, and the head of what it is told.
fn ask_for_tunnel(replay: &Replay, to: &str) -> (TcpStream, String) {
    let mut stream = replay.connect();
    write!(stream, "CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n").unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    (stream, String::from_utf8(head).unwrap())
}

/// A SOCKS5 client's tunnel to a name, port 80; and the reply's code.
fn socks(replay: &Replay, name: &str) -> (TcpStream, u8) {
    let mut stream = replay.connect();
    stream.write_all(b"\x05\x01\x00").unwrap();
    assert_eq!(read_exact(&mut stream, 2), "\x05\x00");
    let len = u8::try_from(name.len()).unwrap();
    let message = [b"\x05\x01\x00\x03", &[len][..], name.as_bytes(), b"\x00\x50"].concat();
    stream.write_all(&message).unwrap();
    let mut answer = [0; 10];
    stream.read_exact(&mut answer).unwrap();
    (stream, answer[1])
}

fn said(stream: &mut TcpStream, request: &str, answer: &str) {
    stream.write_all(request.as_bytes()).unwrap();
    assert_eq!(read_exact(stream, answer.len()), answer);
}

fn led(way: Way, upstream: &'static str) -> impl FnOnce(&mut Connection) {
    move |line| (line.way, line.upstream) = (way, upstream.to_owned())
}

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: api.test\r\n\r\n";

/// Two hosts, recorded by proxy.
fn two_hosts() -> Tape {
    let tape = Tape::new().line(led(Way::Connect, "http://other.test"));
    let tape = tape.exchange("GET / HTTP/1.1\r\nHost: other.test\r\n\r\n", &ok("other"));
    tape.connect().line(led(Way::Socks5, "http://api.test")).exchange(REQUEST, &ok("api"))
}

#[test]
fn any_tunnel_leads_to_the_recorded_host() {
    let replay = Replay::of(two_hosts().stage());
    let (mut stream, code) = socks(&replay, "other.test");
    assert_eq!(code, 0);
    said(&mut stream, &REQUEST.replace("api", "other"), &ok("other"));
    said(&mut tunnel(&replay, "api.test:80"), REQUEST, &ok("api"));
    drop(stream);
    assert_eq!(kinds(&replay.end()), [Kind::Same; 2]);
}

#[test]
fn the_absolute_form_names_the_host() {
    let replay = Replay::of(two_hosts().stage());
    let request = REQUEST.replace("GET /", "GET http://api.test/");
    said(&mut replay.connect(), &request, &ok("api"));
    assert_eq!(kinds(&replay.end()), [Kind::Missing, Kind::Same]);
}

#[test]
fn a_host_that_was_not_recorded_does_not_answer() {
    let tape = Tape::new().line(led(Way::Connect, "http://api.test"));
    let replay = Replay::of(tape.exchange(REQUEST, &ok("api")).stage());
    let mut stream = tunnel(&replay, "nowhere.test:80");
    let miss = "HTTP/1.1 470 No Recorded Answer\r\n";
    said(&mut stream, &REQUEST.replace("api", "nowhere"), miss);
    drop(stream);
    let verdict = replay.end();
    assert_eq!(kinds(&verdict), [Kind::Missing, Kind::Extra]);
    assert!(verdict.outcomes[1].label.ends_with(" at http://nowhere.test"));
}

#[test]
fn a_recording_of_a_server_that_was_taken_for_it_answers_who_is_led_to_it() {
    let tape = Tape::new().line(led(Way::Direct, "http://api.test")).get("/a");
    let replay = Replay::of(tape.stage());
    let request = "GET /a HTTP/1.1\r\nHost: api.test\r\n\r\n";
    said(&mut tunnel(&replay, "api.test:80"), request, &ok("/a"));
    assert_eq!(kinds(&replay.end()), [Kind::Same]);
}

#[test]
fn a_recording_by_proxy_answers_who_takes_the_replayer_for_the_server() {
    let tape = Tape::new().line(led(Way::Connect, "http://api.test"));
    let replay = Replay::of(tape.exchange(REQUEST, &ok("api")).stage());
    let own = REQUEST.replace("api.test", &replay.address.to_string());
    said(&mut replay.connect(), &own, &ok("api"));
    assert_eq!(kinds(&replay.end()), [Kind::Same]);
}

#[test]
fn a_tunnel_to_the_replayer_itself_is_as_good_as_none() {
    let tape = Tape::new().line(led(Way::Transparent, "http://other.test"));
    let tape = tape.exchange("GET /a HTTP/1.1\r\nHost: other.test\r\n\r\n", &ok("other"));
    let tape = tape.connect().line(led(Way::Transparent, "http://api.test"));
    let replay = Replay::of(tape.exchange(REQUEST, &ok("api")).stage());
    let here = replay.address.to_string();
    let own = REQUEST.replace("api.test", &here);
    said(&mut tunnel(&replay, &here), &own, &ok("api"));
    assert_eq!(kinds(&replay.end()), [Kind::Missing, Kind::Same]);
}

#[test]
fn a_server_that_could_not_be_reached_cannot_be_again_in_its_place() {
    let tape = Tape::new().line(led(Way::Connect, "http://api.test")).server(How::Refused);
    let tape = tape.connect().line(led(Way::Connect, "http://api.test"));
    let tape = tape.exchange(REQUEST, &ok("api")).connect();
    let tape = tape.line(led(Way::Socks5, "http://api.test")).server(How::Refused);
    let replay = Replay::of(tape.stage());
    let (_, answer) = ask_for_tunnel(&replay, "api.test:80");
    assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer}");
    said(&mut tunnel(&replay, "api.test:80"), REQUEST, &ok("api"));
    assert_eq!(socks(&replay, "api.test").1, 5);
    assert_eq!(kinds(&replay.end()), [Kind::Same]);
}

#[test]
fn a_client_may_come_by_a_unix_domain_socket() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("replay.sock");
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(async { tokio::net::UnixListener::bind(&path) }).unwrap();
    let (stage, stop) = (Tape::new().get("/a").stage(), CancellationToken::new());
    let serve = serve(listener, Arc::clone(&stage), None, stop.clone());
    let serving = std::thread::spawn(move || runtime.block_on(serve).unwrap());
    let mut client = std::os::unix::net::UnixStream::connect(&path).unwrap();
    client.write_all(get("/a").as_bytes()).unwrap();
    let mut answer = vec![0; ok("/a").len()];
    client.read_exact(&mut answer).unwrap();
    drop(client);
    stop.cancel();
    serving.join().unwrap();
    assert_eq!(kinds(&stage.verdict()), [Kind::Same]);
}

#[test]
fn plain_tcp_is_played_through_a_tunnel_too() {
    let tape = Tape::new().line(led(Way::Socks5, "tcp://mail.test:25"));
    let tape = tape.chunks(&["", "220 ready", "QUIT", "221 bye"]).raw().server(How::Fin);
    let replay = Replay::of(tape.stage());
    let mut stream = tunnel(&replay, "mail.test:25");
    assert_eq!(read_exact(&mut stream, 9), "220 ready");
    stream.write_all(b"QUIT").unwrap();
    assert_eq!(read_to_end(&mut stream).0, "221 bye");
    drop(stream);
    assert_eq!(kinds(&replay.end()), [Kind::Same]);
}

#[test]
fn among_http_a_client_that_waits_is_greeted_and_one_that_asks_is_answered() {
    let tape = Tape::new().exchange(&get("/"), &ok("http"));
    let tape = tape.connect().chunks(&["", "220 hi\r\n", "QUIT\r\n", "221 bye\r\n"]).raw();
    let replay = Replay::of(tape.server(How::Fin).stage());
    let mut mail = replay.connect();
    assert_eq!(
        replay.ask(&get("/").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")).0,
        ok("http")
    );
    assert_eq!(read_exact(&mut mail, 8), "220 hi\r\n");
    mail.write_all(b"QUIT\r\n").unwrap();
    assert_eq!(read_to_end(&mut mail).0, "221 bye\r\n");
    assert_eq!(kinds(&replay.end())[1], Kind::Same);
}
