//! Points of the request: a client that uploads is broken off, or held up, while it is still sending.

use super::*;
use crate::report::Kind as Told;
use crate::testing::post;

const BODY: &str = "0123456789";

fn replay(scene: Scene, fault: &str, certificate: &Arc<OneCertificate>) -> Replay {
    let spoken = scene.tls.then(Box::default);
    let tape = Tape::new().line(|line| line.tls = spoken).get("/before");
    let tape = tape.exchange(&post(PATH, BODY), &ok("stored")).get("/next");
    let stage = tape.stage_of(&[&format!("{fault} on POST {PATH}")]);
    Replay::with(stage, scene.tls.then(|| Arc::clone(certificate) as _))
}

/// What follows once a client has sent so much of its body.
fn broken_in_upload(fault: &str, sent: usize, after: After) {
    for scene in [PLAIN[0], PLAIN[1], SECURE[0], SECURE[1]] {
        let certificate = OneCertificate::new();
        let replay = replay(scene, fault, &certificate);
        let mut line = Line::of(scene, &replay, &certificate);
        if scene.kept {
            line.ask("/before");
            assert_eq!(line.take(ok("/before").len()), ok("/before").as_bytes());
        }
        let request = post(PATH, BODY);
        line.say(&request[..request.len() - BODY.len() + sent]);
        line.expect(after, &format!("{fault} in {scene:?}"));
        drop(line);
        replay.end();
    }
}

#[test]
fn an_upload_is_broken_off_while_its_client_still_sends() {
    broken_in_upload("close at body 50% of request", 5, After::Fin);
    broken_in_upload("half-close at body 1 of request", 1, After::Fin);
    broken_in_upload("reset at body 50% of request", 5, After::Reset);
    broken_in_upload("reset at after-headers of request", 0, After::Reset);
    broken_in_upload("close at end of request", BODY.len(), After::Fin);
    broken_in_upload("stall at body 50% of request", 7, After::Silence);
}

#[test]
fn nothing_happens_before_the_point() {
    let certificate = OneCertificate::new();
    let replay = replay(PLAIN[0], "reset at body 6 of request", &certificate);
    let mut line = Line::of(PLAIN[0], &replay, &certificate);
    let request = post(PATH, BODY);
    let (before, rest) = request.split_at(request.len() - 5);
    line.say(before);
    line.socket().set_read_timeout(Some(SILENCE)).unwrap();
    assert!(matches!(line.end(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    line.socket().set_read_timeout(Some(PATIENCE)).unwrap();
    line.say(&rest[..1]);
    line.expect(After::Reset, "at the point");
    drop(line);
    replay.end();
}

#[test]
fn a_large_upload_that_is_broken_off_ends_as_was_said_whatever_is_on_its_way() {
    for (fault, is_reset) in [("close", false), ("reset", true)] {
        let body = "x".repeat(8 << 20);
        let fault = format!("{fault} at body 1MiB of request");
        let tape = Tape::new().exchange(&post(PATH, &body), &ok("stored"));
        let replay = Replay::of(tape.stage_of(&[&fault]));
        let mut stream = replay.connect();
        let sent = stream.write_all(post(PATH, &body).as_bytes());
        // A socket tells of its end once: whoever writes or reads first is told.
        let told = sent.err().or_else(|| stream.read(&mut [0]).err()).map(|error| error.kind());
        assert_eq!(told, is_reset.then_some(ErrorKind::ConnectionReset), "{fault}");
        drop(stream);
        let verdict = replay.end();
        assert_eq!(verdict.outcomes[0].kind, Told::Same, "{:?}", verdict.outcomes[0]);
    }
}

/// The head of an upload without end.
const ENDLESS: &str = "POST /broken HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\n\r\n";

#[test]
fn a_server_that_stops_reading_blocks_its_client_and_keeps_the_socket_open() {
    let certificate = OneCertificate::new();
    let replay = replay(PLAIN[0], "stop-reading at body 50% of request", &certificate);
    let mut stream = replay.connect();
    stream.write_all(ENDLESS.as_bytes()).unwrap();
    stream.set_write_timeout(Some(SILENCE)).unwrap();
    let piece = vec![b'x'; 64 * 1024];
    // More than buffers between two sockets hold.
    let blocked = (0..10_000).find_map(|_| stream.write_all(&piece).err()).unwrap();
    assert!(matches!(blocked.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{blocked}");
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    let silent = stream.read(&mut [0]).unwrap_err().kind();
    assert!(matches!(silent, ErrorKind::WouldBlock | ErrorKind::TimedOut));
    drop(stream);
    replay.end();
}

#[test]
fn a_server_that_stopped_reading_for_a_while_reads_the_rest_and_answers() {
    let certificate = OneCertificate::new();
    for scene in [PLAIN[0], SECURE[1]] {
        let replay = replay(scene, "stop-reading for 30ms at body 1 of request", &certificate);
        let mut line = Line::of(scene, &replay, &certificate);
        line.say(&post(PATH, BODY));
        assert_eq!(line.take(ok("stored").len()), ok("stored").as_bytes());
        line.expect(After::Next, "stop-reading");
        drop(line);
        replay.end();
    }
}
