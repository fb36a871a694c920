//! Plays: who says what in which order, and the exchanges that come of it.

mod cuts;
mod gaps;
mod given_up;
mod odd;
mod plays;
mod random;
mod random_streams;
mod scripts;
mod stream_scripts;
mod streams;

use bytes::Bytes;

use super::{Transcriber, collect, summarize};
use crate::model::{
    Chunk, Close, Connection, ConnectionId, Direction, Exchange, ExchangeSummary, Header, How,
    Protocol, Side, TapeEvent, Timestamp,
};

/// What happens on one connection, a millisecond apart.
#[derive(Clone)]
struct Playbook {
    speaks_http: bool,
    acts: Vec<Act>,
}

#[derive(Clone)]
enum Act {
    Says(Direction, Bytes),
    Ends(Side, How),
    Loses(Direction, u64),
}

/// What a transcriber made of a play.
struct Tape {
    exchanges: Vec<(Exchange, ExchangeSummary)>,
    connection: Connection,
    /// Every chunk, in the order in which it came out.
    chunks: Vec<Chunk>,
    /// In which order the exchanges were done.
    done: Vec<u32>,
    degraded: u64,
}

impl Playbook {
    fn http1() -> Self {
        Self { speaks_http: true, acts: Vec::new() }
    }

    fn raw() -> Self {
        Self { speaks_http: false, acts: Vec::new() }
    }

    fn says(mut self, direction: Direction, bytes: impl AsRef<[u8]>) -> Self {
        self.acts.push(Act::Says(direction, Bytes::copy_from_slice(bytes.as_ref())));
        self
    }

    fn client(self, bytes: impl AsRef<[u8]>) -> Self {
        self.says(Direction::ToServer, bytes)
    }

    fn server(self, bytes: impl AsRef<[u8]>) -> Self {
        self.says(Direction::ToClient, bytes)
    }

    fn ends(mut self, side: Side, how: How) -> Self {
        self.acts.push(Act::Ends(side, how));
        self
    }

    fn loses(mut self, direction: Direction, length: u64) -> Self {
        self.acts.push(Act::Loses(direction, length));
        self
    }

    fn client_closes(self) -> Self {
        self.ends(Side::Client, How::Fin)
    }

    fn server_closes(self) -> Self {
        self.ends(Side::Server, How::Fin)
    }

    fn tape(&self) -> Tape {
        Tape::of(self)
    }

    /// The same play, with every read cut in two at this place of what is said in all, or not cut at all.
    fn cut_at(&self, place: usize) -> Self {
        let mut left = place;
        let mut cut = Self { acts: Vec::new(), ..self.clone() };
        for act in &self.acts {
            match act {
                Act::Says(direction, bytes) => {
                    let (first, second) = bytes.split_at(left.min(bytes.len()));
                    left -= first.len();
                    cut = cut.says(*direction, first).says(*direction, second);
                }
                Act::Ends(..) | Act::Loses(..) => cut.acts.push(act.clone()),
            }
        }
        cut
    }

    /// The same play, one byte a read.
    fn by_bytes(&self) -> Self {
        let mut cut = Self { acts: Vec::new(), ..self.clone() };
        for act in &self.acts {
            match act {
                Act::Says(direction, bytes) => {
                    for byte in bytes {
                        cut = cut.says(*direction, [*byte]);
                    }
                }
                Act::Ends(..) | Act::Loses(..) => cut.acts.push(act.clone()),
            }
        }
        cut
    }

    fn len(&self) -> usize {
        let said = self.acts.iter().map(|act| match act {
            Act::Says(_, bytes) => bytes.len(),
            Act::Ends(..) | Act::Loses(..) => 0,
        });
        said.sum()
    }

    /// What comes of it, in the order of the first bytes.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "a play ends with what is expected of it")]
    fn expect<const N: usize>(self, expected: [Expected; N]) -> Tape {
        let tape = self.tape();
        let found: Vec<Expected> = tape.exchanges.iter().map(Expected::of).collect();
        assert_eq!(found, expected);
        tape
    }
}

impl Tape {
    fn of(play: &Playbook) -> Self {
        let id = ConnectionId(0);
        let mut transcriber =
            if play.speaks_http { Transcriber::http(id) } else { Transcriber::raw(id) };
        let mut connection = Connection::opened_at(Timestamp::ZERO);
        let mut events = Vec::new();
        for (act, at) in play.acts.iter().zip((1..).map(milliseconds)) {
            match act {
                Act::Says(direction, bytes) => transcriber.receive(*direction, at, bytes.clone()),
                Act::Ends(by, how) => {
                    let close = Close { at, by: *by, how: *how };
                    transcriber.close(&close);
                    connection.closes.push(close);
                }
                Act::Loses(direction, length) => {
                    connection.gaps.extend(transcriber.lose(*direction, at, *length));
                }
            }
            events.extend(std::iter::from_fn(|| transcriber.poll_event()));
        }
        transcriber.finish();
        events.extend(std::iter::from_fn(|| transcriber.poll_event()));
        Self::from_events(events, connection, transcriber.degraded())
    }

    fn from_events(events: Vec<TapeEvent>, connection: Connection, degraded: u64) -> Self {
        let done = events.iter().filter_map(|event| match event {
            TapeEvent::Done { exchange, summary } => Some((exchange.ordinal, *summary)),
            TapeEvent::Chunk { .. } => None,
        });
        let mut done: Vec<(u32, ExchangeSummary)> = done.collect();
        let once: std::collections::HashSet<u32> = done.iter().map(|done| done.0).collect();
        assert_eq!(once.len(), done.len(), "exchanges finish once: {done:?}");
        let chunks = events.iter().filter_map(|event| match event {
            TapeEvent::Chunk { chunk, .. } => Some(chunk.clone()),
            TapeEvent::Done { .. } => None,
        });
        let chunks = chunks.collect();
        let cassette =
            collect(Header::default(), vec![connection.clone()], events).expect("a whole cassette");
        assert_eq!(cassette.exchanges().len(), done.len(), "each exchange is done");
        let order = done.iter().map(|done| done.0).collect();
        done.sort_by_key(|done| done.0);
        let exchanges = cassette.exchanges().iter().cloned();
        let exchanges = exchanges.zip(done.into_iter().map(|(_, summary)| summary)).collect();
        Self { exchanges, connection, chunks, done: order, degraded }
    }

    /// Everything that went one way, in order.
    fn sent(&self, direction: Direction) -> Vec<u8> {
        let parts = self.chunks.iter().filter(|chunk| chunk.direction == direction);
        parts.map(|chunk| chunk.bytes.clone()).collect::<Vec<_>>().concat()
    }

    /// What each exchange holds, however it was cut.
    fn content(&self) -> Vec<(Bytes, Bytes, ExchangeSummary)> {
        let content = |(exchange, summary): &(Exchange, ExchangeSummary)| {
            let bytes = |direction| exchange.bytes(direction);
            (bytes(Direction::ToServer), bytes(Direction::ToClient), *summary)
        };
        self.exchanges.iter().map(content).collect()
    }

    /// A second reading says the same of every exchange. Why a raw one is raw is not in its bytes.
    #[track_caller]
    fn is_stable(&self) {
        for (exchange, summary) in &self.exchanges {
            let again = summarize(exchange, &self.connection);
            if exchange.protocol != Protocol::Raw {
                assert_eq!(again, *summary, "{exchange:?}");
            }
        }
    }
}

/// An exchange, as a play names it.
#[derive(Debug, PartialEq, Eq)]
struct Expected {
    /// `whole`, `cut`, `raw`, or where and why it is degraded.
    state: String,
    /// `> ` what the client sent, `< ` what the server sent, a chunk a line.
    chunks: Vec<String>,
}

impl Expected {
    fn new(state: impl Into<String>, chunks: &[&str]) -> Self {
        Self { state: state.into(), chunks: chunks.iter().map(ToString::to_string).collect() }
    }

    fn of((exchange, summary): &(Exchange, ExchangeSummary)) -> Self {
        let state = match (exchange.protocol, summary.degraded, summary.complete) {
            (Protocol::Raw, ..) => "raw".to_string(),
            (_, Some(at), false) => format!("broken at {} {}", arrow(at.direction), at.offset),
            (_, None, true) => "whole".to_string(),
            (_, None, false) => "cut".to_string(),
            (_, Some(_), true) => "degraded, yet complete".to_string(),
        };
        let chunk = |chunk: &Chunk| {
            format!("{} {}", arrow(chunk.direction), String::from_utf8_lossy(&chunk.bytes))
        };
        Self { state, chunks: exchange.chunks.iter().map(chunk).collect() }
    }
}

/// Request and answer came to their ends.
fn whole(chunks: &[&str]) -> Expected {
    Expected::new("whole", chunks)
}

/// One of them did not.
fn cut(chunks: &[&str]) -> Expected {
    Expected::new("cut", chunks)
}

/// No HTTP in it.
fn raw(chunks: &[&str]) -> Expected {
    Expected::new("raw", chunks)
}

/// HTTP up to this many bytes of one direction (`>` or `<`).
fn broken(direction: &str, offset: u64, chunks: &[&str]) -> Expected {
    Expected::new(format!("broken at {direction} {offset}"), chunks)
}

fn arrow(direction: Direction) -> &'static str {
    match direction {
        Direction::ToServer => ">",
        Direction::ToClient => "<",
    }
}

fn milliseconds(count: u64) -> Timestamp {
    Timestamp::from_nanos(count * 1_000_000)
}
