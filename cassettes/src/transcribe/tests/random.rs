//! Plays that nobody thought of.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Bytes, Direction, How, Playbook, Side};

/// A request and its answer, both whole.
fn exchange() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    (body(), body(), 0..4_u8).prop_map(|(sent, answered, interims)| {
        let request = [&b"POST /a?q=1 HTTP/1.1\r\n"[..], &sent].concat();
        let interims = b"HTTP/1.1 102 Processing\r\n\r\n".repeat(usize::from(interims / 3));
        (request, [&interims[..], b"HTTP/1.1 200 OK\r\n", &answered].concat())
    })
}

/// What follows a start line: headers, empty line, body.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let content = vec(any::<u8>(), 0..40);
    let chunk = (vec(any::<u8>(), 1..20), prop::bool::ANY);
    prop_oneof![
        Just(b"content-length: 0\r\n\r\n".to_vec()),
        content.prop_map(|content| {
            let head = format!("x: y\n z\ncontent-length: {}\r\n\r\n", content.len());
            [head.as_bytes(), &content].concat()
        }),
        vec(chunk, 0..4).prop_map(|chunks| {
            let mut body = b"transfer-encoding: chunked\r\n\r\n".to_vec();
            for (chunk, bare) in chunks {
                let end = if bare { "\n" } else { "\r\n" };
                body.extend(
                    [format!("{:x};ext{end}", chunk.len()).as_bytes(), &chunk, end.as_bytes()]
                        .concat(),
                );
            }
            [&body[..], b"0\r\nsum: 1\r\n\r\n"].concat()
        }),
    ]
}

/// Cuts what each says into reads of these lengths, over and over.
fn recut(play: &[(Direction, Vec<u8>)], lengths: &[usize]) -> Playbook {
    let mut joined: Vec<(Direction, Vec<u8>)> = Vec::new();
    for (direction, bytes) in play {
        match joined.last_mut() {
            Some(last) if last.0 == *direction => last.1.extend_from_slice(bytes),
            _ => joined.push((*direction, bytes.clone())),
        }
    }
    let mut lengths = lengths.iter().cycle();
    let mut recut = Playbook::http1();
    for (direction, bytes) in joined {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (read, more) = rest.split_at(lengths.next().map_or(1, |len| *len).min(rest.len()));
            recut = recut.says(direction, read);
            rest = more;
        }
    }
    recut
}

fn anything() -> impl Strategy<Value = (Direction, Vec<u8>)> {
    let direction = prop_oneof![Just(Direction::ToServer), Just(Direction::ToClient)];
    let piece = prop_oneof![
        vec(any::<u8>(), 0..30),
        prop::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
    ];
    (direction, piece)
}

/// What gets a parser far.
const PIECES: &[&str] = &[
    "GET / HTTP/1.1\r\n",
    "HEAD / HTTP/1.0\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nupgrade: x\r\n\r\n",
    "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\n",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 101 Switching\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    "HTTP/1.0 200 OK\r\n\r\n",
    "\r\n",
    "\r\n\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "x: y\r\n",
];

proptest! {
    #[test]
    fn however_it_is_cut_each_exchange_gets_its_own_bytes(
        exchanges in vec(exchange(), 1..6),
        ahead in 1..4_usize,
        lengths in vec(1..90_usize, 1..6),
    ) {
        let mut play = Vec::new();
        for batch in exchanges.chunks(ahead) {
            play.extend(batch.iter().map(|(request, _)| (Direction::ToServer, request.clone())));
            play.extend(batch.iter().map(|(_, answer)| (Direction::ToClient, answer.clone())));
        }
        let tape = recut(&play, &lengths).tape();
        tape.is_stable();
        let content: Vec<_> = tape.content();
        prop_assert_eq!(content.len(), exchanges.len());
        for ((sent, answered, summary), (request, answer)) in content.into_iter().zip(exchanges) {
            prop_assert_eq!((sent, answered), (Bytes::from(request), Bytes::from(answer)));
            prop_assert!(summary.complete && summary.request_first);
        }
    }

    #[test]
    fn whatever_is_said_nothing_is_lost_or_moved(
        acts in vec(anything(), 0..30),
        closes in prop::option::of((0..30_usize, prop::bool::ANY, prop::bool::ANY)),
    ) {
        let mut play = Playbook::http1();
        for (index, (direction, bytes)) in acts.iter().enumerate() {
            if let Some((at, server, reset)) = closes && at == index {
                let side = if server { Side::Server } else { Side::Client };
                play = play.ends(side, if reset { How::Reset } else { How::Fin });
            }
            play = play.says(*direction, bytes);
        }
        let tape = play.tape();
        for direction in [Direction::ToServer, Direction::ToClient] {
            let said = acts.iter().filter(|act| act.0 == direction);
            let said: Vec<u8> = said.flat_map(|act| act.1.clone()).collect();
            prop_assert_eq!(tape.sent(direction), said);
        }
    }
}
