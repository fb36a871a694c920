//! Any bytes as a capture file, compressed or not, cut at any place: the same packets, each within its limit, and the same end.

#![no_main]

use std::io::Cursor;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use recorder::capture::{CaptureError, CaptureFile, CaptureParser, Captured, MAX_BLOCK_BYTES};

fuzz_target!(|input: (u16, &[u8])| {
    let (cut, file) = input;
    let (start, end) = file.split_at(file.len().min(cut.into()));
    let whole = read(&[file]);
    assert_eq!(read(&[start, end]), whole);

    for found in whole.iter().flatten() {
        match found {
            Captured::Packet(packet) => assert!(packet.data.len() <= MAX_BLOCK_BYTES),
            Captured::Cut(cut) => assert_eq!(cut.offset + cut.present, file.len() as u64),
            _ => {}
        }
    }

    // Decompressed, a small file may be a very long one. Without compression there is nothing more to see.
    if !matches!(file, [0x1f, 0x8b, ..] | [0x28, 0xb5, ..]) {
        return;
    }
    if let Ok(found) = CaptureFile::new(Cursor::new(file.to_vec())) {
        found.take(1000).for_each(drop);
    }
});

fn read(pieces: &[&[u8]]) -> Vec<Result<Captured, CaptureError>> {
    let mut parser = CaptureParser::new();
    let mut found = Vec::new();
    for piece in pieces {
        parser.receive(Bytes::copy_from_slice(piece));
        found.extend(std::iter::from_fn(|| parser.poll()));
    }
    parser.finish();
    found.extend(std::iter::from_fn(|| parser.poll()));
    found
}
