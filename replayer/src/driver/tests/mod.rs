//! Players behind real sockets: what a client's socket sees, byte by byte and end by end.

mod answers;
mod doors;
mod faults;
mod network;
mod streams;
mod tls;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use cassettes::format::{Journal, Reader};
use cassettes::model::{How, Side};
use tokio::net::TcpListener;

use super::*;
use crate::options::{Limits, Pace, ReplayOptions};
use crate::report::{Kind, Verdict};
use crate::testing::{Tape, get, ok};

/// Longer than anything here takes; a test that waits for so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A replay on a free port, on a thread of its own.
struct Replay {
    stage: Arc<Stage>,
    address: SocketAddr,
    stop: CancellationToken,
    thread: JoinHandle<()>,
}

impl Replay {
    fn of(stage: Arc<Stage>) -> Self {
        Self::with(stage, None)
    }

    fn with(stage: Arc<Stage>, certificates: Option<Arc<dyn Certificates>>) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = (stage.clone(), stop.clone());
        let serve = serve(listener, serving.0, certificates, serving.1);
        let serve = move || runtime.block_on(serve).unwrap();
        Self { stage, address, stop, thread: std::thread::spawn(serve) }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// Sends the request on a connection of its own, and reads to the end.
    fn ask(&self, request: &str) -> (String, io::Result<()>) {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        read_to_end(&mut stream)
    }

    fn end(self) -> Verdict {
        self.stop.cancel();
        self.thread.join().unwrap();
        self.stage.verdict()
    }
}

/// All bytes until the end, and which end it was.
fn read_to_end(stream: &mut TcpStream) -> (String, io::Result<()>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(drop);
    (String::from_utf8(bytes).unwrap(), end)
}

fn read_exact(stream: &mut TcpStream, len: usize) -> String {
    let mut bytes = vec![0; len];
    stream.read_exact(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn kinds(verdict: &Verdict) -> Vec<Kind> {
    verdict.outcomes.iter().map(|outcome| outcome.kind).collect()
}

#[test]
fn an_answer_ends_with_the_recorded_fin() {
    let answer = "HTTP/1.1 200 OK\r\n\r\nuntil the end";
    let replay = Replay::of(Tape::new().exchange(&get("/"), answer).server(How::Fin).stage());
    let (said, end) = replay.ask(&get("/"));
    assert_eq!(said, answer);
    assert!(end.is_ok());
    assert_eq!(kinds(&replay.end()), [Kind::Same]);
}

#[test]
fn a_recorded_reset_arrives_after_every_byte_before_it() {
    let body = "x".repeat(3_000_000);
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n{body}");
    let replay = Replay::of(Tape::new().exchange(&get("/"), &cut).server(How::Reset).stage());
    let (said, end) = replay.ask(&get("/"));
    assert_eq!(said.len(), cut.len());
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    replay.end();
}

#[test]
fn a_truncated_answer_ends_cleanly_where_it_was_cut() {
    let cut = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel";
    let replay = Replay::of(Tape::new().exchange(&get("/"), cut).server(How::Fin).stage());
    let (said, end) = replay.ask(&get("/"));
    assert_eq!((said.as_str(), end.is_ok()), (cut, true));
    replay.end();
}

#[test]
fn a_close_does_not_destroy_the_answer_when_the_client_is_still_sending() {
    let answer = "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let head = "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n";
    let replay = Replay::of(Tape::new().chunks(&[head, answer]).server(How::Fin).stage());
    let mut stream = replay.connect();
    stream.write_all(head.as_bytes()).unwrap();
    for _ in 0..10 {
        stream.write_all(&vec![b'x'; 100_000]).unwrap();
    }
    stream.shutdown(Shutdown::Write).unwrap();
    let (said, end) = read_to_end(&mut stream);
    assert_eq!((said.as_str(), end.is_ok()), (answer, true));
    replay.end();
}

#[test]
fn a_client_that_half_closed_still_gets_its_answer() {
    let replay = Replay::of(Tape::new().get("/a").stage());
    let mut stream = replay.connect();
    stream.write_all(get("/a").as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_to_end(&mut stream).0, ok("/a"));
    assert_eq!(kinds(&replay.end()), [Kind::Same]);
}

#[test]
fn exchanges_of_fresh_connections_are_served_on_a_kept_one_and_the_other_way_round() {
    let replay = Replay::of(Tape::new().get("/a").connect().get("/b").get("/c").stage());
    let mut kept = replay.connect();
    for path in ["/a", "/b"] {
        kept.write_all(get(path).as_bytes()).unwrap();
        assert_eq!(read_exact(&mut kept, ok(path).len()), ok(path));
    }
    let mut fresh = replay.connect();
    fresh.write_all(get("/c").as_bytes()).unwrap();
    assert_eq!(read_exact(&mut fresh, ok("/c").len()), ok("/c"));
    drop((kept, fresh));
    assert_eq!(kinds(&replay.end()), [Kind::Same; 3]);
}

#[test]
fn a_thousand_connections_at_once_get_each_equal_exchange_once() {
    let mut tape = Tape::new();
    for n in 0..1000 {
        tape = tape.exchange(&get("/"), &ok(&format!("{n:04}")));
    }
    let replay = Replay::of(tape.stage());
    let mut clients: Vec<_> = (0..1000).map(|_| replay.connect()).collect();
    for client in &mut clients {
        client.write_all(get("/").as_bytes()).unwrap();
    }
    let len = ok("0000").len();
    let mut said: Vec<_> = clients.iter_mut().map(|client| read_exact(client, len)).collect();
    said.sort();
    said.dedup();
    assert_eq!(said.len(), 1000);
    drop(clients);
    let verdict = replay.end();
    assert_eq!((verdict.totals.missing, verdict.totals.extra), (0, 0));
}

#[test]
fn a_slow_client_holds_up_nobody_and_is_given_up() {
    let limits = Limits { head: Duration::from_millis(50), ..Limits::default() };
    let options = ReplayOptions { limits, ..ReplayOptions::default() };
    let replay = Replay::of(Tape::new().get("/a").stage_with(options));
    let mut slow = replay.connect();
    slow.write_all(b"GET / HT").unwrap();
    let mut quick = replay.connect();
    quick.write_all(get("/a").as_bytes()).unwrap();
    assert_eq!(read_exact(&mut quick, ok("/a").len()), ok("/a"));
    assert_eq!(read_to_end(&mut slow).0, "");
    drop(quick);
    assert_eq!(kinds(&replay.end()), [Kind::Same, Kind::Extra]);
}

#[test]
fn garbage_and_huge_heads_are_refused_and_reported() {
    let replay = Replay::of(Tape::new().stage());
    let refused =
        |said: String| assert!(said.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{said}");
    refused(replay.ask("\0\0\0garbage\n").0);
    let mut huge = replay.connect();
    let head = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(1_200_000));
    // The answer may come, and the connection end, before all of it is sent.
    drop(huge.write_all(head.as_bytes()));
    refused(read_to_end(&mut huge).0);
    assert_eq!(kinds(&replay.end()), [Kind::Extra, Kind::Extra]);
}

#[test]
fn recorded_pace_keeps_gaps_and_chunk_boundaries() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";
    // Chunks a millisecond apart, played at a hundredth of the pace.
    let tape = Tape::new().chunks(&[&get("/"), head, "", "one", "", "two"]);
    let options = ReplayOptions { pace: Pace::Times(0.01), ..ReplayOptions::default() };
    let replay = Replay::of(tape.stage_with(options));
    let mut stream = replay.connect();
    let began = Instant::now();
    stream.write_all(get("/").as_bytes()).unwrap();
    let mut seen = Vec::new();
    let mut buffer = [0; 1024];
    while seen.len() < 3 {
        let len = stream.read(&mut buffer).unwrap();
        seen.push((String::from_utf8_lossy(&buffer[..len]).into_owned(), began.elapsed()));
    }
    let pieces: Vec<_> = seen.iter().map(|(piece, _)| piece.as_str()).collect();
    assert_eq!(pieces, [head, "one", "two"]);
    for ((_, at), earliest) in seen.iter().zip([100, 200, 300]) {
        assert!(*at >= Duration::from_millis(earliest), "{seen:?}");
    }
    drop(stream);
    replay.end();
}

#[test]
fn a_transcript_holds_what_this_client_did_and_was_sent() {
    let journal = Journal::create(&cassettes::model::Header::default());
    let options = ReplayOptions { transcript: Some(journal.clone()), ..ReplayOptions::default() };
    let replay = Replay::of(Tape::new().get("/a").get("/b").stage_with(options));
    let mut stream = replay.connect();
    for path in ["/b", "/nowhere"] {
        stream.write_all(get(path).as_bytes()).unwrap();
    }
    stream.shutdown(Shutdown::Write).unwrap();
    let (said, _) = read_to_end(&mut stream);
    drop(stream);
    replay.end();
    journal.finish();
    let mut pending = Vec::new();
    journal.take_pending(&mut pending);
    let reader = Reader::open(pending.concat().into()).unwrap();
    let cassette = reader.to_cassette().unwrap();
    let sent: Vec<u8> = cassette
        .exchanges()
        .iter()
        .flat_map(|exchange| exchange.bytes(cassettes::model::Direction::ToClient))
        .collect();
    assert_eq!(String::from_utf8(sent).unwrap(), said);
    assert_eq!(cassette.exchanges().len(), 2);
    let closes: Vec<_> = cassette.connections()[0].closes.iter().map(|close| close.by).collect();
    assert_eq!(closes, [Side::Client, Side::Server]);
}
