//! Any bytes, opened as a cassette, read, verified and continued. Start it from `cassettes/library`.

#![no_main]

use bytes::Bytes;
use cassettes::format::{Journal, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let Ok(reader) = Reader::open(Bytes::copy_from_slice(file)) else { return };
    reader.verify(&mut |problem| assert!(problem.offset <= file.len() as u64));
    let _ = reader.to_cassette();
    if let Ok(journal) = Journal::resume(&reader, reader.sound_len()) {
        journal.finish();
    }
});
