//! Whatever is said, and whatever is to be broken of it: nothing panics, and what is not hit passes.

use bytes::Bytes;
use cassettes::fault::catalogue;
use cassettes::wire::http2::{Frame, PREFACE, compose};
use proptest::prelude::*;

use super::play::{Play, sentence_of};

/// What two sides say, in turn.
#[derive(Debug, Clone)]
struct Said {
    by_client: bool,
    bytes: Vec<u8>,
}

const WORDS: [&[u8]; 16] = [
    b"GET /users HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
    b"HEAD / HTTP/1.1\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\ndata: 2\n\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02hi",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"0\r\n\r\n",
    b"5\r\n",
    b"\r\n",
    b"{\"a\": [1, 2]}",
    b"\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    b"",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::sample::select(&WORDS[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ]
}

fn talk() -> impl Strategy<Value = Vec<Said>> {
    let said = (any::<bool>(), bytes()).prop_map(|(by_client, bytes)| Said { by_client, bytes });
    prop::collection::vec(said, 0..12)
}

fn frames() -> impl Strategy<Value = Vec<Said>> {
    let frame = (0..11_u8, any::<u8>(), 0..6_u32, prop::collection::vec(any::<u8>(), 0..30))
        .prop_map(|(kind, flags, stream, payload)| {
            Frame::new(kind.into(), flags, stream, Bytes::from(payload)).encode().to_vec()
        });
    let said = (any::<bool>(), frame).prop_map(|(by_client, bytes)| Said { by_client, bytes });
    prop::collection::vec(said, 0..12)
}

const PLACES: [&str; 12] = [
    "at byte 30",
    "at 50%",
    "at head",
    "at body 2",
    "at event 1",
    "at end",
    "at byte 30 of request",
    "at 50% of request",
    "at after-headers of request",
    "at body 2 of request",
    "at message 1 of request",
    "at end of request",
];

fn sentence() -> impl Strategy<Value = String> {
    let kinds = prop::sample::select(catalogue());
    (kinds, any::<prop::sample::Index>(), prop::sample::select(&PLACES[..])).prop_map(
        |(kind, sample, place)| sentence_of(kind, sample.get::<&str>(kind.samples), place),
    )
}

/// Plays it to its end, in pieces of this size. What the client gets.
fn played(mut play: Play, talk: &[Said], size: usize) -> Vec<u8> {
    let mut got = Vec::new();
    for said in talk {
        if said.by_client {
            said.bytes.chunks(size).for_each(|piece| drop(play.ask(piece)));
        } else {
            play.say(&said.bytes, size);
        }
        got.extend(play.got().bytes);
    }
    play.end();
    got.extend(play.gets().bytes);
    play.client_ends();
    got.extend(play.gets().bytes);
    got
}

proptest! {
    #[test]
    fn no_talk_and_no_fault_is_too_much(talk in talk(), sentence in sentence(), size in 1..40_usize) {
        played(Play::http(&[&sentence]), &talk, size);
        played(Play::raw(&[&sentence]), &talk, size);
    }

    #[test]
    fn no_frames_are_too_much(talk in frames(), sentence in sentence(), size in 1..40_usize) {
        let mut play = Play::http(&[&sentence]);
        play.ask(PREFACE);
        play.say(compose::settings(&[]).encode(), size);
        played(play, &talk, size);
    }

    #[test]
    fn what_is_not_hit_passes(talk in talk(), size in 1..40_usize) {
        let spoken: Vec<u8> =
            talk.iter().filter(|said| !said.by_client).flat_map(|said| said.bytes.clone()).collect();
        let misses = "close at byte 0 on GET /nobody-asks-for-this";
        let is_http2 = spoken.starts_with(b"\0\0\0\x04") && spoken.len() >= 9;
        prop_assume!(!is_http2);
        prop_assert_eq!(&played(Play::http(&[misses]), &talk, size), &spoken);
        prop_assert_eq!(&played(Play::raw(&[misses]), &talk, size), &spoken);
    }
}
