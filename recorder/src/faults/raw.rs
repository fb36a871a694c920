//! Plain TCP, and what no parser understands: a connection is one exchange.

use bytes::Bytes;
use cassettes::model::{Chunk, ConnectionId, Direction, Exchange, Protocol, Timestamp};
use cassettes::wire::dialects::Dialect;

use super::answer::Answer;
use super::asked::Asked;
use super::asking::{self, Asking, Begun};
use super::burst::Burst;
use super::connection::Link;
use super::finder::{Part, Piece};
use super::held::Whole;
use super::items::Items;
use super::voice::Voice;

/// One connection.
#[derive(Debug)]
pub(super) struct Raw {
    link: Link,
    /// Bytes that the client had said before, and in how many reads.
    before: (usize, u64),
    /// From its first byte on, until the server speaks.
    asked: Option<Asked>,
    /// What the client says, if faults may hit that yet.
    asking: Option<Asking>,
    /// What the client has said before the server first spoke: it tells the dialect.
    said: Vec<Chunk>,
    bytes: usize,
    answer: Option<Answer>,
    has_begun: bool,
    /// The server has said all.
    is_over: bool,
    /// Nothing passes any more, either way.
    is_cut: bool,
}

/// What a client says at first is a few messages; one that says more before it hears anything is not waiting for answers to them.
const MAX_SAID_BYTES: usize = 64 * 1024;

impl Raw {
    /// The client has said so many bytes before, in so many reads.
    pub(super) const fn new(link: Link, before: (usize, u64)) -> Self {
        Self {
            link,
            before,
            asked: None,
            asking: None,
            said: Vec::new(),
            bytes: 0,
            answer: None,
            has_begun: false,
            is_over: false,
            is_cut: false,
        }
    }

    /// A point has come from which on nothing passes.
    pub(super) const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The client said this. How much of it passes.
    pub(super) fn ask(&mut self, bytes: &Bytes, burst: &mut Burst) -> usize {
        if self.is_cut {
            return 0;
        }
        self.meet();
        self.bytes += bytes.len();
        if let Some(answer) = &mut self.answer {
            answer.hear();
        } else if self.bytes <= MAX_SAID_BYTES {
            let direction = Direction::ToServer;
            self.said.push(Chunk { direction, at: burst.now, bytes: bytes.clone() });
        }
        self.reach(bytes, burst).unwrap_or(bytes.len())
    }

    /// The client says no more.
    pub(super) fn client_ended(&mut self) {
        if let Some(asking) = &mut self.asking {
            asking.client_ended();
        }
    }

    /// The server said this.
    pub(super) fn receive(&mut self, bytes: Bytes, burst: &mut Burst) {
        if self.is_cut {
            return;
        }
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
        self.is_over = true;
        if let Some(mut answer) = self.answer.take() {
            answer.take(Bytes::new(), Part::End, false, burst);
            answer.end(Whole::ByEnd, burst);
        }
    }

    /// One of the two says its first byte.
    fn meet(&mut self) {
        if std::mem::replace(&mut self.has_begun, true) {
            return;
        }
        let asked = Asked::new(&self.link.faults, self.link.connection, Bytes::new());
        let (before, reads) = self.before;
        let begun = Begun { voice: Voice::Bytes, framing: None, head: 0, before, reads };
        self.asking = Asking::new(&self.link, &asked, &begun);
        self.asked = Some(asked);
    }

    /// Finds the points in what the client says. If it is cut there: how much of that passes.
    fn reach(&mut self, bytes: &Bytes, burst: &mut Burst) -> Option<usize> {
        let asking = self.asking.as_mut()?;
        let piece = Piece { wire: bytes, part: Part::Content(bytes.len()), ends_read: true };
        for reached in asking.take(&piece) {
            if self.is_over {
                asking.tell_late(&reached);
                continue;
            }
            asking.tell(&reached);
            burst.steps.extend(asking::steps(&reached.broken, Voice::Bytes));
            if reached.ends() {
                asking.cut();
                self.is_cut = true;
                if let Some(answer) = self.answer.take() {
                    answer.cut();
                }
                return Some(reached.at);
            }
        }
        None
    }

    fn begin(&mut self, first: &Bytes, at: Timestamp) {
        self.meet();
        let Some(asked) = self.asked.take() else { return };
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
