//! Messages of PostgreSQL: where they end, what is none, and what people read of them.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::model::{Chunk, ConnectionId, Exchange, Protocol, Timestamp};
use crate::wire::dialects::{Dialect, message_ends};

fn opening(code: u32, parameters: &[u8]) -> Vec<u8> {
    let length = u32::try_from(8 + parameters.len()).unwrap();
    [&length.to_be_bytes()[..], &code.to_be_bytes(), parameters].concat()
}

fn startup() -> Vec<u8> {
    opening(3 << 16, b"user\0me\0database\0shop\0\0")
}

fn message(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(4 + content.len()).unwrap();
    [&[kind][..], &length.to_be_bytes(), content].concat()
}

/// The lengths of the messages in these bytes, however they are cut in two; and why there are no more.
fn cut(direction: Direction, bytes: &[u8]) -> (Vec<usize>, Option<Foreign>) {
    let whole = cut_at(direction, bytes, 0);
    for at in 1..bytes.len() {
        assert_eq!(cut_at(direction, bytes, at), whole, "cut at {at}");
    }
    whole
}

fn cut_at(direction: Direction, bytes: &[u8], at: usize) -> (Vec<usize>, Option<Foreign>) {
    let mut cutter = Postgres::new(direction);
    let (mut lengths, mut held) = (Vec::new(), 0);
    for mut piece in <[_; 2]>::from(bytes.split_at(at)) {
        while !piece.is_empty() {
            let end = match cutter.advance(piece) {
                Ok(end) => end,
                Err(error) => return (lengths, Some(error)),
            };
            let taken = end.unwrap_or(piece.len());
            held += taken;
            piece = &piece[taken..];
            if end.is_some() {
                lengths.push(std::mem::take(&mut held));
            }
        }
    }
    (lengths, None)
}

#[test]
fn a_client_asks_for_encryption_opens_and_then_gives_types() {
    let all = [
        opening(GSS, b""),
        opening(SSL, b""),
        startup(),
        message(b'Q', b"SELECT 1\0"),
        message(b'X', b""),
    ];
    let lengths = all.iter().map(Vec::len).collect();
    assert_eq!(cut(Direction::ToServer, &all.concat()), (lengths, None));
}

#[test]
fn a_server_refuses_encryption_with_a_byte_and_gives_notice_with_a_message() {
    let all = [
        vec![b'N'],
        vec![b'N'],
        message(b'R', &[0; 4]),
        message(b'N', b"SNOTICE\0\0"),
        message(b'Z', b"I"),
    ];
    let lengths = all.iter().map(Vec::len).collect();
    assert_eq!(cut(Direction::ToClient, &all.concat()), (lengths, None));
}

#[test]
fn what_opens_no_session_of_version_3_is_refused() {
    let refused = |bytes: &[u8]| cut(Direction::ToServer, bytes).1.unwrap();
    assert_eq!(refused(&opening(2 << 16, b"")), Foreign::Version(2 << 16));
    assert_eq!(refused(b"GET / HTTP/1.1"), Foreign::Size(0x4745_5420));
    assert_eq!(refused(&[0, 0, 0, 7]), Foreign::Size(7));
    assert_eq!(refused(&[startup(), b"?".to_vec()].concat()), Foreign::Type(b'?'));
    assert_eq!(refused(&[&startup()[..], &[b'Q', 0, 0, 0, 3]].concat()), Foreign::Size(3));
    assert_eq!(refused(&[opening(CANCEL, &[0; 8]), startup()].concat()), Foreign::Type(0));
    // Encryption: what follows cannot be read.
    assert_eq!(cut(Direction::ToClient, b"S\x16\x03\x03\0\0").1, Some(Foreign::Type(b'S')));
}

#[test]
fn the_longest_messages_are_those_that_postgresql_takes() {
    let says = |length: u32| cut(Direction::ToClient, &[&b"E"[..], &length.to_be_bytes()].concat());
    assert_eq!(says(MAX_MESSAGE_BYTES), (Vec::new(), None));
    assert_eq!(says(MAX_MESSAGE_BYTES + 1).1, Some(Foreign::Size(MAX_MESSAGE_BYTES + 1)));
    let opens = |length: u32| cut(Direction::ToServer, &length.to_be_bytes());
    assert_eq!(opens(MAX_OPENING_BYTES), (Vec::new(), None));
    assert_eq!(opens(MAX_OPENING_BYTES + 1).1, Some(Foreign::Size(MAX_OPENING_BYTES + 1)));
}

#[test]
fn two_that_speak_it_are_known_by_it() {
    let chunk =
        |(direction, bytes)| Chunk { direction, at: Timestamp::ZERO, bytes: Bytes::from(bytes) };
    let chunks = [(Direction::ToServer, startup()), (Direction::ToClient, message(b'R', &[0; 4]))];
    let chunks = chunks.into_iter().map(chunk).collect();
    let exchange = Exchange { connection: ConnectionId(0), protocol: Protocol::Raw, chunks };
    assert_eq!(Dialect::of(&exchange), Some(Dialect::Postgres));
}

#[test]
fn people_read_names_and_words_and_no_passwords() {
    let row = [&[0, 2, 0, 0, 0, 3][..], b"Ada", &[0xff; 4]].concat();
    let columns = [&[0, 2][..], b"name\0", &[0; 18], b"age\0", &[0; 18]].concat();
    let error = b"SERROR\0VERROR\0C22012\0Mdivision by zero\0Fint.c\0\0";
    for (direction, message, text) in [
        (Direction::ToServer, opening(SSL, b""), "SSLRequest"),
        (Direction::ToServer, startup(), "StartupMessage user me database shop"),
        (Direction::ToServer, message(b'Q', b"SELECT 1\0"), "Query SELECT 1"),
        (
            Direction::ToServer,
            message(b'P', b"s\0SELECT $1\0\0\x01\0\0\0\x17"),
            "Parse s SELECT $1",
        ),
        (Direction::ToServer, message(b'D', b"Ss\0"), "Describe s"),
        (Direction::ToServer, message(b'p', b"secret\0"), "Password"),
        (Direction::ToClient, vec![b'N'], "N"),
        (Direction::ToClient, message(b'R', &[0; 4]), "Authentication Ok"),
        (Direction::ToClient, message(b'T', &columns), "RowDescription name age"),
        (Direction::ToClient, message(b'D', &row), "DataRow Ada NULL"),
        (Direction::ToClient, message(b'E', error), "ErrorResponse ERROR 22012 division by zero"),
        (Direction::ToClient, message(b'Z', b"I"), "ReadyForQuery I"),
    ] {
        assert_eq!(String::from_utf8(readable(direction, &message)).unwrap(), text);
    }
}

proptest! {
    #[test]
    fn messages_in_a_row_are_cut_where_they_end(
        contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..6),
        piece in 1..30_usize,
    ) {
        let kinds = BY_CLIENT.iter().cycle();
        let all = kinds.zip(&contents).map(|(kind, content)| message(*kind, content));
        let all: Vec<_> = std::iter::once(startup()).chain(all).collect();
        let ends = all.iter().scan(0, |at, message| {
            *at += message.len() as u64;
            Some(*at)
        });
        let ends: Vec<_> = ends.collect();
        let mut cutter = Postgres::new(Direction::ToServer);
        let (mut found, mut before) = (Vec::new(), 0);
        for piece in all.concat().chunks(piece) {
            found.extend(message_ends(&mut cutter, piece).into_iter().map(|end| before + end));
            before += piece.len() as u64;
        }
        prop_assert_eq!(found, ends);
    }

    #[test]
    fn any_message_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..60), by_client: bool) {
        let direction = if by_client { Direction::ToServer } else { Direction::ToClient };
        prop_assert!(readable(direction, &bytes).len() <= bytes.len() * 4);
    }
}
