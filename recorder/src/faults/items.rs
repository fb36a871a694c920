//! Events and messages, counted as they come.

use cassettes::model::Direction;
use cassettes::wire::dialects::Cutter;
use cassettes::wire::messages::{Counter, StreamKind};
use cassettes::wire::{grpc, sse, websocket};

/// Counts whole ones.
#[derive(Debug)]
pub(super) struct Items {
    reader: Reader,
    whole: u64,
    /// Content that has come, for those that do not count bytes themselves.
    taken: u64,
}

#[derive(Debug)]
enum Reader {
    Events(Box<sse::EventReader>),
    WebSocket(Box<websocket::MessageReader>),
    Grpc(Box<grpc::MessageReader>),
    Lines,
    Plain(Box<dyn Cutter>),
    /// What a client says.
    Asked(Box<Counter>),
    /// What came is not what it seemed to be.
    Lost,
}

impl Items {
    /// Of what a server sends in a stream of this kind.
    pub(super) fn of(kind: StreamKind) -> Self {
        Self::new(match kind {
            StreamKind::Events => Reader::Events(Box::default()),
            StreamKind::Grpc => Reader::Grpc(Box::default()),
            StreamKind::Lines => Reader::Lines,
            StreamKind::WebSocket(agreement) => Reader::WebSocket(Box::new(
                websocket::MessageReader::new(agreement, Direction::ToClient),
            )),
        })
    }

    /// Of a connection of plain TCP in a dialect.
    pub(super) fn plain(cutter: Box<dyn Cutter>) -> Self {
        Self::new(Reader::Plain(cutter))
    }

    /// Of what a client says.
    pub(super) fn asked(counter: Counter) -> Self {
        Self::new(Reader::Asked(Box::new(counter)))
    }

    fn new(reader: Reader) -> Self {
        Self { reader, whole: 0, taken: 0 }
    }

    /// Takes content; where the one of this number ends, in bytes of all content, if that is in it.
    pub(super) fn end_of(&mut self, content: &[u8], number: u64) -> Option<u64> {
        let mut rest = content;
        while self.whole < number && !rest.is_empty() {
            let end = self.next(&mut rest)?;
            self.whole += 1;
            if self.whole == number {
                return Some(end);
            }
        }
        None
    }

    fn next(&mut self, rest: &mut &[u8]) -> Option<u64> {
        match &mut self.reader {
            Reader::Events(reader) => reader.advance(rest).map(|event| event.end),
            Reader::Grpc(reader) => reader.advance(rest).map(|message| message.end),
            Reader::WebSocket(reader) => match reader.advance(rest) {
                Ok(message) => message.map(|message| message.end),
                Err(_) => self.lose(),
            },
            Reader::Lines => {
                let end = memchr::memchr(b'\n', rest).map(|at| at + 1);
                self.take(rest, end)
            }
            Reader::Plain(cutter) => match cutter.advance(rest) {
                Ok(end) => self.take(rest, end),
                Err(_) => self.lose(),
            },
            Reader::Asked(counter) => {
                let end = next_counted(counter, rest);
                self.take(rest, end)
            }
            Reader::Lost => None,
        }
    }

    fn take(&mut self, rest: &mut &[u8], end: Option<usize>) -> Option<u64> {
        let count = end.unwrap_or(rest.len());
        *rest = rest.get(count..).unwrap_or_default();
        self.taken += count as u64;
        end.map(|_| self.taken)
    }

    fn lose(&mut self) -> Option<u64> {
        self.reader = Reader::Lost;
        None
    }
}

/// Takes bytes up to the end of a message, or all; how many that was, if a message ended. A counter tells how many have ended, and not
/// where: that shows byte by byte.
fn next_counted(counter: &mut Counter, bytes: &[u8]) -> Option<usize> {
    let before = counter.count();
    let ends = |byte: &[u8]| {
        counter.advance(byte);
        counter.count() > before
    };
    bytes.chunks(1).position(ends).map(|at| at + 1)
}
