//! Any direction of a connection, in reads of any one length (the first byte; 0: all at once): it says what it says
//! whole, nothing is lost, and every frame's reading ends. A rewriter takes it too.

#![no_main]

use bytes::Bytes;
use cassettes::model::Direction;
use cassettes::wire::http2::rewrite::Rewriter;
use cassettes::wire::http2::{Frame, Http2Error, Piece, Standalone, frames};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[len, kind], stream)) = input.split_first_chunk() else { return };
    let len = if len == 0 { usize::MAX } else { len.into() };
    let direction = if kind & 1 == 0 { Direction::ToServer } else { Direction::ToClient };
    let (pieces, error) = read(direction, stream, usize::MAX);
    pieces.iter().for_each(look_at);
    assert_eq!(read(direction, stream, len), (pieces, error));
    assert_eq!(rewrite(direction, stream, len), rewrite(direction, stream, usize::MAX));
});

fn reads(stream: &[u8], len: usize) -> impl Iterator<Item = Bytes> {
    stream.chunks(len.min(stream.len()).max(1)).map(Bytes::copy_from_slice)
}

fn read(direction: Direction, stream: &[u8], len: usize) -> (Vec<Piece>, Option<Http2Error>) {
    let (mut reader, mut pieces, mut failed) = (Standalone::new(direction), Vec::new(), None);
    for read in reads(stream, len) {
        reader.receive(&read);
        while failed.is_none() {
            match reader.poll() {
                Some(Ok(piece)) => pieces.push(piece),
                Some(Err(error)) => failed = Some(error),
                None => break,
            }
        }
    }
    let given: usize = pieces.iter().map(Piece::wire_len).sum();
    assert_eq!(reader.offset(), given as u64);
    // The reserved bit of a stream's number is not kept.
    assert_eq!(reader.unread().len(), stream.len() - given);
    (pieces, failed)
}

/// A frame says the same once it is written and read again; a block says fields that are written as it is.
fn look_at(piece: &Piece) {
    let Piece::Frame { frame, .. } = piece else { return };
    let again: Vec<Frame> = frames(&frame.encode()).map(|frame| frame.expect("sound")).collect();
    assert_eq!(again, [frame.clone()]);
    if let Some(fields) = frame.fields() {
        let fields = fields.expect("written out");
        let block = cassettes::wire::http2::hpack::encode_standalone(&fields);
        assert_eq!(frame.with_block(&block), *frame);
    }
    let _ = (frame.data(), frame.padding(), frame.priority(), frame.push_promise());
    let _ = (frame.rst(), frame.window_update(), frame.settings(), frame.ping(), frame.goaway());
}

fn rewrite(direction: Direction, stream: &[u8], len: usize) -> (Vec<u8>, Option<Http2Error>) {
    let mut rewriter = Rewriter::origin("https://api.example", "http://localhost:4000");
    let (mut passed, mut failed) = (Vec::new(), None);
    for read in reads(stream, len) {
        let mut out = |bytes: Bytes| passed.extend_from_slice(&bytes);
        failed = failed.or(rewriter.advance(direction, &read, &mut out).err());
    }
    if failed.is_none() {
        rewriter.finish(direction, &mut |bytes| passed.extend_from_slice(&bytes));
    }
    (passed, failed)
}
