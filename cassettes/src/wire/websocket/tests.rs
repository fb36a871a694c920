use flate2::{Compress, Compression, FlushCompress};
use proptest::collection::vec;
use proptest::prelude::*;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

use super::*;
use crate::model::Direction;
use crate::wire::http1::{RequestHead, ResponseHead};

fn agreement(extensions: &str) -> Agreement {
    let request =
        b"GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n";
    let response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: {extensions}\r\n\r\n"
    );
    let request = RequestHead::parse(request).unwrap();
    Agreement::of(&request, &ResponseHead::parse(response.as_bytes()).unwrap()).unwrap()
}

fn read_as(agreement: Agreement, wire: &[u8], size: usize) -> Result<Vec<Message>, WebSocketError> {
    let mut reader = MessageReader::new(agreement, Direction::ToServer);
    let mut messages = Vec::new();
    for mut piece in wire.chunks(size) {
        while let Some(message) = reader.advance(&mut piece)? {
            messages.push(message);
        }
    }
    Ok(messages)
}

fn read(wire: &[u8]) -> Result<Vec<Message>, WebSocketError> {
    let whole = read_as(Agreement::default(), wire, wire.len().max(1));
    for size in 1..wire.len().min(20) {
        assert_eq!(read_as(Agreement::default(), wire, size), whole, "in pieces of {size}");
    }
    whole
}

fn texts(messages: &[Message]) -> Vec<(Kind, String)> {
    let text = |message: &Message| String::from_utf8_lossy(&message.payload).into_owned();
    messages.iter().map(|message| (message.kind, text(message))).collect()
}

#[test]
fn the_examples_of_rfc_6455_are_read() {
    let hello = |kind| [(kind, "Hello".to_owned())];
    assert_eq!(texts(&read(b"\x81\x05Hello").unwrap()), hello(Kind::Text));
    let masked = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    assert_eq!(texts(&read(masked).unwrap()), hello(Kind::Text));
    let fragmented = read(b"\x01\x03Hel\x80\x02lo").unwrap();
    assert_eq!((texts(&fragmented), fragmented[0].frames), (hello(Kind::Text).into(), 2));
    assert_eq!(texts(&read(b"\x89\x05Hello").unwrap()), hello(Kind::Ping));
    let masked = b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    assert_eq!(texts(&read(masked).unwrap()), hello(Kind::Pong));
    assert_eq!(accept_key(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

#[test]
fn the_examples_of_rfc_7692_are_inflated() {
    let two = b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00";
    for size in 1..two.len() {
        let read = read_as(agreement("permessage-deflate"), two, size).unwrap();
        assert_eq!(texts(&read), [(Kind::Text, "Hello".into()), (Kind::Text, "Hello".into())]);
        assert!(read.iter().all(|message| message.compressed && message.readable));
    }
    // In two fragments; not compressed at all; a last block; two blocks.
    for wire in [
        &b"\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00"[..],
        b"\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00",
        b"\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
        b"\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
    ] {
        let read = read_as(agreement("permessage-deflate"), wire, 64).unwrap();
        assert_eq!(texts(&read), [(Kind::Text, "Hello".into())], "{wire:?}");
    }
}

#[test]
fn without_context_takeover_each_message_stands_alone() {
    let two = b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00";
    let agreed = agreement("permessage-deflate; client_no_context_takeover");
    let read = read_as(agreed, two, 64).unwrap();
    assert_eq!(read[0].payload, "Hello");
    assert!(!read[1].readable);
}

#[test]
fn parameters_are_read_for_each_side() {
    let agreed = agreement(
        "x, permessage-deflate; server_no_context_takeover; client_max_window_bits=\"10\" ; server_max_window_bits=12",
    );
    let deflate = agreed.deflate.unwrap();
    let client = DeflateSide { takeover: true, window_bits: 10 };
    let server = DeflateSide { takeover: false, window_bits: 12 };
    assert_eq!(deflate.side(Direction::ToServer), client);
    assert_eq!(deflate.side(Direction::ToClient), server);
    assert_eq!(agreement("").deflate, None);
}

#[test]
fn a_small_bomb_is_not_inflated_beyond_the_limit() {
    let mut compress = Compress::new_with_window_bits(Compression::best(), false, 15);
    let mut bomb = Vec::with_capacity(1 << 20);
    let zeros = vec![0; MAX_MESSAGE_BYTES + 1];
    compress.compress_vec(&zeros, &mut bomb, FlushCompress::Sync).unwrap();
    let mut wire = encode(Opcode::Binary, &bomb);
    wire[0] |= 0x40;
    let read = read_as(agreement("permessage-deflate"), &wire, 1 << 16).unwrap();
    assert!(!read[0].readable);
    assert_eq!(read[0].payload, bomb);
}

#[test]
fn control_frames_come_amid_a_message_and_close_tells_its_code() {
    let wire = b"\x01\x01a\x89\x00\x80\x01b\x88\x06\x03\xe9away";
    let messages = read(wire).unwrap();
    let kinds: Vec<_> = messages.iter().map(|message| message.kind).collect();
    assert_eq!(kinds, [Kind::Ping, Kind::Text, Kind::Close]);
    assert_eq!(messages[1].payload, "ab");
    let close = messages[2].close().unwrap();
    assert_eq!((close.code, close.reason), (Some(1001), &b"away"[..]));
    assert_eq!(messages[2].end, wire.len() as u64);
}

#[test]
fn what_is_no_frame_is_told_with_its_place() {
    for (wire, problem) in [
        (&b"\x81\x00\x83\x00"[..], WebSocketProblem::Opcode(3)),
        (b"\x81\x00\x09\x00", WebSocketProblem::FragmentedControl),
        (b"\x81\x00\x88\x7e\x00\x7e", WebSocketProblem::LongControl),
        (b"\x81\x00\x82\x7f\xff\0\0\0\0\0\0\0", WebSocketProblem::Length),
        (b"\x81\x00\x80\x00", WebSocketProblem::Continuation),
        (b"\x01\x00\x81\x00", WebSocketProblem::Interleaved),
    ] {
        assert_eq!(read(wire).unwrap_err(), WebSocketError { offset: 2, problem });
    }
}

#[test]
fn a_length_that_is_only_claimed_takes_no_memory() {
    let mut reader = MessageReader::default();
    let mut wire = &b"\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xffabc"[..];
    assert_eq!(reader.advance(&mut wire), Ok(None));
    assert!(reader.is_amid_message());
}

/// A message as tungstenite frames it, in fragments, masked.
fn framed(payload: &[u8], cuts: usize, mask: [u8; 4]) -> Vec<u8> {
    let pieces: Vec<&[u8]> = payload.chunks(payload.len().div_ceil(cuts).max(1)).collect();
    let pieces = if pieces.is_empty() { vec![&payload[..0]] } else { pieces };
    let mut wire = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let code = if index == 0 { Data::Binary } else { Data::Continue };
        let is_last = index + 1 == pieces.len();
        let mut frame = Frame::message(piece.to_vec(), OpCode::Data(code), is_last);
        frame.header_mut().mask = Some(mask);
        frame.format(&mut wire).unwrap();
    }
    wire
}

proptest! {
    #[test]
    fn what_another_implementation_frames_is_read(
        payloads in vec((vec(any::<u8>(), 0..300), 1..4_usize), 1..5),
        mask in any::<[u8; 4]>(),
        size in 1..80_usize,
    ) {
        let wire: Vec<u8> =
            payloads.iter().flat_map(|(payload, cuts)| framed(payload, *cuts, mask)).collect();
        let read = read_as(Agreement::default(), &wire, size).unwrap();
        let read: Vec<_> = read.iter().map(|message| message.payload.to_vec()).collect();
        let sent: Vec<_> = payloads.into_iter().map(|(payload, _)| payload).collect();
        prop_assert_eq!(read, sent);
    }

    #[test]
    fn any_bytes_are_read_or_refused_alike_however_they_are_cut(
        wire in vec(prop_oneof![Just(0x81_u8), Just(0), Just(2), any::<u8>()], 0..60),
        size in 1..10_usize,
    ) {
        let agreed = agreement("permessage-deflate");
        prop_assert_eq!(read_as(agreed, &wire, size).ok(), read_as(agreed, &wire, 100).ok());
    }
}
