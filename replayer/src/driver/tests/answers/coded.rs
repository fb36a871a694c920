//! Answers in gzip.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::super::Replay;
use super::BODY;
use crate::testing::{Tape, get};

/// The kinds seen here.
pub(super) const KINDS: &[&str] = &["gzip-truncated", "gzip-bad-crc", "gzip-bomb"];

fn compressed() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(BODY.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn head(len: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len}\r\n\r\n")
}

/// What comes of an answer in gzip, all of it, its end included.
fn answered(fault: &str) -> Vec<u8> {
    let answer = [head(compressed().len()).as_bytes(), &compressed()].concat();
    let tape = Tape::new().chunks(&[get("/a").into_bytes(), answer]);
    let replay = Replay::of(tape.stage_of(&[fault, "connection-close"]));
    let mut stream = replay.connect();
    stream.write_all(get("/a").as_bytes()).unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).unwrap();
    drop(stream);
    replay.end();
    said
}

/// Its body, of which the head says the length.
#[track_caller]
fn body(said: &[u8]) -> &[u8] {
    let end = said.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let (told, body) = said.split_at(end);
    let close = "\r\nConnection: close\r\n\r\n";
    let expected = head(body.len()).replace("\r\n\r\n", close);
    assert_eq!(String::from_utf8_lossy(told), expected);
    body
}

#[test]
fn compressed_data_breaks_off_or_fails_its_checksum() {
    let whole = compressed();
    assert_eq!(body(&answered("gzip-truncated at body 12")), &whole[..12]);
    assert_eq!(body(&answered("gzip-truncated")), &whole[..whole.len() / 2]);
    let mut wrong = whole.clone();
    wrong[whole.len() - 8] ^= 0xff;
    assert_eq!(body(&answered("gzip-bad-crc")), wrong);
}

#[test]
fn a_bomb_becomes_as_long_as_was_said() {
    let said = answered("gzip-bomb 10MiB");
    let mut content = Vec::new();
    GzDecoder::new(body(&said)).read_to_end(&mut content).unwrap();
    assert_eq!(content, vec![0; 10 << 20]);
    assert!(said.len() < 32 << 10);
}

#[test]
fn a_value_is_edited_beneath_the_coding() {
    let said = answered("null at json $.id");
    let mut content = String::new();
    GzDecoder::new(body(&said)).read_to_string(&mut content).unwrap();
    assert_eq!(content, BODY.replace('7', "null"));
}
