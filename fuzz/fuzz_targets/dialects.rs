//! Any bytes as one direction of a dialect, cut at any place: the same messages, or the same refusal; and each can be read.

#![no_main]

use cassettes::model::Direction;
use cassettes::wire::dialects::{Dialect, Foreign};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, bool, u8, &[u8])| {
    let (dialect, by_client, cut, wire) = input;
    let dialect = match dialect & 3 {
        0 => Dialect::Resp,
        1 => Dialect::Line,
        _ => Dialect::Postgres,
    };
    let direction = if by_client { Direction::ToServer } else { Direction::ToClient };

    let whole = read(dialect, direction, &[wire]);
    let (start, end) = wire.split_at(wire.len().min(cut.into()));
    assert_eq!(read(dialect, direction, &[start, end]), whole);

    let mut begin = 0;
    for &end in &whole.0 {
        let message = &wire[begin..end];
        assert!(!message.is_empty(), "a message has bytes");
        assert!(
            dialect.readable(direction, message).len() <= message.len() * 4,
            "what is read is not much longer"
        );
        begin = end;
    }
});

/// Where messages end, and why no more could be told apart.
fn read(dialect: Dialect, direction: Direction, pieces: &[&[u8]]) -> (Vec<usize>, Option<Foreign>) {
    let mut cutter = dialect.cutter(direction);
    let (mut ends, mut at) = (Vec::new(), 0);
    for mut piece in pieces.iter().copied() {
        while !piece.is_empty() {
            match cutter.advance(piece) {
                Ok(Some(len)) => {
                    at += len;
                    ends.push(at);
                    piece = &piece[len..];
                }
                Ok(None) => {
                    at += piece.len();
                    break;
                }
                Err(error) => return (ends, Some(error)),
            }
        }
    }
    (ends, None)
}
