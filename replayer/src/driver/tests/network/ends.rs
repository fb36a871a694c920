//! Ends: exactly the bytes before the point, then FIN, RST or silence.

use super::*;

#[test]
fn an_end_comes_after_exactly_the_bytes_before_the_point() {
    for place in [0, 17, 60] {
        let before = |whole: &[u8]| whole[..place].to_vec();
        everywhere(&format!("close at byte {place}"), before, After::Fin);
        everywhere(&format!("reset at byte {place}"), before, After::Reset);
        everywhere(&format!("half-close at byte {place}"), before, After::Fin);
    }
    let before = |whole: &[u8]| whole[..60].to_vec();
    everywhere("stall at byte 60", before, After::Silence);
}

#[test]
fn a_reset_that_drops_loses_what_one_that_drains_delivers() {
    everywhere("reset drain at byte 60", |whole| whole[..60].to_vec(), After::Reset);
    everywhere("reset drop at byte 60", |_| Vec::new(), After::Reset);
}

#[test]
fn after_the_whole_answer_a_connection_ends_or_goes_on() {
    let whole = <[u8]>::to_vec;
    everywhere("close at end", whole, After::Fin);
    everywhere("reset at end", whole, After::Reset);
    everywhere("stall for 20ms at byte 60", whole, After::Next);
    everywhere("idle-close 20ms", whole, After::Fin);
}

#[test]
fn an_idle_connection_lives_on_while_it_is_used() {
    everywhere("idle-close 10s", <[u8]>::to_vec, After::Next);
}

#[test]
fn who_races_with_an_end_gets_no_answer() {
    for scene in PLAIN.into_iter().chain(SECURE) {
        let certificate = OneCertificate::new();
        let replay = scene.replay("race-close", &certificate);
        let mut line = Line::of(scene, &replay, &certificate);
        line.ask(PATH);
        assert_eq!(line.take(scene.whole().len()), scene.whole());
        line.ask("/next");
        line.expect(After::Fin, "race-close");
        drop(line);
        replay.end();
    }
}

#[test]
fn a_half_closed_server_hears_the_client_to_its_end() {
    let certificate = OneCertificate::new();
    let replay = PLAIN[0].replay("half-close at byte 17", &certificate);
    let mut stream = replay.connect();
    stream.write_all(get(PATH).as_bytes()).unwrap();
    assert_eq!(read_exact(&mut stream, 17), ok("")[..17]);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    // A server that did not read would answer with RST sooner or later, and the next write fail.
    for _ in 0..200 {
        stream.write_all(&[b'x'; 16 * 1024]).unwrap();
    }
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    drop(stream);
    replay.end();
}

#[test]
fn an_end_that_is_late_comes_after_its_time() {
    let answer = "HTTP/1.1 200 OK\r\n\r\nuntil the end";
    let tape = Tape::new().exchange(&get("/"), answer).server(cassettes::model::How::Fin);
    let replay = Replay::of(tape.stage_of(&["late-close 1s"]));
    let mut stream = replay.connect();
    let began = Instant::now();
    stream.write_all(get("/").as_bytes()).unwrap();
    assert_eq!(read_exact(&mut stream, answer.len()), answer);
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    assert!(began.elapsed() >= Duration::from_secs(1));
    drop(stream);
    replay.end();
}

#[test]
fn plain_tcp_ends_in_the_same_ways() {
    let tape = || Tape::new().chunks(&["PING\n", "PONG\n", "ASK\n", "TELL\n"]).raw();
    let said = |fault: &str| {
        let replay = Replay::of(tape().stage_of(&[fault]));
        let mut stream = replay.connect();
        stream.write_all(b"PING\n").unwrap();
        assert_eq!(read_exact(&mut stream, 5), "PONG\n");
        stream.write_all(b"ASK\n").unwrap();
        let said = super::super::read_to_end(&mut stream);
        drop(stream);
        replay.end();
        (said.0, said.1.map_err(|error| error.kind()))
    };
    assert_eq!(said("close at byte 7"), ("TE".to_owned(), Ok(())));
    assert_eq!(said("reset at byte 7"), ("TE".to_owned(), Err(ErrorKind::ConnectionReset)));
    assert_eq!(said("reset drop at byte 7"), (String::new(), Err(ErrorKind::ConnectionReset)));
}
