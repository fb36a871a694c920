//! What faults do to a client's socket.

use std::io::ErrorKind;

use bytes::Bytes;
use cassettes::model::{Flight, Reception, Staging, Step, Stop, Until};

use super::tls::{OneCertificate, secure};
use super::*;
use crate::testing::faults_of;

/// Long enough to see that something does not come.
const A_WHILE: Duration = Duration::from_millis(100);

fn replay(tape: Tape, faults: &[&str]) -> Replay {
    Replay::of(tape.stage_of(faults))
}

/// It stays open, and nothing comes.
fn assert_silent(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(A_WHILE)).unwrap();
    let error = stream.read(&mut [0]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
}

#[test]
fn a_reset_is_seen_as_a_reset_after_exactly_the_bytes_before_it() {
    let replay = replay(Tape::new().get("/a"), &["reset at byte 12"]);
    for _ in 0..3 {
        let (said, end) = replay.ask(&get("/a"));
        assert_eq!(said, ok("/a")[..12]);
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
    replay.end();
}

#[test]
fn a_close_is_a_fin_after_exactly_the_bytes_before_it_on_a_kept_connection_too() {
    let replay = replay(Tape::new().get("/a").get("/b"), &["close at byte 12 on 2"]);
    let mut stream = replay.connect();
    stream.write_all(get("/a").as_bytes()).unwrap();
    assert_eq!(read_exact(&mut stream, ok("/a").len()), ok("/a"));
    stream.write_all(get("/b").as_bytes()).unwrap();
    let (said, end) = read_to_end(&mut stream);
    assert_eq!(said, ok("/b")[..12]);
    assert!(end.is_ok());
    drop(stream);
    replay.end();
}

#[test]
fn a_stall_keeps_the_socket_open_until_the_client_ends() {
    let limits = Limits { step: Duration::from_millis(20), ..Limits::default() };
    let faults = faults_of(&["stall at byte 12"]);
    let options = ReplayOptions { limits, faults, ..ReplayOptions::default() };
    let replay = Replay::of(Tape::new().get("/a").stage_with(options));
    let mut stream = replay.connect();
    stream.write_all(get("/a").as_bytes()).unwrap();
    assert_eq!(read_exact(&mut stream, 12), ok("/a")[..12]);
    assert_silent(&mut stream);
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(read_to_end(&mut stream).1.is_ok());
    replay.end();
}

#[test]
fn a_pause_ends_and_the_rest_comes_however_impatient_the_replay_is() {
    let limits = Limits { step: Duration::from_millis(20), ..Limits::default() };
    let faults = faults_of(&["stall for 150ms at byte 12"]);
    let options = ReplayOptions { limits, faults, ..ReplayOptions::default() };
    let replay = Replay::of(Tape::new().get("/a").stage_with(options));
    let mut stream = replay.connect();
    let began = Instant::now();
    stream.write_all(get("/a").as_bytes()).unwrap();
    assert_eq!(read_exact(&mut stream, 12), ok("/a")[..12]);
    assert_eq!(read_exact(&mut stream, ok("/a").len() - 12), ok("/a")[12..]);
    assert!(began.elapsed() >= Duration::from_millis(150));
    drop(stream);
    replay.end();
}

#[test]
fn who_is_closed_at_the_door_sees_a_fin_and_no_byte_whatever_it_has_sent() {
    let replay = replay(Tape::new().get("/a"), &["accept-close"]);
    for _ in 0..20 {
        let mut stream = replay.connect();
        stream.write_all(get("/a").as_bytes()).unwrap();
        let (said, end) = read_to_end(&mut stream);
        assert_eq!(said, "");
        assert!(end.is_ok(), "{end:?}");
    }
    let verdict = replay.end();
    assert_eq!(verdict.receptions[0].to_string(), "accept-close, 20 times from attempt 1 on");
    assert_eq!(kinds(&verdict), [Kind::Missing]);
}

#[test]
fn who_is_reset_at_the_door_sees_a_reset_and_the_next_one_may_be_served() {
    let replay = replay(Tape::new().get("/a"), &["accept-reset on connection 1 once"]);
    let mut stream = replay.connect();
    let error = stream.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let mut stream = replay.connect();
    stream.write_all(get("/a").as_bytes()).unwrap();
    assert_eq!(read_exact(&mut stream, ok("/a").len()), ok("/a"));
    drop(stream);
    assert_eq!(kinds(&replay.end()), [Kind::Same]);
}

#[test]
fn who_meets_silence_at_the_door_is_never_answered_and_may_go() {
    let replay = replay(Tape::new().get("/a"), &["accept-silent"]);
    let mut stream = replay.connect();
    stream.write_all(get("/a").as_bytes()).unwrap();
    assert_silent(&mut stream);
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_to_end(&mut stream).0, "");
    replay.end();
}

#[test]
fn who_is_met_late_is_served_after_that() {
    let replay = replay(Tape::new().get("/a"), &["accept-delay 150ms"]);
    let began = Instant::now();
    let mut stream = replay.connect();
    stream.write_all(get("/a").as_bytes()).unwrap();
    assert_eq!(read_exact(&mut stream, ok("/a").len()), ok("/a"));
    assert!(began.elapsed() >= Duration::from_millis(150));
    drop(stream);
    replay.end();
}

#[test]
fn a_recorded_reception_is_met_by_the_client_in_its_place_and_by_all_after_it_if_it_repeats() {
    let stop = Some((Flight::Accept, Stop::Close));
    let reception = Reception { stop, repeats: true, ..Reception::default() };
    let tape = Tape::new().get("/a").connect();
    let tape = tape.line(|line| line.reception = Some(Box::new(reception))).get("/b");
    let replay = Replay::of(tape.stage());
    let mut first = replay.connect();
    first.write_all(get("/a").as_bytes()).unwrap();
    assert_eq!(read_exact(&mut first, ok("/a").len()), ok("/a"));
    for _ in 0..2 {
        assert_eq!(replay.ask(&get("/b")).0, "");
    }
    drop(first);
    assert_eq!(kinds(&replay.end()), [Kind::Same, Kind::Missing]);
}

#[test]
fn a_handshake_stops_where_it_is_said_to_and_in_that_way() {
    let certificate = OneCertificate::new();
    let shake = |fault: &str| {
        let stage = Tape::new().get("/a").stage_of(&[fault]);
        let replay = Replay::with(stage, Some(certificate.clone()));
        let mut stream = secure(replay.connect(), certificate.client(&[], true), "api.test");
        let shaken = stream.conn.complete_io(&mut stream.sock).map(drop);
        let end = shaken.and_then(|()| stream.read(&mut [0]));
        drop(stream);
        let verdict = replay.end();
        assert_eq!(verdict.receptions.len(), 1, "{fault}");
        end
    };
    let kind = |fault: &str| shake(fault).unwrap_err().kind();
    assert_eq!(kind("tls-close"), ErrorKind::UnexpectedEof);
    assert_eq!(kind("tls-reset"), ErrorKind::ConnectionReset);
    let alert = shake("tls-alert handshake_failure").unwrap_err().to_string();
    assert!(alert.contains("HandshakeFailure"), "{alert}");
    assert_eq!(kind("tls-close flight 2"), ErrorKind::UnexpectedEof, "no close_notify");
    assert_eq!(kind("tls-reset flight 2"), ErrorKind::ConnectionReset);
    let alert = shake("tls-alert certificate_required flight 2").unwrap_err().to_string();
    assert!(alert.contains("CertificateRequired"), "{alert}");
}

#[test]
fn a_bad_certificate_is_shown_to_whom_it_is_meant_for() {
    let certificate = OneCertificate::new();
    let stage = Tape::new().get("/a").stage_of(&["untrusted-root on connection 1 once"]);
    let replay = Replay::with(stage, Some(certificate.clone()));
    let shake = || {
        let mut stream = secure(replay.connect(), certificate.client(&[], true), "api.test");
        stream.conn.complete_io(&mut stream.sock).map(drop)
    };
    shake().unwrap_err();
    shake().unwrap();
    assert_eq!(certificate.refusals(), 0, "who refuses a bad certificate needs no advice");
    assert_eq!(replay.end().receptions[0].times, 1);
}

#[test]
fn bytes_beneath_tls_are_no_part_of_it() {
    let certificate = OneCertificate::new();
    let answer = ok("/a").len() as u64;
    let beneath = Bytes::from_static(b"\x17\x03\x03\0\x10no record at all");
    let script = vec![
        Step::Receive(Until::RequestEnd),
        Step::Send(answer),
        // A client that gets both in one read drops the answer.
        Step::Delay(A_WHILE),
        Step::Beneath(beneath),
        Step::Stall(None),
    ];
    let staging = Staging { script: Some(script), ..Staging::default() };
    let stage = Tape::new().get("/a").staged(staging).stage();
    let replay = Replay::with(stage, Some(certificate.clone()));
    let mut stream = secure(replay.connect(), certificate.client(&[], true), "api.test");
    stream.write_all(get("/a").as_bytes()).unwrap();
    let mut said = vec![0; ok("/a").len()];
    stream.read_exact(&mut said).unwrap();
    assert_eq!(String::from_utf8(said).unwrap(), ok("/a"));
    let error = stream.read(&mut [0]).unwrap_err().to_string();
    assert!(error.contains("decrypt"), "{error}");
    drop(stream);
    replay.end();
}

#[test]
fn what_hit_a_client_is_in_the_transcript() {
    let journal = Journal::create(&cassettes::model::Header::default());
    let faults = faults_of(&["close at byte 12 on 1", "accept-delay 1ms on connection 1"]);
    let transcript = Some(journal.clone());
    let options = ReplayOptions { faults, transcript, ..ReplayOptions::default() };
    let replay = Replay::of(Tape::new().get("/a").stage_with(options));
    assert_eq!(replay.ask(&get("/a")).0, ok("/a")[..12]);
    let verdict = replay.end();
    assert_eq!(verdict.outcomes[0].hits[0].to_string(), "close at byte 12 on 1, attempt 1");
    journal.finish();
    let mut pending = Vec::new();
    journal.take_pending(&mut pending);
    let reader = Reader::open(pending.concat().into()).unwrap();
    let connection = reader.connection(cassettes::model::ConnectionId(0)).unwrap();
    let ids: Vec<_> = connection.faults.iter().map(|fault| fault.id.as_str()).collect();
    assert_eq!(ids, ["accept-delay 1ms on connection 1", "close at byte 12 on 1"]);
}

/// A socket that keeps what came.
struct Tap {
    socket: TcpStream,
    came: Vec<u8>,
}

impl Read for Tap {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.socket.read(buffer)?;
        self.came.extend_from_slice(&buffer[..read]);
        Ok(read)
    }
}

impl Write for Tap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// The lengths of the TLS records in these bytes.
fn records(mut bytes: &[u8]) -> Vec<usize> {
    let mut lengths = Vec::new();
    while let [_, _, _, high, low, rest @ ..] = bytes {
        let len = usize::from(*high) << 8 | usize::from(*low);
        lengths.push(len);
        bytes = &rest[len..];
    }
    lengths
}

#[test]
fn what_is_flushed_is_a_tls_record_of_its_own() {
    let certificate = OneCertificate::new();
    let answer = ok("/a");
    let rest = answer.len() as u64 - 10;
    let asked = Step::Receive(Until::RequestEnd);
    let script = vec![asked, Step::Send(10), Step::Flush, Step::Send(rest), Step::Flush];
    let staging = Staging { script: Some(script), ..Staging::default() };
    let stage = Tape::new().get("/a").staged(staging).stage();
    let replay = Replay::with(stage, Some(certificate.clone()));
    let plain = secure(replay.connect(), certificate.client(&[], true), "api.test");
    let tap = Tap { socket: plain.sock, came: Vec::new() };
    let mut stream = rustls::StreamOwned::new(plain.conn, tap);
    stream.write_all(get("/a").as_bytes()).unwrap();
    let mut said = vec![0; answer.len()];
    stream.read_exact(&mut said).unwrap();
    assert_eq!(String::from_utf8(said).unwrap(), answer);
    // Each holds a byte for its type, and 16 to prove it.
    let records = records(&stream.sock.came);
    assert_eq!(records[records.len() - 2..], [10 + 17, answer.len() - 10 + 17]);
    drop(stream);
    replay.end();
}
