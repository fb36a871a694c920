//! What tests share: recordings written by hand, as decks and stages.

use std::sync::Arc;

use bytes::Bytes;
use cassettes::fault::FaultSet;
use cassettes::format::{Reader, encode};
use cassettes::model::{
    Cassette, Chunk, Close, Connection, ConnectionId, Direction, Exchange, Header, How, Played,
    Protocol, Side, Staging, Timestamp,
};

use cassettes::wire::http2::{Frame, compose};

use crate::verify::Rules;
use crate::{Deck, NamedReader, ReplayOptions, Stage};

/// The port that recorded clients connected to; live ones connect to another.
pub(crate) const RECORDED: &str = "127.0.0.1:4000";

/// A recording in the making. Everything happens a millisecond after what is before it.
pub(crate) struct Tape {
    header: Header,
    connections: Vec<Connection>,
    exchanges: Vec<Played>,
    millis: u64,
}

impl Tape {
    /// With one connection opened.
    pub(crate) fn new() -> Self {
        let (connections, exchanges) = (Vec::new(), Vec::new());
        Self { header: Header::default(), connections, exchanges, millis: 0 }.connect()
    }

    /// Its recorder put its own origin in the place of this one in answers.
    pub(crate) fn rewritten(mut self, origin: &str) -> Self {
        origin.clone_into(&mut self.header.rewrite.origin);
        self
    }

    /// What follows is on another connection.
    pub(crate) fn connect(mut self) -> Self {
        let opened = Connection::opened_at(self.tick());
        self.connections.push(Connection { server: RECORDED.to_owned(), ..opened });
        self
    }

    /// What is known of the last connection.
    pub(crate) fn line(mut self, edit: impl FnOnce(&mut Connection)) -> Self {
        edit(self.connections.last_mut().unwrap());
        self
    }

    /// `GET` of a path, answered with 200 and the path as the body.
    pub(crate) fn get(self, path: &str) -> Self {
        self.exchange(&get(path), &ok(path))
    }

    /// A request and its answer, each one chunk.
    pub(crate) fn exchange(self, request: &str, answer: &str) -> Self {
        self.chunks(&[request, answer])
    }

    /// Chunks in turn, beginning with the client; empty ones are left out.
    pub(crate) fn chunks(mut self, chunks: &[impl AsRef<[u8]>]) -> Self {
        let connection = ConnectionId(u32::try_from(self.connections.len() - 1).unwrap());
        let directions = [Direction::ToServer, Direction::ToClient].into_iter().cycle();
        let chunks = chunks.iter().map(AsRef::as_ref).zip(directions);
        let chunks = chunks.filter(|(bytes, _)| !bytes.is_empty());
        let chunks = chunks
            .map(|(bytes, direction)| {
                let bytes = Bytes::copy_from_slice(bytes);
                Chunk { direction, at: self.tick(), bytes }
            })
            .collect();
        let exchange = Exchange { connection, protocol: Protocol::Http1, chunks };
        self.exchanges.push((exchange, None));
        self
    }

    /// Frames of one HTTP/2 stream, each a chunk.
    pub(crate) fn stream(self, frames: impl IntoIterator<Item = (Direction, Frame)>) -> Self {
        self.frames(Protocol::Http2, frames)
    }

    /// The same, and after a while another.
    pub(crate) fn stream_with_pause(
        self,
        frames: impl IntoIterator<Item = (Direction, Frame)>,
        millis: u64,
        (direction, last): (Direction, Frame),
    ) -> Self {
        let mut tape = self.stream(frames).pause(millis);
        let chunk = Chunk { direction, at: tape.tick(), bytes: last.encode() };
        tape.exchanges.last_mut().unwrap().0.chunks.push(chunk);
        tape
    }

    /// What a server's SETTINGS say, beside all streams.
    pub(crate) fn settings(self, settings: &[(u16, u32)]) -> Self {
        let preface = (Direction::ToServer, compose::settings(&[]));
        let settings = (Direction::ToClient, compose::settings(settings));
        self.frames(Protocol::Http2Control, [preface, settings])
    }

    fn frames(
        mut self,
        protocol: Protocol,
        frames: impl IntoIterator<Item = (Direction, Frame)>,
    ) -> Self {
        let connection = ConnectionId(u32::try_from(self.connections.len() - 1).unwrap());
        let mut chunks = Vec::new();
        for (direction, frame) in frames {
            chunks.push(Chunk { direction, at: self.tick(), bytes: frame.encode() });
        }
        self.exchanges.push((Exchange { connection, protocol, chunks }, None));
        self
    }

    /// The last exchange is not HTTP.
    pub(crate) fn raw(mut self) -> Self {
        self.exchanges.last_mut().unwrap().0.protocol = Protocol::Raw;
        self
    }

    /// The last exchange is played so.
    pub(crate) fn staged(mut self, staging: Staging) -> Self {
        self.exchanges.last_mut().unwrap().1 = Some(staging);
        self
    }

    /// Nothing happens for a while.
    pub(crate) fn pause(mut self, millis: u64) -> Self {
        self.millis += millis;
        self
    }

    /// The server ends the connection.
    pub(crate) fn server(self, how: How) -> Self {
        self.close(Side::Server, how)
    }

    /// The client ends the connection.
    pub(crate) fn client(self, how: How) -> Self {
        self.close(Side::Client, how)
    }

    pub(crate) fn reader(self) -> Reader {
        let cassette = Cassette::staged(self.header, self.connections, self.exchanges).unwrap();
        Reader::open(encode(&cassette).unwrap()).unwrap()
    }

    pub(crate) fn deck(self) -> Deck {
        Deck::load(vec![NamedReader { name: "tape".to_owned(), reader: self.reader() }]).unwrap()
    }

    pub(crate) fn stage(self) -> Arc<Stage> {
        self.stage_with(ReplayOptions::default())
    }

    /// With these faults in force.
    pub(crate) fn stage_of(self, faults: &[&str]) -> Arc<Stage> {
        self.stage_with(ReplayOptions { faults: faults_of(faults), ..ReplayOptions::default() })
    }

    pub(crate) fn stage_with(self, options: ReplayOptions) -> Arc<Stage> {
        Arc::new(Stage::new(self.deck(), Rules::default(), options))
    }

    fn close(mut self, by: Side, how: How) -> Self {
        let at = self.tick();
        self.connections.last_mut().unwrap().closes.push(Close { at, by, how });
        self
    }

    fn tick(&mut self) -> Timestamp {
        self.millis += 1;
        Timestamp::from_nanos(self.millis * 1_000_000)
    }
}

/// Faults by their sentences.
pub(crate) fn faults_of(sentences: &[&str]) -> FaultSet {
    FaultSet::new(sentences.iter().map(|sentence| sentence.parse().unwrap()).collect(), 0)
}

/// A request for a path, as the recorded client sent it.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {RECORDED}\r\n\r\n")
}

/// A request with a body.
pub(crate) fn post(path: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: {RECORDED}\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// An answer with a body.
pub(crate) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
