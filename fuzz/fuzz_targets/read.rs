//! Any records with sound checksums: what comes after the preamble is taken for
//! (kind, flags, lengths, metadata, body) and framed correctly, so that the fuzzer gets past the frames.

#![no_main]

use bytes::Bytes;
use cassettes::format::{Reader, encode};
use cassettes::model::{Cassette, Header};
use libfuzzer_sys::fuzz_target;

/// Preamble and header record of an empty cassette.
const START_BYTES: usize = 16 + 24 + 4;

fuzz_target!(|input: &[u8]| {
    let empty = Cassette::new(Header::default(), Vec::new(), Vec::new());
    let Some(empty) = empty.ok().and_then(|cassette| encode(&cassette).ok()) else { return };
    let mut file = empty[..START_BYTES].to_vec();
    let mut rest = input;
    while let Some((&[kind, flags, meta_len, body_len], after)) = rest.split_first_chunk() {
        let (meta, after) = after.split_at(after.len().min(meta_len.into()));
        let (body, after) = after.split_at(after.len().min(body_len.into()));
        append(&mut file, [kind, flags & 1], meta, body);
        rest = after;
    }
    if let Ok(reader) = Reader::open(Bytes::from(file)) {
        reader.verify(&mut |_| {});
        let _ = reader.to_cassette();
    }
});

fn append(file: &mut Vec<u8>, kind_and_flags: [u8; 2], meta: &[u8], body: &[u8]) {
    let mut head = Vec::from(kind_and_flags);
    head.extend_from_slice(&[0, 0]);
    head.extend_from_slice(&(meta.len() as u32).to_le_bytes());
    head.extend_from_slice(&(body.len() as u64).to_le_bytes());
    head.extend_from_slice(&crc32fast::hash(body).to_le_bytes());
    let mut crc = crc32fast::Hasher::new();
    crc.update(&head);
    crc.update(meta);
    file.extend_from_slice(&head);
    file.extend_from_slice(&crc.finalize().to_le_bytes());
    file.extend_from_slice(meta);
    file.extend_from_slice(body);
}
