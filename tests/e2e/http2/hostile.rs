//! Clients at their worst: each is told to be calm, the verdict names what it did, and others are served.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use cassettes::wire::http2::hpack::{Field, encode_standalone};
use cassettes::wire::http2::setting::INITIAL_WINDOW_SIZE;
use cassettes::wire::http2::{ErrorCode, Frame, FrameParser, Kind, PREFACE, compose};
use hyper::body::Bytes;

use super::record;
use crate::support::{Ended, Http2Client, Http2Origin, Retape, converse, tell};

fn recorded() -> Retape {
    let retape = Retape::new();
    let origin = Http2Origin::start(|request, respond| async move {
        tell(respond, hyper::Response::new(()), request.uri().path());
    });
    record(&retape, origin, &[], async |url: String| get(&url).await);
    retape
}

async fn get(url: &str) {
    let answer = Http2Client::connect(url).await.get(&format!("{url}/a")).await;
    assert_eq!(answer.unwrap().body, "/a");
}

fn asks(stream: u32, method: &'static str) -> Frame {
    let fields = [(":method", method), (":scheme", "http"), (":authority", "a"), (":path", "/a")];
    let fields = fields.map(|(name, value)| Field::new(name, value));
    compose::headers(stream, encode_standalone(&fields), method == "GET")
}

fn block_of(pieces: usize, piece: &'static [u8]) -> Vec<Frame> {
    let first = Frame::new(Kind::Headers, 0, 1, Bytes::from_static(b"\x82"));
    let more = Frame::new(Kind::Continuation, 0, 1, Bytes::from_static(piece));
    std::iter::once(first).chain(std::iter::repeat_n(more, pieces)).collect()
}

/// Says it all, whether or not it is heard; what it is told.
fn attack(url: &str, settings: &[(u16, u32)], frames: &[Frame]) -> Vec<Frame> {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let all = [compose::settings(settings)].into_iter().chain(frames.iter().cloned());
    let all: Vec<u8> =
        PREFACE.iter().copied().chain(all.flat_map(|frame| frame.encode())).collect();
    let mut speaker = stream.try_clone().unwrap();
    let speaking = thread::spawn(move || {
        // It may be cut off before it has said it all.
        let _ = speaker.write_all(&all);
        let _ = speaker.shutdown(Shutdown::Write);
    });
    let mut told = Vec::new();
    let _ = stream.read_to_end(&mut told);
    speaking.join().unwrap();
    let mut parser = FrameParser::new(1 << 24);
    parser.receive(&told.into());
    std::iter::from_fn(|| parser.poll()).map(Result::unwrap).collect()
}

/// Attacks a replay, after which another client is served.
fn replay_under(more: &[&str], settings: &[(u16, u32)], frames: &[Frame]) -> (Vec<Frame>, Ended) {
    let retape = recorded();
    let running = retape.serve([&["replay", "a.cassette", "--repeat", "last"], more].concat());
    let told = attack(&running.url, settings, frames);
    converse(get(&running.url));
    (told, running.stop())
}

#[test]
fn floods_are_answered_with_a_plea_for_calm_and_told() {
    let reset =
        |n: u32| [asks(2 * n + 1, "GET"), compose::rst_stream(2 * n + 1, ErrorCode::CANCEL)];
    let empty = compose::data(1, Bytes::new(), false);
    let huge: &'static [u8] = vec![b'x'; 16 * 1024].leak();
    let bomb = [&b"\x40\x01x\x7f\xb9\x16"[..], &[b'v'; 3000], &[0xbe; 10_000]].concat();
    let floods = [
        ("CONTINUATION", block_of(600, b"")),
        ("header block", block_of(80, huge)),
        ("header list", vec![compose::headers(1, bomb.into(), true)]),
        ("SETTINGS", vec![compose::settings(&[]); 2000]),
        ("PINGs", vec![compose::ping([0; 8]); 5000]),
        ("streams reset", (0..5000_u32).flat_map(reset).collect()),
        ("empty frames", [vec![asks(1, "POST")], vec![empty; 5000]].concat()),
    ];
    for (named, frames) in floods {
        let (told, ended) = replay_under(&[], &[], &frames);
        let goaway = told.iter().find_map(Frame::goaway);
        let code = goaway.map(|goaway| goaway.code);
        assert_eq!(code, Some(ErrorCode::ENHANCE_YOUR_CALM), "{named}: {told:?}");
        assert_eq!(ended.code, Some(1), "{named}: {ended:?}");
        assert!(ended.stdout.contains(named), "{named} in {}", ended.stdout);
    }
}

#[test]
fn a_client_that_never_makes_room_is_given_up_and_told() {
    let settings = [(INITIAL_WINDOW_SIZE, 0)];
    let (told, ended) = replay_under(&["--step-timeout", "1"], &settings, &[asks(1, "GET")]);
    let codes: Vec<_> = told.iter().filter_map(Frame::rst).collect();
    assert_eq!(codes, [ErrorCode::CANCEL]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("the client gave no room for it"), "{}", ended.stdout);
}
