use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn encode(flags: u8, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).unwrap();
    [&[flags][..], &len.to_be_bytes(), payload].concat()
}

fn read(wire: &[u8], size: usize) -> Vec<Message> {
    let mut reader = MessageReader::default();
    let mut messages = Vec::new();
    for mut piece in wire.chunks(size) {
        while !piece.is_empty() {
            messages.extend(reader.advance(&mut piece));
        }
    }
    assert!(!reader.is_amid_message());
    messages
}

#[test]
fn content_types_say_what_is_framed_so() {
    for name in [
        "application/grpc",
        "application/grpc+proto",
        "Application/gRPC; charset=x",
        "application/grpc-web+proto",
        "application/connect+json",
    ] {
        assert!(is_grpc(name.as_bytes()), "{name}");
    }
    for name in ["application/grpc-web-text", "application/json", "application/connect", ""] {
        assert!(!is_grpc(name.as_bytes()), "{name}");
    }
}

#[test]
fn a_known_coding_is_taken_off_and_an_unknown_one_is_told() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
    let encoders: [&mut dyn Write; 3] = [&mut gzip, &mut zlib, &mut raw];
    for encoder in encoders {
        encoder.write_all(b"content").unwrap();
    }
    let coded = [
        (&b"gzip"[..], gzip.finish().unwrap()),
        (b"deflate", zlib.finish().unwrap()),
        (b"deflate", raw.finish().unwrap()),
        (b"identity", b"content".to_vec()),
    ];
    for (coding, payload) in coded {
        let messages = read(&encode(1, &payload), 3);
        assert_eq!(messages[0].content(Some(coding)).as_deref(), Some(&b"content"[..]));
        assert_eq!(messages[0].content(Some(b"snappy")), None);
        assert_eq!(messages[0].content(None), None);
    }
}

#[test]
fn a_message_too_long_to_be_kept_is_counted() {
    let len = u32::try_from(MAX_MESSAGE_BYTES + 10).unwrap();
    let wire = [&[0][..], &len.to_be_bytes(), &vec![7; MAX_MESSAGE_BYTES + 10]].concat();
    let messages = read(&wire, 1 << 20);
    assert_eq!((messages.len(), messages[0].payload.len()), (1, MAX_MESSAGE_BYTES));
    assert!(!messages[0].is_whole());
    assert_eq!(messages[0].content(None), None);
}

proptest! {
    #[test]
    fn what_is_written_is_read_however_it_is_cut(
        payloads in vec(vec(any::<u8>(), 0..20), 1..6),
        size in 1..40_usize,
    ) {
        let wire: Vec<u8> = payloads.iter().flat_map(|payload| encode(0, payload)).collect();
        let messages = read(&wire, size);
        let read: Vec<_> = messages.iter().map(|message| message.payload.to_vec()).collect();
        prop_assert_eq!(read, payloads);
        prop_assert_eq!(messages.last().map(|last| last.end), Some(wire.len() as u64));
    }
}
