//! The `h2` crate as an oracle: what its peers say to each other is read here, and written anew for them.

use std::collections::BTreeMap;

use super::conversation::{Between, Exchanges, Settings, Side, arrives, exchanges, settings, talk};
use super::hpack::Field;
use super::rewrite::Rewriter;
use super::*;
use crate::model::Direction;

/// Listens, and changes nothing.
struct Tap {
    requests: Standalone,
    answers: Standalone,
    frames: Vec<(Direction, Frame)>,
}

impl Tap {
    fn new() -> Self {
        Self {
            requests: Standalone::new(Direction::ToServer),
            answers: Standalone::new(Direction::ToClient),
            frames: Vec::new(),
        }
    }

    /// What was said on each stream, the earliest first.
    fn exchanges(&self) -> Exchanges {
        let mut streams = BTreeMap::<u32, (Side, Side)>::new();
        for (direction, frame) in self.frames.iter().filter(|(_, frame)| frame.stream() > 0) {
            let (request, answer) = streams.entry(frame.stream()).or_default();
            let side = if *direction == Direction::ToServer { request } else { answer };
            hear(side, frame);
        }
        streams.into_values().collect()
    }
}

impl Between for Tap {
    fn pass(&mut self, direction: Direction, bytes: &Bytes) -> Bytes {
        let reader = match direction {
            Direction::ToServer => &mut self.requests,
            Direction::ToClient => &mut self.answers,
        };
        reader.receive(bytes);
        while let Some(piece) = reader.poll() {
            if let Piece::Frame { frame, .. } = piece.unwrap() {
                self.frames.push((direction, frame));
            }
        }
        bytes.clone()
    }
}

fn hear(side: &mut Side, frame: &Frame) {
    if let Some(data) = frame.data() {
        side.body.resize(1, Vec::new());
        side.body[0].extend_from_slice(&data);
    } else if let Some(fields) = frame.fields() {
        let fields = fields.unwrap();
        let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        let list = fields.iter().filter(|field| !field.is_pseudo());
        let list =
            list.map(|field| (text(&field.name), text(&field.value), field.sensitive)).collect();
        if fields.iter().any(Field::is_pseudo) {
            side.fields = list;
        } else {
            side.trailers = Some(list);
        }
        side.body.resize(1, Vec::new());
    }
}

/// Writes header blocks anew on the way.
struct Proxy(Rewriter);

impl Between for Proxy {
    fn pass(&mut self, direction: Direction, bytes: &Bytes) -> Bytes {
        let mut passed = Vec::new();
        self.0.advance(direction, bytes, &mut |bytes| passed.extend_from_slice(&bytes)).unwrap();
        passed.into()
    }
}

fn arriving(said: &Exchanges) -> Exchanges {
    said.iter().map(|(request, answer)| (arrives(request), arrives(answer))).collect()
}

/// Which values are never to be indexed, `h2` does not tell.
fn open(mut exchanges: Exchanges) -> Exchanges {
    for side in exchanges.iter_mut().flat_map(|(request, answer)| [request, answer]) {
        let trailers = side.trailers.iter_mut().flatten();
        side.fields.iter_mut().chain(trailers).for_each(|(.., sensitive)| *sensitive = false);
    }
    exchanges
}

/// A list's fields in any order: a map's differs from the wire's once names come several times.
fn sorted(exchanges: Exchanges) -> Exchanges {
    let sort = |mut side: Side| {
        side.fields.sort();
        side.trailers.iter_mut().for_each(|trailers| trailers.sort());
        side
    };
    exchanges.into_iter().map(|(request, answer)| (sort(request), sort(answer))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_h2_peers_say_is_heard(settings in settings(), said in exchanges()) {
        let (arrived, tap) = talk(Tap::new(), &settings, &said);
        prop_assert_eq!(open(arrived.clone()), open(arriving(&said)));
        prop_assert_eq!(sorted(open(tap.exchanges())), sorted(open(arrived)));
    }

    #[test]
    fn what_is_written_anew_says_the_same_to_h2(settings in settings(), said in exchanges()) {
        let rewriter = Rewriter::origin("http://upstream:8080", "http://localhost");
        let (arrived, _) = talk(Proxy(rewriter), &settings, &said);
        prop_assert_eq!(open(arrived), open(arriving(&said)));
    }
}

#[test]
fn a_hundred_requests_on_one_connection_are_heard() {
    let side = |n: usize| Side {
        fields: vec![("x-n".into(), n.to_string(), false), ("x-same".into(), "same".into(), false)],
        body: vec![vec![0; 100 * n]],
        trailers: None,
    };
    let said: Exchanges = (0..100).map(|n| (side(n), side(n + 1))).collect();
    let settings = Settings { tables: (4096, 4096), read: 4096 };
    let (arrived, tap) = talk(Tap::new(), &settings, &said);
    assert_eq!(arrived, arriving(&said));
    assert_eq!(sorted(tap.exchanges()), sorted(arrived));
}
