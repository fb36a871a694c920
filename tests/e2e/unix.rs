//! Servers and clients that meet at a Unix-domain socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::{Retape, wait_for};

/// A server that greets, and says once what it is told.
fn server(path: &Path) -> std::thread::JoinHandle<()> {
    let listener = UnixListener::bind(path).unwrap();
    std::thread::spawn(move || {
        let mut client = listener.accept().unwrap().0;
        client.write_all(b"hello\n").unwrap();
        let mut line = String::new();
        BufReader::new(&client).read_line(&mut line).unwrap();
        write!(client, "you said {line}").unwrap();
    })
}

/// Its client: says `line`, and gives all that it got.
fn talk(url: &str, line: &str) -> String {
    let mut stream = UnixStream::connect(url.strip_prefix("unix://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut greeting = [0; 6];
    stream.read_exact(&mut greeting).unwrap();
    stream.write_all(line.as_bytes()).unwrap();
    let mut got = String::from_utf8(greeting.to_vec()).unwrap();
    stream.read_to_string(&mut got).unwrap();
    got
}

/// `unix://` and this file's path.
fn url_of(retape: &Retape, name: &str) -> String {
    format!("unix://{}", retape.path(name).display())
}

fn record(retape: &Retape) {
    let server = server(&retape.path("server.sock"));
    let (to, listen) = (url_of(retape, "server.sock"), url_of(retape, "retape.sock"));
    let args = ["record", "--to", &to, "--listen", &listen, "-o", "a.cassette"];
    let running = retape.serve(args);
    assert_eq!(running.url, listen);
    assert_eq!(talk(&running.url, "hi\n"), "hello\nyou said hi\n");
    server.join().unwrap();
    let ended = running.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!retape.path("retape.sock").exists(), "the recorder's socket goes with it");
}

#[test]
fn a_server_at_a_unix_socket_is_recorded_and_replayed_at_one() {
    let retape = Retape::new();
    record(&retape);
    let listen = url_of(&retape, "again.sock");
    for (line, code) in [("hi\n", 0), ("ho\n", 1)] {
        let running = retape.serve(["replay", "a.cassette", "--listen", &listen]);
        assert_eq!(running.url, listen);
        assert_eq!(talk(&running.url, line), "hello\nyou said hi\n");
        let ended = running.stop();
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(!retape.path("again.sock").exists(), "the replayer's socket goes with it");
    }
}

#[test]
fn a_command_finds_the_unix_socket_in_its_environment() {
    let retape = Retape::new();
    record(&retape);
    let listen = url_of(&retape, "again.sock");
    let script = r#"test -S "${RETAPE_URL#unix://}" && echo "$RETAPE_URL" > url"#;
    let command = ["replay", "a.cassette", "--listen", &listen, "--", "sh", "-c", script];
    let ended = retape.run(command);
    assert_eq!(ended.code, Some(1), "it did not talk: {ended:?}");
    assert_eq!(std::fs::read_to_string(retape.path("url")).unwrap().trim(), listen);
}

#[test]
fn a_server_at_a_unix_socket_may_be_met_by_tcp_as_well() {
    let retape = Retape::new();
    let server = server(&retape.path("server.sock"));
    let to = url_of(&retape, "server.sock");
    let running = retape.serve(["record", "--to", &to, "-o", "a.cassette"]);
    let mut stream =
        std::net::TcpStream::connect(running.url.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(b"hi\n").unwrap();
    let mut got = String::new();
    stream.read_to_string(&mut got).unwrap();
    assert_eq!(got, "hello\nyou said hi\n");
    server.join().unwrap();
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn a_socket_that_a_killed_replay_left_is_replaced_and_a_live_one_refused() {
    let retape = Retape::new();
    record(&retape);
    let listen = url_of(&retape, "again.sock");
    let args = ["replay", "a.cassette", "--listen", &listen];
    let mut killed = retape.serve(args);
    let refused = retape.run(args);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("another process listens there"), "{}", refused.stderr);
    killed.signal(Signal::KILL);
    assert_eq!(killed.wait().code, None);
    wait_for("the file that it leaves", || retape.path("again.sock").exists());
    let running = retape.serve(args);
    assert_eq!(talk(&running.url, "hi\n"), "hello\nyou said hi\n");
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn a_unix_socket_is_refused_as_a_proxy() {
    let retape = Retape::new();
    let listen = url_of(&retape, "retape.sock");
    let refused = retape.run(["record", "--proxy", "--listen", &listen, "-o", "a.cassette"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("cannot be a client's proxy"), "{}", refused.stderr);
}
