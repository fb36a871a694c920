//! The record layer (RFC 8446 §5.1): one direction's bytes into records.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use crate::capture::UnixNanos;

pub(super) const CHANGE_CIPHER_SPEC: u8 = 20;
pub(super) const ALERT: u8 = 21;
pub(super) const HANDSHAKE: u8 = 22;
pub(super) const APPLICATION_DATA: u8 = 23;
const HEARTBEAT: u8 = 24;

/// "The length MUST NOT exceed 2^14 + 2048" (RFC 5246 §6.2.3); TLS 1.3 allows less.
const MAX_FRAGMENT_BYTES: usize = (1 << 14) + 2048;
const HEADER_BYTES: usize = 5;

/// A piece that is held is joined with those after it until it has as many bytes: many pieces of a byte each would take
/// far more memory than what is in them.
const SMALL_BYTES: usize = 512;

/// One record as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// When its last byte came.
    pub(super) at: UnixNanos,
    pub(super) kind: u8,
    pub(super) version: u16,
    /// With its header.
    pub(super) raw: Bytes,
}

impl Record {
    /// The same, but no part of a bigger block.
    pub(super) fn detached(self) -> Self {
        Self { raw: Bytes::copy_from_slice(&self.raw), ..self }
    }

    /// What follows the header.
    pub(super) fn fragment(&self) -> &[u8] {
        self.raw.get(HEADER_BYTES..).unwrap_or_default()
    }
}

/// Bytes that came at a time; if they are several pieces', when the last one came.
pub(super) type Piece = (UnixNanos, Bytes);

/// Adds to a piece that is held, if it is small; `false`: it is not.
pub(super) fn join(piece: &mut Piece, at: UnixNanos, bytes: &[u8]) -> bool {
    let is_small = piece.1.len() < SMALL_BYTES;
    if is_small {
        *piece = (at, Bytes::from([&piece.1, bytes].concat()));
    }
    is_small
}

/// What stands where a record must begin is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotRecord;

/// Takes pieces as they come, gives records.
#[derive(Debug, Default)]
pub(super) struct RecordReader {
    /// Not yet looked at. None is empty.
    queue: VecDeque<Piece>,
    /// The first part of a record that began in pieces before these; less than a record.
    partial: BytesMut,
    /// When the last byte of it came.
    partial_at: UnixNanos,
    /// How many of the queue are copies.
    detached: usize,
    /// Records given so far.
    count: u64,
}

impl RecordReader {
    /// Takes a piece. Nothing is copied.
    pub(super) fn push(&mut self, at: UnixNanos, bytes: Bytes) {
        if !bytes.is_empty() {
            self.queue.push_back((at, bytes));
        }
    }

    /// The next record; `None`: there is no whole one.
    pub(super) fn next(&mut self) -> Result<Option<Record>, NotRecord> {
        while let Some((at, mut bytes)) = self.queue.pop_front() {
            let taken = self.take(at, &mut bytes);
            if bytes.is_empty() {
                self.detached = self.detached.saturating_sub(1);
            } else {
                self.queue.push_front((at, bytes));
            }
            if let Some(record) = taken? {
                self.count += 1;
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// When the bytes came that are looked at next.
    pub(super) fn next_at(&self) -> Option<UnixNanos> {
        self.queue.front().map(|(at, _)| *at)
    }

    /// How many records there were.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// How many bytes are here.
    pub(super) fn held(&self) -> usize {
        self.partial.len() + self.queue.iter().map(|(_, bytes)| bytes.len()).sum::<usize>()
    }

    /// Copies what is still to be looked at: a piece is a part of a far bigger block, which would stay in memory with it.
    pub(super) fn detach(&mut self) {
        let fresh = self.queue.split_off(self.detached.min(self.queue.len()));
        for (at, bytes) in fresh {
            if !self.queue.back_mut().is_some_and(|last| join(last, at, &bytes)) {
                self.queue.push_back((at, Bytes::copy_from_slice(&bytes)));
            }
        }
        self.detached = self.queue.len();
    }

    /// All that is no record yet.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = Piece> {
        self.detached = 0;
        let partial = (self.partial_at, self.partial.split().freeze());
        let pieces = std::iter::once(partial).chain(self.queue.drain(..));
        pieces.filter(|(_, bytes)| !bytes.is_empty())
    }

    /// Takes from the piece what belongs to one record.
    fn take(&mut self, at: UnixNanos, bytes: &mut Bytes) -> Result<Option<Record>, NotRecord> {
        if self.partial.is_empty()
            && let Some(length) = record_bytes(bytes)?
            && length <= bytes.len()
        {
            return Ok(record(at, bytes.split_to(length)));
        }
        self.partial_at = at;
        self.move_to_partial(HEADER_BYTES, bytes);
        let Some(length) = record_bytes(&self.partial)? else {
            return Ok(None);
        };
        self.move_to_partial(length, bytes);
        if self.partial.len() < length {
            return Ok(None);
        }
        Ok(record(at, std::mem::take(&mut self.partial).freeze()))
    }

    /// Until there are so many.
    fn move_to_partial(&mut self, wanted: usize, bytes: &mut Bytes) {
        let missing = wanted.saturating_sub(self.partial.len());
        let taken = bytes.split_to(missing.min(bytes.len()));
        self.partial.extend_from_slice(&taken);
    }
}

/// How long the record is that begins so, with its header; `None`: too little is here to tell.
fn record_bytes(first: &[u8]) -> Result<Option<usize>, NotRecord> {
    let (kind, major) = (first.first(), first.get(1));
    let is_kind = kind.is_none_or(|kind| (CHANGE_CIPHER_SPEC..=HEARTBEAT).contains(kind));
    if !is_kind || major.is_some_and(|major| *major != 3) {
        return Err(NotRecord);
    }
    let [_, _, _, high, low, ..] = first else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length > MAX_FRAGMENT_BYTES { Err(NotRecord) } else { Ok(Some(HEADER_BYTES + length)) }
}

fn record(at: UnixNanos, raw: Bytes) -> Option<Record> {
    let (kind, version) = match *raw {
        [kind, major, minor, ..] => (kind, u16::from_be_bytes([major, minor])),
        _ => return None,
    };
    Some(Record { at, kind, version, raw })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: &[u8] =
        b"\x16\x03\x01\x00\x03abc\x17\x03\x03\x00\x00\x15\x03\x03\x00\x02\x01\x00";

    fn read(pieces: &[&[u8]]) -> Vec<(u64, u8, Vec<u8>)> {
        let mut reader = RecordReader::default();
        let mut records = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            reader.push(UnixNanos(at as u64), Bytes::copy_from_slice(piece));
            while let Some(record) = reader.next().unwrap() {
                records.push((record.at.0, record.kind, record.fragment().to_vec()));
            }
            reader.detach();
        }
        assert_eq!(reader.count(), records.len() as u64);
        assert_eq!(reader.held(), 0);
        records
    }

    #[test]
    fn records_are_the_same_however_they_are_cut() {
        for cut in 0..=RECORDS.len() {
            let (first, second) = RECORDS.split_at(cut);
            let whole = |end: usize| u64::from(end > cut);
            let expected = [
                (whole(8), HANDSHAKE, b"abc".to_vec()),
                (whole(13), APPLICATION_DATA, vec![]),
                (whole(20), ALERT, vec![1, 0]),
            ];
            assert_eq!(read(&[first, second]), expected, "cut at byte {cut}");
        }
        let single: Vec<_> = RECORDS.chunks(1).collect();
        assert_eq!(read(&single).len(), 3);
    }

    #[test]
    fn what_is_held_takes_little_more_memory_than_it_has_bytes() {
        let mut reader = RecordReader::default();
        for at in 0..10_000 {
            reader.push(UnixNanos(at), Bytes::from_static(b"x"));
            reader.detach();
        }
        assert_eq!(reader.held(), 10_000);
        assert!(reader.queue.len() < 10_000 / SMALL_BYTES + 2);
    }

    #[test]
    fn what_is_no_record_is_told_as_soon_as_it_can_be_and_kept() {
        for bytes in [&b"G"[..], b"\x16\x02", b"\x16\x03\x03\x48\x01", b"\x19"] {
            let mut reader = RecordReader::default();
            reader.push(UnixNanos(1), Bytes::from_static(bytes));
            assert_eq!(reader.next(), Err(NotRecord));
            let rest: Vec<u8> = reader.rest().flat_map(|(_, bytes)| bytes).collect();
            assert_eq!(rest, bytes);
        }
    }

    #[test]
    fn the_part_of_a_record_comes_out_as_it_is() {
        let mut reader = RecordReader::default();
        reader.push(UnixNanos(1), Bytes::from_static(&RECORDS[..6]));
        assert_eq!(reader.next(), Ok(None));
        assert_eq!(reader.held(), 6);
        let rest: Vec<_> = reader.rest().collect();
        assert_eq!(rest, [(UnixNanos(1), Bytes::from_static(&RECORDS[..6]))]);
        assert_eq!(reader.rest().count(), 0);
    }
}
