//! Who sent how much, when: messages cut into the chunks in which they were read.

use bytes::Bytes;

use super::error::Problem;
use super::message::Wire;
use crate::model::{Chunk, Direction, Timestamp};

/// One read from a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) direction: Direction,
    pub(super) amount: Amount,
    /// Nanoseconds since the read before it; since the exchange's start for the first.
    pub(super) wait: u64,
}

/// How much one read takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    /// All that is left of this side's messages.
    Rest,
    /// Up to the end of the next head.
    Head,
    /// This many bytes, on into what follows the messages.
    Bytes(u64),
}

/// Bytes that follow the messages, or that are all there is of a raw exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) direction: Direction,
    pub(super) bytes: Bytes,
    /// Nanoseconds since the chunk before it.
    pub(super) wait: u64,
}

/// An exchange's bytes, and how they were read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Conversation {
    pub(super) request: Option<Wire>,
    pub(super) responses: Vec<Wire>,
    /// After the messages.
    pub(super) then: Vec<Item>,
    /// `None`: one read a message.
    pub(super) reads: Option<Vec<Read>>,
}

/// A read that cannot be: the how-manieth, counted from 0, and why.
pub(super) type BadRead = (usize, Problem);

impl Conversation {
    /// The reads that are meant when none are given: one a message, but for `100 Continue`,
    /// which comes between the request's head and its body.
    pub(super) fn usual_reads(&self) -> Vec<Read> {
        let read = |direction, amount| Read { direction, amount, wait: 0 };
        let interim = self.responses.iter().take_while(|response| response.is_continue).count();
        let mut reads = Vec::new();
        if let Some(request) = self.request.as_ref().filter(|wire| !wire.bytes.is_empty()) {
            let has_body = request.head.is_some_and(|head| head < request.bytes.len());
            if interim > 0 && has_body {
                reads.push(read(Direction::ToServer, Amount::Head));
                let each = read(Direction::ToClient, Amount::Head);
                reads.extend(std::iter::repeat_n(each, interim));
                reads.push(read(Direction::ToServer, Amount::Rest));
            } else {
                reads.push(read(Direction::ToServer, Amount::Rest));
            }
        }
        let done = if reads.len() > 1 { interim } else { 0 };
        for response in self.responses.iter().skip(done).filter(|wire| !wire.bytes.is_empty()) {
            let length = response.bytes.len() as u64;
            reads.push(read(Direction::ToClient, Amount::Bytes(length)));
        }
        reads
    }

    /// The chunks, the first of them at `start`.
    pub(super) fn chunks(&self, start: u64) -> Result<Vec<Chunk>, BadRead> {
        let mut cutter = Cutter::new(self, start);
        let usual = if self.reads.is_none() { self.usual_reads() } else { Vec::new() };
        let reads = self.reads.as_ref().unwrap_or(&usual);
        for (index, read) in reads.iter().enumerate() {
            cutter.take(*read).map_err(|problem| (index, problem))?;
        }
        let last = reads.len().saturating_sub(1);
        cutter.check_messages_taken().map_err(|problem| (last, problem))?;
        cutter.take_items(&self.then).map_err(|problem| (last, problem))?;
        Ok(cutter.chunks)
    }
}

/// One side's bytes, and how far they are taken.
struct Stream {
    bytes: Bytes,
    taken: usize,
    /// Where its messages' heads end, the first not yet passed last.
    heads: Vec<usize>,
    messages_end: usize,
}

struct Cutter {
    to_server: Stream,
    to_client: Stream,
    now: u64,
    chunks: Vec<Chunk>,
}

impl Cutter {
    fn new(conversation: &Conversation, start: u64) -> Self {
        let then = &conversation.then;
        Self {
            to_server: Stream::new(conversation.request.as_slice(), then, Direction::ToServer),
            to_client: Stream::new(&conversation.responses, then, Direction::ToClient),
            now: start,
            chunks: Vec::new(),
        }
    }

    fn stream(&mut self, direction: Direction) -> &mut Stream {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn take(&mut self, read: Read) -> Result<(), Problem> {
        let bytes = self.stream(read.direction).take(read.amount)?;
        self.push(read.direction, bytes, read.wait)
    }

    fn push(&mut self, direction: Direction, bytes: Bytes, wait: u64) -> Result<(), Problem> {
        self.now = self.now.checked_add(wait).ok_or(Problem::TimeOverflow)?;
        self.chunks.push(Chunk { direction, at: Timestamp::from_nanos(self.now), bytes });
        Ok(())
    }

    fn check_messages_taken(&self) -> Result<(), Problem> {
        for (stream, sender) in [(&self.to_server, "client"), (&self.to_client, "server")] {
            let left = stream.messages_end.saturating_sub(stream.taken) as u64;
            if left > 0 {
                return Err(Problem::ReadsLeave { left, sender });
            }
        }
        Ok(())
    }

    /// What no read took of each item is a read of its own.
    fn take_items(&mut self, items: &[Item]) -> Result<(), Problem> {
        let mut to_server_end = self.to_server.messages_end;
        let mut to_client_end = self.to_client.messages_end;
        for item in items {
            let end = match item.direction {
                Direction::ToServer => &mut to_server_end,
                Direction::ToClient => &mut to_client_end,
            };
            *end += item.bytes.len();
            let end = *end;
            let stream = self.stream(item.direction);
            if end > stream.taken {
                let bytes = stream.take_to(end);
                self.push(item.direction, bytes, item.wait)?;
            }
        }
        Ok(())
    }
}

impl Stream {
    fn new(messages: &[Wire], then: &[Item], direction: Direction) -> Self {
        let mut bytes = Vec::new();
        let mut heads = Vec::new();
        for message in messages {
            heads.extend(message.head.map(|head| bytes.len() + head));
            bytes.extend_from_slice(&message.bytes);
        }
        heads.reverse();
        let messages_end = bytes.len();
        for item in then.iter().filter(|item| item.direction == direction) {
            bytes.extend_from_slice(&item.bytes);
        }
        Self { bytes: bytes.into(), taken: 0, heads, messages_end }
    }

    fn take(&mut self, amount: Amount) -> Result<Bytes, Problem> {
        let left = self.bytes.len() - self.taken;
        let end = match amount {
            Amount::Rest => self.messages_end,
            Amount::Head => self.next_head().ok_or(Problem::ReadNoHead)?,
            Amount::Bytes(wanted) => match usize::try_from(wanted) {
                Ok(wanted) if wanted <= left => self.taken + wanted,
                _ => return Err(Problem::ReadTooLong { wanted, left: left as u64 }),
            },
        };
        if end <= self.taken {
            return Err(Problem::ReadNothing);
        }
        Ok(self.take_to(end))
    }

    fn next_head(&mut self) -> Option<usize> {
        while self.heads.last().is_some_and(|head| *head <= self.taken) {
            self.heads.pop();
        }
        self.heads.last().copied()
    }

    fn take_to(&mut self, end: usize) -> Bytes {
        let bytes = self.bytes.slice(self.taken..end);
        self.taken = end;
        bytes
    }
}

/// The reads that cut `conversation` (its messages and items) as `chunks` are cut; the items'
/// first part may be taken too.
pub(super) fn reads_of(conversation: &Conversation, chunks: &[Chunk]) -> Vec<Read> {
    let mut cutter = Cutter::new(conversation, 0);
    let mut reads = Vec::with_capacity(chunks.len());
    let mut last = chunks.first().map_or(0, |chunk| chunk.at.as_nanos());
    for chunk in chunks {
        let stream = cutter.stream(chunk.direction);
        let end = stream.taken + chunk.bytes.len();
        let amount = if end == stream.messages_end {
            Amount::Rest
        } else if stream.next_head() == Some(end) {
            Amount::Head
        } else {
            Amount::Bytes(chunk.bytes.len() as u64)
        };
        stream.taken = end;
        let at = chunk.at.as_nanos();
        reads.push(Read { direction: chunk.direction, amount, wait: at.saturating_sub(last) });
        last = at;
    }
    reads
}
