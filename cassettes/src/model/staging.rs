//! What is played where bytes and times alone do not say it: of an exchange, and of a connection. Faults make such.

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};

use super::{Direction, Exchange, Script, Step, Timestamp};

/// How an exchange is played.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Staging {
    /// What the player does, in order, in place of what bytes and times come to. Its sends are how many of the
    /// server's bytes are sent next; together they are all that the exchange holds.
    pub script: Option<Vec<Step<u64>>>,
    /// It is played again each time that it is asked for again: it is never used up.
    pub repeats: bool,
    /// It is there for a client that asks again: nobody has to ask for it.
    pub spare: bool,
    /// The ids of the faults that made it so.
    pub faults: Vec<String>,
}

impl Staging {
    /// The script with its bytes, which are those of `exchange`; none where bytes and times say it all.
    pub fn script_of(&self, exchange: &Exchange) -> Option<Script> {
        let mut said = Said::of(exchange);
        let steps = self.script.as_ref()?.iter().cloned();
        Some(Script { steps: steps.map(|step| step.map_send(|count| said.take(count))).collect() })
    }

    /// How many bytes the script sends; none where there is no script.
    pub fn sent_bytes(&self) -> Option<u64> {
        let count = |step: &Step<u64>| if let Step::Send(count) = step { *count } else { 0 };
        let counts = self.script.as_ref()?.iter().map(count);
        Some(counts.fold(0, u64::saturating_add))
    }
}

/// The server's bytes of an exchange, piece by piece.
struct Said {
    /// The next one last.
    chunks: Vec<Bytes>,
}

impl Said {
    fn of(exchange: &Exchange) -> Self {
        let mut chunks: Vec<_> =
            exchange.sent(Direction::ToClient).map(|chunk| chunk.bytes.clone()).collect();
        chunks.reverse();
        Self { chunks }
    }

    /// The next so many. Copies only what lies in several chunks.
    fn take(&mut self, count: u64) -> Bytes {
        let mut left = usize::try_from(count).unwrap_or(usize::MAX);
        let Some(first) = self.take_of_first(left) else { return Bytes::new() };
        left -= first.len();
        if left == 0 {
            return first;
        }
        let mut joined = BytesMut::from(first);
        while let Some(next) = self.take_of_first(left).filter(Buf::has_remaining) {
            left -= next.len();
            joined.extend_from_slice(&next);
        }
        joined.freeze()
    }

    fn take_of_first(&mut self, most: usize) -> Option<Bytes> {
        let first = self.chunks.last_mut()?;
        let part = first.split_to(most.min(first.len()));
        if first.is_empty() {
            self.chunks.pop();
        }
        Some(part)
    }
}

/// How a client is met that connects, before anything is exchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reception {
    /// How long it waits before anything is read of it.
    pub delay: Option<Duration>,
    /// What is wrong with the certificate that it is shown.
    pub certificate: Option<CertificateFault>,
    /// Where its connection ends, and how.
    pub stop: Option<(Flight, Stop)>,
    /// All connections after this one are met so as well.
    pub repeats: bool,
    /// The ids of the faults that made it so.
    pub faults: Vec<String>,
}

impl Reception {
    /// Both: the later one decides what both say, and times add up.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        self.delay = match (self.delay, later.delay) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        self.certificate = later.certificate.or(self.certificate);
        self.stop = later.stop.or(self.stop);
        self.repeats |= later.repeats;
        self.faults.extend(later.faults);
        self
    }
}

/// What is wrong with a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateFault {
    /// It was valid, and is no more.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// It is another server's.
    WrongHost,
    /// No authority signed it.
    SelfSigned,
    /// An authority signed it whom nobody trusts.
    UntrustedRoot,
}

/// How far a connection gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flight {
    /// It is accepted: no byte is sent.
    Accept,
    /// The client has asked for TLS: this comes in place of the server's first flight.
    ServerHello,
    /// The client has finished the handshake: nothing that it sends after that is answered.
    Finished,
}

/// How a connection ends that gets no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// Nobody listens.
    Refuse,
    /// FIN.
    Close,
    /// RST.
    Reset,
    /// Not at all: it stays open, and nothing is said.
    Silent,
    /// A fatal TLS alert, with its number (RFC 8446 §6), then FIN.
    Alert(u8),
}

/// A fault that hit a client, in a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// When.
    pub at: Timestamp,
    /// Which.
    pub id: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Chunk, ConnectionId, Protocol};

    fn exchange(chunks: &[&'static str]) -> Exchange {
        let chunk = |text: &&'static str| Chunk {
            direction: Direction::ToClient,
            at: Timestamp::ZERO,
            bytes: Bytes::from_static(text.as_bytes()),
        };
        let chunks = chunks.iter().map(chunk).collect();
        Exchange { connection: ConnectionId(0), protocol: Protocol::Raw, chunks }
    }

    #[test]
    fn a_script_has_the_exchange_s_bytes_however_its_chunks_are_cut() {
        let steps = vec![Step::Send(2), Step::Flush, Step::Send(5), Step::Send(3), Step::Reset];
        let staging = Staging { script: Some(steps), ..Staging::default() };
        assert_eq!(staging.sent_bytes(), Some(10));
        for chunks in [&["helloworld"][..], &["he", "llowo", "rld"], &["h", "elloworl", "d"]] {
            let script = staging.script_of(&exchange(chunks)).unwrap();
            assert_eq!(script.sends().collect::<Vec<_>>(), ["he", "llowo", "rld"], "{chunks:?}");
            assert_eq!(script.steps.last(), Some(&Step::Reset));
        }
    }

    #[test]
    fn without_a_script_bytes_and_times_say_it_all() {
        let staging = Staging { repeats: true, ..Staging::default() };
        assert_eq!(staging.script_of(&exchange(&["a"])), None);
    }
}
