//! Plain TCP, and what no parser understands: a connection is one exchange.

use bytes::Bytes;
use cassettes::model::{Chunk, ConnectionId, Direction, Exchange, Protocol, Timestamp};
use cassettes::wire::dialects::Dialect;

use super::answer::Answer;
use super::asked::Asked;
use super::burst::Burst;
use super::connection::Link;
use super::finder::Part;
use super::held::Whole;
use super::items::Items;
use super::voice::Voice;

/// One connection.
#[derive(Debug)]
pub(super) struct Raw {
    link: Link,
    /// What the client has said before the server first spoke: it tells the dialect.
    said: Vec<Chunk>,
    bytes: usize,
    answer: Option<Answer>,
}

/// What a client says at first is a few messages; one that says more before it hears anything is not waiting for answers to them.
const MAX_SAID_BYTES: usize = 64 * 1024;

impl Raw {
    pub(super) const fn new(link: Link) -> Self {
        Self { link, said: Vec::new(), bytes: 0, answer: None }
    }

    /// The client said this.
    pub(super) fn ask(&mut self, bytes: &Bytes, at: Timestamp) {
        self.bytes += bytes.len();
        if let Some(answer) = &mut self.answer {
            answer.hear();
        }
        if self.answer.is_none() && self.bytes <= MAX_SAID_BYTES {
            self.said.push(Chunk { direction: Direction::ToServer, at, bytes: bytes.clone() });
        }
    }

    /// The server said this.
    pub(super) fn receive(&mut self, bytes: Bytes, burst: &mut Burst) {
        let len = bytes.len();
        if self.answer.is_none() {
            self.begin(&bytes, burst.now);
        }
        if let Some(answer) = &mut self.answer {
            answer.take(bytes, Part::Content(len), true, burst);
        }
    }

    /// The server says no more.
    pub(super) fn end(&mut self, burst: &mut Burst) {
        if let Some(mut answer) = self.answer.take() {
            answer.take(Bytes::new(), Part::End, false, burst);
            answer.end(Whole::ByEnd, burst);
        }
    }

    fn begin(&mut self, first: &Bytes, at: Timestamp) {
        let asked = Asked::new(&self.link.faults, self.link.connection, Bytes::new());
        let mut answer = Answer::new(self.link.clone(), asked, Voice::Bytes, at);
        let direction = Direction::ToClient;
        self.said.push(Chunk { direction, at, bytes: first.clone() });
        let chunks = std::mem::take(&mut self.said);
        let (connection, protocol) = (ConnectionId(0), Protocol::Raw);
        let dialect = Dialect::of(&Exchange { connection, protocol, chunks });
        answer.count(|| Some(Items::plain(dialect?.cutter(direction))));
        self.answer = Some(answer);
    }
}
