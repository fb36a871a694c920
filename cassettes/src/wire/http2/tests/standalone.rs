//! One direction of a connection, whole, cut and broken.

use super::hpack::{Encoder, Field, HpackError};
use super::*;
use crate::model::Direction;

/// The pieces of a direction that comes in these reads, and how it failed.
fn read(direction: Direction, reads: &[&[u8]]) -> (Vec<Piece>, Option<Http2Error>, Standalone) {
    let (mut reader, mut pieces, mut failed) = (Standalone::new(direction), vec![], None);
    for read in reads {
        reader.receive(&Bytes::copy_from_slice(read));
        while failed.is_none() {
            match reader.poll() {
                Some(Ok(piece)) => pieces.push(piece),
                Some(Err(error)) => failed = Some(error),
                None => break,
            }
        }
    }
    (pieces, failed, reader)
}

fn wire_len(pieces: &[Piece]) -> usize {
    pieces.iter().map(Piece::wire_len).sum()
}

/// Two requests; the second one's head comes in three frames and refers to the first one's.
fn client() -> Vec<u8> {
    let mut encoder = Encoder::new();
    let fields = [Field::new(":method", "GET"), Field::new("x-own", "value")];
    let mut wire = PREFACE.to_vec();
    wire.extend(compose::settings(&[]).encode());
    wire.extend(compose::headers(1, encoder.encode(&fields), true).encode());
    let long = [&fields[..], &[Field::new("x-long", "|".repeat(30))]].concat();
    for frame in compose::split(compose::headers(3, encoder.encode(&long), false), 15) {
        wire.extend(frame.encode());
    }
    wire.extend(padded_frame((3, flag::PADDED | flag::END_STREAM, "body".into(), 2)).encode());
    wire
}

#[test]
fn every_block_comes_whole_and_written_out() {
    let wire = client();
    let (pieces, failed, reader) = read(Direction::ToServer, &[&wire]);
    assert_eq!((failed, wire_len(&pieces)), (None, wire.len()));
    assert_eq!(reader.offset(), wire.len() as u64);
    let [Piece::Preface, _, _, Piece::Frame { frame, wire_len }, Piece::Frame { frame: data, .. }] =
        &pieces[..]
    else {
        panic!("{pieces:?}")
    };
    let sent = frames(&Bytes::copy_from_slice(&wire[PREFACE.len()..])).map(Result::unwrap);
    let sent: Vec<_> = sent.filter(|frame| frame.stream() == 3).collect();
    let parts = sent.iter().filter(|frame| frame.kind() != Kind::Data);
    assert_eq!(*wire_len, parts.map(|frame| frame.header.wire_len()).sum::<usize>());
    assert!(sent.len() > 2 && frame.header.has(flag::END_HEADERS));
    let fields = frame.fields().unwrap().unwrap();
    assert_eq!(fields[1], Field::new("x-own", "value"));
    assert_eq!(hpack::encode_standalone(&fields), frame.block().unwrap());
    assert_eq!(data.payload, b"\x02body\0\0"[..]);
}

#[test]
fn a_direction_cut_at_any_byte_says_the_same() {
    let wire = client();
    let (whole, ..) = read(Direction::ToServer, &[&wire]);
    for at in 0..wire.len() {
        let (before, after) = wire.split_at(at);
        let (pieces, failed, reader) = read(Direction::ToServer, &[before, after]);
        assert_eq!((pieces, failed), (whole.clone(), None), "cut at {at}");
        assert_eq!(reader.unread().len(), 0);
    }
    let bytes: Vec<_> = wire.chunks(1).collect();
    assert_eq!(read(Direction::ToServer, &bytes).0, whole);
}

#[test]
fn a_direction_that_ends_anywhere_loses_nothing() {
    let wire = client();
    for end in 0..wire.len() {
        let (pieces, failed, reader) = read(Direction::ToServer, &[&wire[..end]]);
        assert_eq!(failed, None);
        let given = wire_len(&pieces);
        assert_eq!(reader.offset(), given as u64);
        assert_eq!(reader.unread(), wire[given..end], "end at {end}");
    }
}

/// What comes after an error, and what it concerns, is all there.
fn fails(direction: Direction, wire: &[u8], problem: impl Into<Problem>) {
    let wire = [wire, b"and what follows"].concat();
    let problem = problem.into();
    for reads in [vec![&wire[..]], wire.chunks(1).collect(), wire.chunks(1000).collect()] {
        let (pieces, failed, reader) = read(direction, &reads);
        assert_eq!(failed.unwrap().problem, problem);
        let given = wire_len(&pieces);
        assert_eq!((reader.offset(), failed.unwrap().offset), (given as u64, given as u64));
        assert!(reader.unread() == wire[given..], "{problem}");
    }
}

/// A server's SETTINGS, and these frames.
fn server(frames: &[Frame]) -> Vec<u8> {
    [compose::settings(&[])].iter().chain(frames).flat_map(Frame::encode).collect()
}

fn open_block(block: &[u8]) -> Frame {
    Frame::new(Kind::Headers, 0, 1, Bytes::copy_from_slice(block))
}

fn continuation(flags: u8, block: &[u8]) -> Frame {
    Frame::new(Kind::Continuation, flags, 1, Bytes::copy_from_slice(block))
}

#[test]
fn what_does_not_begin_as_http2_is_an_error() {
    fails(Direction::ToServer, b"GET / HTTP/1.1\r\n", Problem::Preface);
    fails(Direction::ToServer, b"PRI * HTTP/2.0\r\n\r\nGET", Problem::Preface);
    fails(Direction::ToClient, &compose::ping([0; 8]).encode(), Problem::FirstFrame);
    fails(Direction::ToClient, b"HTTP/1.1 400 Bad Request\r\n\r\n", Problem::FirstFrame);
}

#[test]
fn a_block_interrupted_by_another_frame_is_an_error() {
    let ping = compose::ping([0; 8]);
    fails(Direction::ToClient, &server(&[open_block(b""), ping]), BlockError::Interrupted);
    let other = Frame {
        header: FrameHeader { stream: 3, ..continuation(4, b"").header },
        ..continuation(4, b"")
    };
    fails(Direction::ToClient, &server(&[open_block(b""), other]), BlockError::Interrupted);
    fails(Direction::ToClient, &server(&[continuation(4, b"")]), BlockError::Unexpected);
}

#[test]
fn a_block_that_cannot_be_read_is_an_error() {
    let broken =
        [open_block(b"\x82\xff"), continuation(0, b""), continuation(flag::END_HEADERS, b"\x80")];
    fails(Direction::ToClient, &server(&broken), HpackError::CutShort);
    let huffman = compose::headers(1, Bytes::from_static(b"\0\x81\0\x00"), false);
    fails(Direction::ToClient, &server(&[huffman]), HpackError::Huffman);
}

#[test]
fn a_flood_of_continuations_has_an_end() {
    let mut frames = vec![open_block(b"\x82")];
    frames.resize(MAX_CONTINUATIONS + 2, continuation(0, b""));
    fails(Direction::ToClient, &server(&frames), BlockError::TooManyFrames);
    frames.pop();
    frames.push(continuation(flag::END_HEADERS, b""));
    frames.remove(1);
    assert_eq!(read(Direction::ToClient, &[&server(&frames)]).1, None);
}

#[test]
fn a_huge_header_list_has_an_end() {
    let long = vec![b'x'; 64 * 1024];
    let mut frames = vec![open_block(b"")];
    frames.resize(1 + MAX_BLOCK_BYTES / long.len(), continuation(0, &long));
    frames.push(continuation(0, b"!"));
    fails(Direction::ToClient, &server(&frames), BlockError::TooLong);
    let block = Bytes::from(vec![b'x'; MAX_BLOCK_BYTES + 1]);
    fails(Direction::ToClient, &server(&[open_block(&block)]), BlockError::TooLong);
    // Few bytes that say much.
    let entry = [&b"\x40\x01x\x7f\xb9\x16"[..], &vec![b'v'; 3000]].concat();
    let bomb = [&entry[..], &vec![0xbe; 10_000]].concat();
    let bomb = compose::headers(1, bomb.into(), true);
    fails(Direction::ToClient, &server(&[bomb]), HpackError::ListTooLong);
}

proptest! {
    #[test]
    fn no_bytes_are_too_odd(wire in vec(any::<u8>(), 0..300), frames in vec(frame(), 0..5), len in 1_usize..50) {
        let wire = [&server(&frames)[..], &wire].concat();
        let (whole, failed, reader) = read(Direction::ToClient, &[&wire]);
        prop_assert_eq!(&reader.unread()[..], &wire[wire_len(&whole)..]);
        let reads: Vec<_> = wire.chunks(len).collect();
        let cut = read(Direction::ToClient, &reads);
        prop_assert_eq!((cut.0, cut.1), (whole, failed));
    }
}
