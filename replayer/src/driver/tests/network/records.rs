//! Sessions of TLS that end as they must not.

use super::*;

#[test]
fn a_session_ends_without_a_word_after_exactly_the_bytes_before_the_point() {
    for scene in SECURE {
        play(scene, "no-close-notify at byte 60", &scene.whole()[..60], After::Cut);
        play(scene, "no-close-notify", &scene.whole(), After::Cut);
    }
}

#[test]
fn in_the_clear_there_is_no_session_to_break() {
    let faults = ["no-close-notify", "bad-record-mac at end", "oversized-record at end"];
    for fault in faults {
        play(PLAIN[0], fault, &PLAIN[0].whole(), After::Next);
    }
}

#[test]
fn a_record_that_no_server_sends_is_refused_by_its_name() {
    for scene in SECURE {
        for (fault, complaint) in [
            ("bad-record-mac at byte 60", "decrypt"),
            ("oversized-record at byte 60", "toolarge"),
            ("unknown-record-type at byte 60", "contenttype"),
            ("plaintext at byte 60", "invaliddata"),
        ] {
            let certificate = OneCertificate::new();
            let replay = scene.replay(fault, &certificate);
            let mut line = Line::of(scene, &replay, &certificate);
            line.ask(PATH);
            let mut said = Vec::new();
            let mut buffer = [0; 256];
            let error = loop {
                match line.read(&mut buffer) {
                    Ok(0) => panic!("{fault}: it ended after {said:?}"),
                    Ok(len) => said.extend_from_slice(&buffer[..len]),
                    Err(error) => break error,
                }
            };
            // What came in one read with the record may be lost with it.
            assert!(scene.whole()[..60].starts_with(&said), "{fault} in {scene:?}");
            let told = format!("{error:?}").to_lowercase();
            assert!(told.contains(complaint), "{fault}: {told}");
            drop(line);
            replay.end();
        }
    }
}

#[test]
fn a_handshake_that_is_stuck_is_silent_and_the_socket_open() {
    let certificate = OneCertificate::new();
    for fault in ["tls-stall", "tls-stall flight 2"] {
        let replay =
            Replay::with(Tape::new().get("/").stage_of(&[fault]), Some(certificate.clone()));
        let mut line = Line::of(SECURE[0], &replay, &certificate);
        line.socket().set_read_timeout(Some(SILENCE)).unwrap();
        let Line::Tls(stream) = &mut line else { panic!("it speaks TLS") };
        let shaken = stream.conn.complete_io(&mut stream.sock).map(drop);
        let silent = shaken.and_then(|()| stream.read(&mut [0]).map(drop)).unwrap_err();
        assert!(matches!(silent.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{fault}");
        line.expect(After::Silence, fault);
        drop(line);
        replay.end();
    }
}
