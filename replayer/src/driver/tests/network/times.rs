//! Timing: all bytes come, and not before their time.

use super::*;

#[test]
fn the_whole_answer_comes_after_its_time_and_the_connection_goes_on() {
    for (fault, least) in [
        ("latency 40ms", 40),
        ("stall for 40ms at byte 20", 40),
        ("bandwidth 1500/s", 40),
        ("slice 16 every 15ms", 40),
        ("cut-inside crlf for 20ms", 40),
        ("cut-inside header-name for 40ms", 40),
        ("pace x1", 0),
        ("byte-wise", 0),
        ("coalesce", 0),
    ] {
        for scene in PLAIN.into_iter().chain(SECURE) {
            let took = play(scene, fault, &scene.whole(), After::Next);
            assert!(took >= Duration::from_millis(least), "{fault} in {scene:?}: {took:?}");
        }
    }
}

/// Each thing that the client reads at once, of an answer in pieces.
fn reads(scene: Scene, fault: &str) -> Vec<String> {
    let certificate = OneCertificate::new();
    let replay = scene.replay(fault, &certificate);
    let mut line = Line::of(scene, &replay, &certificate);
    line.ask(PATH);
    let mut left = scene.whole().len();
    let mut reads = Vec::new();
    while left > 0 {
        let mut buffer = [0; 1024];
        let len = line.read(&mut buffer).unwrap();
        left -= len;
        reads.push(String::from_utf8_lossy(&buffer[..len]).into_owned());
    }
    drop(line);
    replay.end();
    reads
}

#[test]
fn a_client_reads_in_the_pieces_that_it_is_sent() {
    for scene in [PLAIN[2], SECURE[2]] {
        let whole = String::from_utf8(scene.whole()).unwrap();
        assert_eq!(reads(scene, "coalesce"), [whole.as_str()]);
        let (first, rest) = whole.split_at("HTTP/1.1 200 OK\r".len());
        assert_eq!(reads(scene, "cut-inside crlf number 1 for 150ms"), [first, rest]);
        let (first, rest) = whole.split_at("HTTP/1.1 200 OK\r\nTransfer".len());
        assert_eq!(reads(scene, "cut-inside header-name for 150ms"), [first, rest]);
        let (first, rest) = whole.split_at(40);
        assert_eq!(reads(scene, "slice 40 every 150ms").concat(), whole);
        assert_eq!(reads(scene, "slice 40 every 150ms")[0], first);
        assert_eq!(reads(scene, "stall for 150ms at byte 40"), [first, rest]);
    }
}

#[test]
fn in_tls_each_byte_has_a_record_of_its_own() {
    let certificate = OneCertificate::new();
    let replay = SECURE[2].replay("byte-wise", &certificate);
    let mut stream = secure(replay.connect(), certificate.client(&[], true), "api.test");
    stream.write_all(get(PATH).as_bytes()).unwrap();
    let mut seen = 0;
    while seen < SECURE[2].whole().len() {
        // The header says how long the record is (RFC 8446 §5.1); within are the type, and a tag of 16 bytes.
        let mut header = [0; 5];
        stream.sock.read_exact(&mut header).unwrap();
        let mut record = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
        stream.sock.read_exact(&mut record).unwrap();
        seen += usize::from(record.len() == 1 + 1 + 16);
    }
    drop(stream);
    replay.end();
}

#[test]
fn recorded_gaps_pass_though_the_replay_does_not_wait() {
    // Pieces come 2 ms apart.
    let took = play(PLAIN[2], "pace x20", &PLAIN[2].whole(), After::Next);
    assert!(took >= Duration::from_millis(60), "{took:?}");
}
