//! Fragments of IP datagrams, until they are whole.
//!
//! Where fragments overlap, the one that came first wins, as in the TCP stream itself.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use bytes::{Bytes, BytesMut};

use super::layer::Transport;
use super::view::View;
use super::{Header, Skipped, Tally};
use crate::capture::UnixNanos;

/// Most that is held for datagrams that are not whole, what it takes to keep them included: as much as Linux does. The oldest is
/// given up first.
const MAX_HELD_BYTES: usize = 4 * 1024 * 1024;

/// How long a datagram is waited for, by the packets' times. As long as Linux does: after that, its identification may be
/// another's.
const TIMEOUT_NANOS: u64 = 30_000_000_000;

/// What it takes to keep a datagram or a piece of one, about.
const OVERHEAD_BYTES: usize = 128;

/// IP's longest.
const MAX_DATAGRAM_BYTES: usize = 65_535;

/// A part of a datagram, as its header says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fragment {
    pub(super) transport: Transport,
    /// The same in all parts of a datagram.
    pub(super) id: u32,
    /// Where it lies in the datagram.
    pub(super) offset: u16,
    /// It is not the last.
    pub(super) more: bool,
}

/// Datagrams of which parts were seen.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    datagrams: HashMap<Key, Datagram>,
    /// Their keys by `Datagram::serial`: the oldest first.
    by_age: BTreeMap<u64, Key>,
    /// How many there have been.
    count: u64,
    held: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    id: u32,
    /// IPv4 only: it counts identifications by protocol.
    protocol: Option<u8>,
}

#[derive(Debug)]
struct Datagram {
    serial: u64,
    first: UnixNanos,
    /// What its first part says.
    transport: Transport,
    /// By offset. They do not overlap.
    pieces: BTreeMap<usize, Bytes>,
    /// How many bytes all pieces have.
    bytes: usize,
    /// Where it ends, once the last part was seen.
    end: Option<usize>,
    fragments: u64,
}

impl Fragments {
    /// One more fragment. What it completes, if anything: a datagram, and what it holds.
    pub(super) fn receive(
        &mut self,
        fragment: Fragment,
        view: View,
        at: UnixNanos,
        tally: &mut Tally,
    ) -> Result<Option<(Transport, View)>, Skipped> {
        if view.missing > 0 {
            return cut(fragment, view);
        }
        let offset = usize::from(fragment.offset);
        let unaligned = fragment.more && !view.data.len().is_multiple_of(8);
        if view.data.is_empty() || unaligned || offset + view.data.len() > MAX_DATAGRAM_BYTES {
            return Err(Skipped::Malformed(Header::Fragment));
        }
        self.forget(at, tally);
        let key = Key::of(&fragment);
        self.hold(key, &fragment, &view.data, at);
        Ok(self.take_whole(key, tally))
    }

    /// No more fragments come.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        while self.forget_oldest(tally).is_some() {}
    }

    fn hold(&mut self, key: Key, fragment: &Fragment, data: &[u8], at: UnixNanos) {
        let serial = self.count;
        let datagram = self.datagrams.entry(key).or_insert_with(|| {
            self.count += 1;
            self.by_age.insert(serial, key);
            Datagram::new(serial, at, fragment.transport)
        });
        let before = datagram.cost();
        datagram.insert(fragment, data);
        let after = datagram.cost();
        // A new one costs something too.
        self.held += if datagram.fragments == 1 { after } else { after - before };
    }

    fn take_whole(&mut self, key: Key, tally: &mut Tally) -> Option<(Transport, View)> {
        if !self.datagrams.get(&key)?.is_whole() {
            return None;
        }
        let datagram = self.remove(key)?;
        tally.joined += datagram.fragments - 1;
        Some((datagram.transport, View { data: datagram.join(), missing: 0 }))
    }

    /// Gives up what is too old, or too much.
    fn forget(&mut self, now: UnixNanos, tally: &mut Tally) {
        while let Some(oldest) = self.oldest()
            && (now.since(oldest.first) > TIMEOUT_NANOS && oldest.first.is_known()
                || self.held > MAX_HELD_BYTES)
        {
            self.forget_oldest(tally);
        }
    }

    fn oldest(&self) -> Option<&Datagram> {
        self.datagrams.get(self.by_age.first_key_value()?.1)
    }

    fn forget_oldest(&mut self, tally: &mut Tally) -> Option<()> {
        let key = *self.by_age.first_key_value()?.1;
        let datagram = self.remove(key)?;
        tally.skip(Skipped::Fragment, datagram.fragments);
        Some(())
    }

    fn remove(&mut self, key: Key) -> Option<Datagram> {
        let datagram = self.datagrams.remove(&key)?;
        self.by_age.remove(&datagram.serial);
        self.held -= datagram.cost();
        Some(datagram)
    }
}

impl Key {
    fn of(fragment: &Fragment) -> Self {
        let Transport { source, destination, protocol } = fragment.transport;
        let protocol = source.is_ipv4().then_some(protocol);
        Self { source, destination, id: fragment.id, protocol }
    }
}

impl Datagram {
    fn new(serial: u64, first: UnixNanos, transport: Transport) -> Self {
        let pieces = BTreeMap::new();
        Self { serial, first, transport, pieces, bytes: 0, end: None, fragments: 0 }
    }

    fn cost(&self) -> usize {
        self.bytes + (self.pieces.len() + 1) * OVERHEAD_BYTES
    }

    /// Its pieces do not overlap: if they are as long as it, and none lies beyond its end, there is no hole.
    fn is_whole(&self) -> bool {
        let last = self.pieces.last_key_value().map(|(from, piece)| from + piece.len());
        self.end == Some(self.bytes) && self.end == last
    }

    fn insert(&mut self, fragment: &Fragment, data: &[u8]) {
        let start = usize::from(fragment.offset);
        self.fragments += 1;
        if start == 0 {
            self.transport = fragment.transport;
        }
        if !fragment.more {
            self.end.get_or_insert(start + data.len());
        }
        // What lies after the end would be counted as if it filled a hole.
        let end = self.end.unwrap_or(usize::MAX).min(start + data.len());
        let mut at = start;
        for (from, to) in self.covered(start, end) {
            self.fill(start, at, from, data);
            at = at.max(to);
        }
        self.fill(start, at, end, data);
    }

    /// What is there already from `start` to `end`, in order.
    fn covered(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let before = self.pieces.range(..start).next_back();
        let within = self.pieces.range(start..end.max(start));
        before.into_iter().chain(within).map(|(from, piece)| (*from, from + piece.len())).collect()
    }

    /// Keeps `from..to` of data that begins at `start`. It is copied: it would hold the whole block of the file that it lies in.
    fn fill(&mut self, start: usize, from: usize, to: usize, data: &[u8]) {
        if let Some(new) = data.get(from.saturating_sub(start)..to.saturating_sub(start))
            && !new.is_empty()
        {
            self.bytes += new.len();
            self.pieces.insert(from, Bytes::copy_from_slice(new));
        }
    }

    fn join(self) -> Bytes {
        let mut whole = BytesMut::with_capacity(self.bytes);
        self.pieces.values().for_each(|piece| whole.extend_from_slice(piece));
        whole.freeze()
    }
}

/// A fragment of which something was not captured: its datagram will never be whole. The first part is shown as it is.
fn cut(fragment: Fragment, view: View) -> Result<Option<(Transport, View)>, Skipped> {
    match fragment.offset {
        0 => Ok(Some((fragment.transport, view))),
        _ => Err(Skipped::Cut(Header::Fragment)),
    }
}
