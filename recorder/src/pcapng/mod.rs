//! A recording as a capture that other tools read: pcapng, with packets as they might have been.
//!
//! - [`Export`]: a cassette in, packets out, in the order of their times
//!
//! Inside: `acts` is what happened on one connection, in order, `http2` puts its streams together again; `endpoints` says
//! between whom, `wire` makes packets of it, `block` writes them down.

mod acts;
mod block;
mod endpoints;
mod http2;
mod wire;

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet, VecDeque};
use std::net::SocketAddr;

use cassettes::format::{ReadError, Reader};
use cassettes::model::{ConnectionId, Exchange, Timestamp};

use acts::Act;
use wire::Wire;

/// A cassette, on its way into a capture. TLS is off: what was said inside it is there in the clear.
///
/// Handshakes, acknowledgements, sequence numbers and addresses that are not known are made up; what both sides
/// said, when, and how they ended, is what was recorded. A chunk is a packet, or several if it is longer than one may be. What is missing in
/// the recording is missing in the capture: it is acknowledged, and not there. Comments name the exchanges.
///
/// Memory: the places of the chunks of those connections that are open at one time.
#[derive(Debug)]
pub struct Export<'a> {
    reader: &'a Reader,
    /// Of the cassette's start, in Unix nanoseconds.
    start: u64,
    /// Exchanges by connection, then ordinal.
    exchanges: Vec<(ConnectionId, u32, usize)>,
    /// When connections were opened; the first comes last.
    unopened: Vec<Reverse<(Timestamp, ConnectionId)>>,
    open: BinaryHeap<Reverse<Line>>,
    /// Between whom those are that are open: a capture cannot tell two apart that have the same addresses.
    taken: HashSet<(SocketAddr, SocketAddr)>,
    summary: Summary,
    /// The file's first blocks are written.
    begun: bool,
    writer: String,
}

/// What was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Connections.
    pub connections: u64,
    /// Exchanges; what belongs to an HTTP/2 connection as a whole is none.
    pub exchanges: u64,
    /// Packets.
    pub packets: u64,
    /// Connections whose endpoints are not known, or not as addresses: theirs are made up.
    pub made_up: u64,
    /// Connections that were in TLS, of which there is only what was said inside.
    pub without_tls: u64,
    /// Gaps.
    pub gaps: u64,
}

impl<'a> Export<'a> {
    /// Of all that `reader` holds. `writer` is named in the file.
    pub fn new(reader: &'a Reader, writer: &str) -> Result<Self, ReadError> {
        let entries = reader.entries().enumerate();
        let mut exchanges: Vec<_> =
            entries.map(|(n, entry)| (entry.connection, entry.ordinal, n)).collect();
        exchanges.sort_unstable();
        let ids = (0..).map(ConnectionId).take(reader.connections());
        let opened = ids.map(|id| Ok(Reverse((reader.connection(id)?.opened, id))));
        let mut unopened = opened.collect::<Result<Vec<_>, ReadError>>()?;
        unopened.sort_unstable();
        Ok(Self {
            reader,
            start: reader.header().created_unix_nanos,
            exchanges,
            unopened,
            open: BinaryHeap::new(),
            taken: HashSet::new(),
            summary: Summary::default(),
            begun: false,
            writer: writer.to_owned(),
        })
    }

    /// Appends what comes next to `out`: a few packets. `false`: that was all.
    pub fn write(&mut self, out: &mut Vec<u8>) -> Result<bool, ReadError> {
        if !self.begun {
            self.begun = true;
            block::begin(&self.writer, out);
        }
        self.open_due()?;
        let Some(Reverse(mut line)) = self.open.pop() else { return Ok(false) };
        if let Some((at, act)) = line.acts.pop_front() {
            let nanos = self.start.saturating_add(at.as_nanos());
            self.summary.packets += line.wire.act(nanos, act, out);
        }
        if line.acts.is_empty() {
            self.taken.remove(&line.wire.between());
        } else {
            self.open.push(Reverse(line));
        }
        Ok(true)
    }

    /// What has been exported so far.
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// Opens what was opened before anything else happens.
    fn open_due(&mut self) -> Result<(), ReadError> {
        while let Some(Reverse((opened, id))) = self.unopened.last().copied() {
            if self.open.peek().is_some_and(|Reverse(first)| first.due() < (opened, id)) {
                break;
            }
            self.unopened.pop();
            let line = self.line(id)?;
            self.open.push(Reverse(line));
        }
        Ok(())
    }

    fn line(&mut self, id: ConnectionId) -> Result<Line, ReadError> {
        let connection = self.reader.connection(id)?;
        let exchanges = self.exchanges_of(id)?;
        let found = endpoints::of(&connection, id, &self.taken);
        self.taken.insert(found.between);
        let summary = &mut self.summary;
        summary.connections += 1;
        let asked = exchanges.iter().filter(|(_, exchange)| exchange.protocol.is_conversation());
        summary.exchanges += asked.count() as u64;
        summary.made_up += u64::from(found.made_up);
        summary.without_tls += u64::from(connection.tls.is_some());
        summary.gaps += connection.gaps.len() as u64;
        let acts = acts::of(&connection, id, &exchanges).into();
        Ok(Line { id, acts, wire: Wire::new(found.between, id) })
    }

    /// With their numbers, counted from 1.
    fn exchanges_of(&self, id: ConnectionId) -> Result<Vec<(usize, Exchange)>, ReadError> {
        let from = self.exchanges.partition_point(|(connection, ..)| *connection < id);
        let own = self.exchanges.iter().skip(from).take_while(|(connection, ..)| *connection == id);
        own.map(|(.., n)| Ok((n + 1, self.reader.exchange(*n)?))).collect()
    }
}

/// A connection that is open.
#[derive(Debug)]
struct Line {
    id: ConnectionId,
    /// What is yet to happen, in order.
    acts: VecDeque<(Timestamp, Act)>,
    wire: Wire,
}

impl Line {
    /// What comes first of all lines is written first.
    fn due(&self) -> (Timestamp, ConnectionId) {
        (self.acts.front().map_or(Timestamp::ZERO, |(at, _)| *at), self.id)
    }
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.due() == other.due()
    }
}

impl Eq for Line {}

impl PartialOrd for Line {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Line {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.due().cmp(&other.due())
    }
}
