//! Any HTTP archive: what is imported is sound; exported again it is an archive, and a capture that can be read.

#![no_main]

use bytes::{Bytes, BytesMut};
use cassettes::format::{Journal, Reader};
use cassettes::model::Header;
use libfuzzer_sys::fuzz_target;
use recorder::capture::{CaptureParser, Captured};
use recorder::packet::{Options, Unwrapper};
use recorder::{har, pcapng};

fuzz_target!(|archive: &[u8]| {
    let Some(reader) = import(archive) else { return };
    let mut export = har::Export::new(&reader, "fuzz 0");
    let mut again = Vec::new();
    while export.write(&mut again).expect("a sound cassette") {}
    assert!(import(&again).is_some(), "our own archives are archives");
    read_packets(&reader);
});

fn import(archive: &[u8]) -> Option<Reader> {
    let journal = Journal::create(&Header::default());
    let done = har::import(archive, &journal).ok()?;
    journal.finish();
    let mut pending = Vec::new();
    journal.take_pending(&mut pending);
    let mut file = BytesMut::new();
    pending.iter().for_each(|piece| file.extend_from_slice(piece));
    let reader = Reader::open(file.freeze()).expect("a whole cassette");
    reader.verify(&mut |problem| panic!("{problem}"));
    assert!(done.exchanges <= done.entries);
    Some(reader)
}

fn read_packets(reader: &Reader) {
    let mut export = pcapng::Export::new(reader, "fuzz").expect("a sound cassette");
    let mut file = Vec::new();
    while export.write(&mut file).expect("a sound cassette") {}
    let mut parser = CaptureParser::new();
    parser.receive(Bytes::from(file));
    parser.finish();
    let mut unwrapper = Unwrapper::new(Options::default());
    while let Some(captured) = parser.poll() {
        if let Captured::Packet(packet) = captured.expect("a whole capture") {
            assert!(unwrapper.receive(packet).is_some(), "every packet is TCP");
        }
    }
}
