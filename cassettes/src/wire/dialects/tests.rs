//! All dialects: what they cut, however it comes in pieces, and what they refuse.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::model::{Chunk, ConnectionId, Timestamp};

/// The messages in these pieces, by their ends.
fn cut(dialect: Dialect, direction: Direction, pieces: &[&[u8]]) -> Result<Vec<u64>, Foreign> {
    let (mut cutter, mut ends, mut before) = (dialect.cutter(direction), Vec::new(), 0);
    for piece in pieces {
        let mut at = 0;
        while at < piece.len() {
            match cutter.advance(&piece[at..])? {
                Some(len) => {
                    assert!((1..=piece.len() - at).contains(&len), "{len} of {piece:?}");
                    at += len;
                    ends.push(before + at as u64);
                }
                None => at = piece.len(),
            }
        }
        before += piece.len() as u64;
    }
    Ok(ends)
}

/// The same, cut at every byte.
fn cut_anywhere(dialect: Dialect, direction: Direction, bytes: &[u8]) -> Result<Vec<u64>, Foreign> {
    let whole = cut(dialect, direction, &[bytes]);
    for at in 1..bytes.len() {
        let (head, rest) = bytes.split_at(at);
        assert_eq!(cut(dialect, direction, &[head, rest]), whole, "cut at {at}");
    }
    let single: Vec<_> = bytes.chunks(1).collect();
    assert_eq!(cut(dialect, direction, &single), whole);
    whole
}

fn lines(bytes: &[u8]) -> Result<Vec<u64>, Foreign> {
    cut_anywhere(Dialect::Line, Direction::ToServer, bytes)
}

fn answers(bytes: &[u8]) -> Result<Vec<u64>, Foreign> {
    cut_anywhere(Dialect::Resp, Direction::ToClient, bytes)
}

/// That this is one value of Redis, whole with its last byte.
fn is_one(bytes: &str) {
    let len = bytes.len() as u64;
    let twice = [bytes, bytes].concat();
    assert_eq!(answers(twice.as_bytes()), Ok(vec![len, 2 * len]), "{bytes:?}");
}

#[test]
fn a_line_ends_with_lf_whatever_comes_before_it() {
    assert_eq!(lines(b"EHLO me\r\n\nQUIT\nre"), Ok(vec![9, 10, 15]));
    assert_eq!(lines("h\u{e9}\tb\n".as_bytes()), Ok(vec![6]));
}

#[test]
fn a_control_character_is_in_no_line() {
    assert_eq!(lines(b"ok\n\x00\x01\n"), Err(Foreign::Control(0)));
}

#[test]
fn a_line_may_not_be_endless() {
    let long = vec![b'a'; usize::try_from(MAX_LINE_BYTES).unwrap()];
    let ended = [&long[1..], b"\n"].concat();
    assert_eq!(cut(Dialect::Line, Direction::ToServer, &[&ended]), Ok(vec![MAX_LINE_BYTES]));
    for dialect in [Dialect::Line, Dialect::Resp] {
        let pieces = [b"+", &long[..], b"a"];
        assert_eq!(cut(dialect, Direction::ToClient, &pieces), Err(Foreign::LongLine));
    }
}

#[test]
fn every_kind_of_value_is_one_message() {
    let all = [
        "+OK\r\n",
        "-ERR no\r\n",
        ":-12\r\n",
        "$5\r\nhel\r\n\r\n",
        "$0\r\n\r\n",
        "$-1\r\n",
        "*0\r\n",
        "*-1\r\n",
        "*2\r\n$1\r\na\r\n*1\r\n:1\r\n",
        "_\r\n",
        "#t\r\n",
        ",1.5\r\n",
        "(34928903284092385094\r\n",
        "!5\r\nERR x\r\n",
        "=7\r\ntxt:abc\r\n",
        "%2\r\n+a\r\n:1\r\n+b\r\n%0\r\n",
        "~1\r\n#f\r\n",
        ">3\r\n+message\r\n+news\r\n$2\r\nhi\r\n",
        "|1\r\n+ttl\r\n:3600\r\n+value\r\n",
        "*2\r\n|1\r\n+ttl\r\n:1\r\n+a\r\n|0\r\n+b\r\n",
        "*?\r\n:1\r\n*1\r\n:2\r\n.\r\n",
        "*2\r\n$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n+a\r\n",
    ];
    all.into_iter().for_each(is_one);
}

#[test]
fn what_is_no_value_is_refused() {
    let refused = [
        ("HTTP/1.1", Foreign::Kind(b'H')),
        ("+OK\n", Foreign::End(b'\n')),
        ("+O\rK\r\n", Foreign::End(b'K')),
        ("$2\r\nabc", Foreign::End(b'c')),
        ("$x\r\n", Foreign::Length),
        ("$\r\n", Foreign::Length),
        ("*-2\r\n", Foreign::Length),
        ("$99999999999999999999\r\n", Foreign::Length),
        ("%18446744073709551615\r\n", Foreign::Length),
        (";1\r\n", Foreign::Kind(b';')),
    ];
    for (bytes, why) in refused {
        assert_eq!(answers(bytes.as_bytes()), Err(why), "{bytes:?}");
    }
}

#[test]
fn values_are_nested_so_deep_and_no_deeper() {
    let nested = |depth: usize| ["*1\r\n".repeat(depth), ":1\r\n".to_owned()].concat();
    is_one(&nested(resp::MAX_DEPTH));
    let deeper = nested(resp::MAX_DEPTH + 1);
    assert_eq!(answers(deeper.as_bytes()), Err(Foreign::Depth));
}

#[test]
fn a_client_of_redis_sends_arrays() {
    let commands = b"*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
    let cut = |bytes| cut_anywhere(Dialect::Resp, Direction::ToServer, bytes);
    assert_eq!(cut(commands), Ok(vec![14, 34]));
    assert_eq!(cut(b"\r\n\r\n*1\r\n$4\r\nPING\r\n\r\n"), Ok(vec![18]), "empty lines are none");
    assert_eq!(cut(b"+OK\r\n"), Err(Foreign::Kind(b'+')));
}

#[test]
fn what_only_frames_a_message_is_not_read() {
    let read = |dialect: Dialect, message: &str| {
        String::from_utf8(dialect.readable(Direction::ToServer, message.as_bytes()).into_owned())
            .unwrap()
    };
    assert_eq!(read(Dialect::Line, "EHLO me\r\n"), "EHLO me");
    assert_eq!(read(Dialect::Resp, "*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n"), "GET a\r\nb");
    assert_eq!(read(Dialect::Resp, "*3\r\n:1\r\n$-1\r\n*0\r\n"), ":1 $-1 *0");
    for cut in 0..20 {
        read(Dialect::Resp, &"*2\r\n$3\r\nGET\r\n$99999999999\r\na"[..cut]);
    }
}

#[test]
fn who_says_a_password_is_known_in_each_dialect() {
    let tells =
        |dialect: Dialect, said: &str| dialect.tells_password(Direction::ToServer, said.as_bytes());
    for said in ["AUTH PLAIN AGE=\r\n", "PASS secret\r\n", "pass x\n", "a1 LOGIN me secret\r\n"] {
        assert!(tells(Dialect::Line, said), "{said}");
    }
    assert!(tells(Dialect::Resp, "*2\r\n$4\r\nauth\r\n$1\r\nx\r\n"));
    assert!(tells(
        Dialect::Resp,
        "*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$1\r\na\r\n$1\r\nb\r\n"
    ));
    assert!(tells(Dialect::Postgres, "p\0\0\0\x08abc\0"));
    assert!(!tells(Dialect::Line, "EHLO me\r\n"));
    assert!(!tells(Dialect::Resp, "*2\r\n$3\r\nGET\r\n$4\r\nAUTH\r\n"));
    assert!(!tells(Dialect::Postgres, "Q\0\0\0\x06a\0"));
    assert!(!Dialect::Line.tells_password(Direction::ToClient, b"AUTH PLAIN\r\n"));
}

/// A raw exchange; the client begins, and an empty chunk leaves its turn to the server.
fn raw(said: &[&'static str]) -> Exchange {
    let sides = [Direction::ToServer, Direction::ToClient].into_iter().cycle();
    let chunk = |(direction, bytes): (_, &&'static str)| {
        let bytes = Bytes::from_static(bytes.as_bytes());
        Chunk { direction, at: Timestamp::ZERO, bytes }
    };
    let chunks = sides.zip(said).map(chunk).filter(|it| !it.bytes.is_empty()).collect();
    Exchange { connection: ConnectionId(0), protocol: Protocol::Raw, chunks }
}

#[test]
fn a_dialect_is_known_by_what_both_sides_say() {
    assert_eq!(Dialect::of(&raw(&["PI", "", "NG\r\n", "PONG"])), Some(Dialect::Line));
    assert_eq!(Dialect::of(&raw(&["", "220 hi\r\n", "QUIT\r\n"])), Some(Dialect::Line));
    assert_eq!(Dialect::of(&raw(&["*1\r\n$4\r\nPING\r\n", "+PONG\r\n"])), Some(Dialect::Resp));
    // A command in a line has answers that are lines, too.
    assert_eq!(Dialect::of(&raw(&["PING\r\n", "+PONG\r\n"])), Some(Dialect::Line));
}

#[test]
fn what_is_in_no_dialect_is_left_alone() {
    assert_eq!(Dialect::of(&raw(&[])), None);
    assert_eq!(Dialect::of(&raw(&["", "12:34\n"])), None, "the client said nothing");
    assert_eq!(Dialect::of(&raw(&["GET a\nGET", "1\n"])), None, "its last message is not whole");
    assert_eq!(Dialect::of(&raw(&["get a\n", "\u{0}\u{1}"])), None, "no text comes back");
    let http = Exchange { protocol: Protocol::Http1, ..raw(&["GET / HTTP/1.1\r\n\r\n"]) };
    assert_eq!(Dialect::of(&http), None);
}

/// Any value of Redis, as bytes.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let text = "[+:,(#_-][a-z0-9]{0,5}\r\n".prop_map(String::into_bytes);
    let bulk = proptest::collection::vec(any::<u8>(), 0..20).prop_map(|content| {
        [format!("${}\r\n", content.len()).as_bytes(), &content, b"\r\n"].concat()
    });
    let null = Just(b"$-1\r\n".to_vec());
    prop_oneof![text, bulk, null].prop_recursive(4, 24, 4, |inner| {
        let aggregate = (prop_oneof![Just("*"), Just("~"), Just(">"), Just("%")], any::<bool>());
        (aggregate, proptest::collection::vec((inner.clone(), inner), 0..3)).prop_map(
            |((kind, open), pairs)| {
                let count = if kind == "%" { pairs.len() } else { 2 * pairs.len() };
                let count = if open { "?".to_owned() } else { count.to_string() };
                let mut value = format!("{kind}{count}\r\n").into_bytes();
                value.extend(pairs.iter().flat_map(|(a, b)| [&a[..], b].concat()));
                value.extend_from_slice(if open { b".\r\n" } else { b"" });
                value
            },
        )
    })
}

proptest! {
    #[test]
    fn values_in_a_row_are_cut_where_they_end(
        values in proptest::collection::vec(value(), 0..4),
        piece in 1..40_usize,
    ) {
        let bytes = values.concat();
        let pieces: Vec<_> = bytes.chunks(piece).collect();
        let ends = values.iter().scan(0, |at, value| {
            *at += value.len() as u64;
            Some(*at)
        });
        let ends: Vec<_> = ends.collect();
        prop_assert_eq!(cut(Dialect::Resp, Direction::ToClient, &pieces), Ok(ends));
    }

    #[test]
    fn any_bytes_are_cut_or_refused_alike_in_any_pieces(
        bytes in proptest::collection::vec(prop_oneof![
            any::<u8>(), Just(b'*'), Just(b'$'), Just(b'1'), Just(b'\r'), Just(b'\n')
        ], 0..60),
        piece in 1..20_usize,
    ) {
        for dialect in [Dialect::Line, Dialect::Resp, Dialect::Postgres] {
            let pieces: Vec<_> = bytes.chunks(piece).collect();
            let whole = cut(dialect, Direction::ToClient, &[&bytes]);
            prop_assert_eq!(cut(dialect, Direction::ToClient, &pieces).is_ok(), whole.is_ok());
        }
    }
}
