//! Files with sound checksums that no recorder wrote. None may take memory or time out of proportion to its size.

use ::bytes::Bytes;
use bincode::Encode;

use super::{at, problems};
use crate::format::codec::{decode, encode_into};
use crate::format::connection::ConnectionRecord;
use crate::format::damage::What;
use crate::format::entry::{ConnectionEntry, Entry};
use crate::format::exchange::assemble;
use crate::format::frame::{FRAME_BYTES, FrameHead, Kind};
use crate::format::index::{Footer, SegmentRef, index_record, segment_record};
use crate::format::number::narrow;
use crate::format::record::{ChunkRecord, ExchangeRecord, HeaderRecord, PartRecord, flags};
use crate::format::staging::{StagedExchangeRecord, StagingRecord};
use crate::format::version::preamble;
use crate::format::zstd::{MAX_RECORD_BYTES, compress};
use crate::format::{FORMAT, ReadError, Reader};
use crate::model::{Connection, ConnectionId, Header, Protocol, RequestKeys};

/// A file in the making.
struct Forged {
    bytes: Vec<u8>,
    segments: Vec<SegmentRef>,
}

impl Forged {
    /// With a header and one connection.
    fn new() -> Self {
        let mut forged = Self { bytes: preamble().to_vec(), segments: Vec::new() };
        forged.record(Kind::Header, &HeaderRecord::from(&Header::default()), b"");
        let facts = Connection::opened_at(at(0));
        let connection = ConnectionRecord::new(ConnectionId(0), &facts, 0);
        let offset = forged.record(Kind::ConnectionOpened, &connection, b"");
        let mut entry = Vec::new();
        ConnectionEntry { offset, id: 0, exchanges: 1 }.write(&mut entry);
        forged.segment(Kind::ConnectionSegment, &entry);
        forged
    }

    fn record(&mut self, kind: Kind, meta: &impl Encode, body: &[u8]) -> u64 {
        let bytes = record(kind, meta, body, false);
        self.append(&bytes)
    }

    fn compressed(&mut self, meta: &impl Encode, body: &[u8]) -> u64 {
        let bytes = record(Kind::Exchange, meta, body, true);
        self.append(&bytes)
    }

    fn append(&mut self, record: &[u8]) -> u64 {
        let offset = self.bytes.len() as u64;
        self.bytes.extend_from_slice(record);
        offset
    }

    fn segment(&mut self, kind: Kind, entries: &[u8]) -> SegmentRef {
        let offset = self.append(&segment_record(kind, entries));
        let width = if kind == Kind::ExchangeSegment { 72 } else { 16 };
        let count = u32::try_from(entries.len() / width).unwrap();
        let segment = SegmentRef { offset, count, kind };
        self.segments.push(segment);
        segment
    }

    fn entries(&mut self, entries: &[Entry]) -> SegmentRef {
        let mut bytes = Vec::new();
        for entry in entries {
            entry.write(&mut bytes);
        }
        self.segment(Kind::ExchangeSegment, &bytes)
    }

    fn finish(mut self, exchanges: u64) -> Reader {
        let index_offset = self.append(&index_record(&self.segments.clone()));
        let offset = self.bytes.len() as u64;
        self.append(&Footer { offset, index_offset, exchanges, connections: 1 }.record());
        Reader::open(self.bytes.into()).unwrap()
    }

    fn read(self, offset: u64) -> What {
        let file = Bytes::from(self.bytes);
        assemble(&file, &entry(offset, 0)).err().expect("a forged exchange").what
    }
}

fn record(kind: Kind, meta: &impl Encode, body: &[u8], zstd: bool) -> Vec<u8> {
    let mut bytes = vec![0; FRAME_BYTES];
    encode_into(meta, &mut bytes);
    FrameHead { zstd, ..FrameHead::with_body(kind, body) }.seal(&mut bytes);
    bytes.extend_from_slice(body);
    bytes
}

fn exchange(last_part: u64, lengths: &[u64]) -> ExchangeRecord {
    ExchangeRecord {
        connection: 0,
        ordinal: 0,
        protocol: 0,
        flags: 0,
        request_key: 0,
        body_key: 0,
        degraded: None,
        last_part,
        started: 0,
        chunks: table(lengths),
    }
}

fn part(previous: u64, lengths: &[u64]) -> PartRecord {
    PartRecord { connection: 0, ordinal: 0, previous, started: 0, chunks: table(lengths) }
}

fn table(lengths: &[u64]) -> Vec<ChunkRecord> {
    lengths.iter().map(|len| ChunkRecord { direction: 0, after: 0, len: *len }).collect()
}

fn entry(offset: u64, ordinal: u32) -> Entry {
    Entry {
        connection: ConnectionId(0),
        ordinal,
        protocol: Protocol::Raw,
        keys: RequestKeys::default(),
        first_at: at(0),
        last_at: at(0),
        to_server: 0,
        to_client: 0,
        last_on_connection: false,
        offset,
        flags: 0,
    }
}

#[test]
fn a_table_that_claims_a_trillion_chunks_is_refused_before_it_is_allocated() {
    let mut meta = vec![0, 0, 0, 0, 253];
    meta.extend_from_slice(&(1_u64 << 40).to_le_bytes());
    let what = decode::<PartRecord>(&meta).unwrap_err();
    assert_eq!(what, What::BadMeta("LimitExceeded".into()));
}

#[test]
fn metadata_with_bytes_after_it_is_refused() {
    let mut meta = Vec::new();
    encode_into(&part(0, &[1]), &mut meta);
    meta.push(0);
    assert!(matches!(decode::<PartRecord>(&meta), Err(What::Disagrees { .. })));
}

#[test]
fn chunks_longer_than_their_body_are_refused() {
    let mut forged = Forged::new();
    let offset = forged.record(Kind::Exchange, &exchange(0, &[5, 1 << 40]), b"hello");
    let expected = (1 << 40) + 5;
    let what = "the length of the body";
    assert_eq!(forged.read(offset), What::Disagrees { what, expected, found: 5 });
}

#[test]
fn lengths_whose_sum_overflows_are_refused() {
    let mut forged = Forged::new();
    let offset = forged.record(Kind::Exchange, &exchange(0, &[u64::MAX, 6]), b"hello");
    assert!(matches!(forged.read(offset), What::BadValue { field: "chunk length", value: 6 }));
}

#[test]
fn an_empty_chunk_is_refused() {
    let mut forged = Forged::new();
    let offset = forged.record(Kind::Exchange, &exchange(0, &[5, 0]), b"hello");
    assert!(matches!(forged.read(offset), What::BadValue { value: 0, .. }));
}

#[test]
fn an_exchange_without_chunks_is_refused() {
    let mut forged = Forged::new();
    let offset = forged.record(Kind::Exchange, &exchange(0, &[]), b"");
    assert!(matches!(forged.read(offset), What::Disagrees { .. }));
}

#[test]
fn a_body_that_decompresses_to_more_than_any_record_is_not_decompressed() {
    let mut forged = Forged::new();
    let raw_len = MAX_RECORD_BYTES + 1;
    let bomb = compress(&vec![0; narrow(raw_len)]).unwrap();
    let offset = forged.compressed(&exchange(0, &[raw_len]), &bomb);
    assert_eq!(forged.read(offset), What::TooLarge { raw_len, limit: MAX_RECORD_BYTES });
}

#[test]
fn a_body_that_decompresses_to_another_length_is_refused() {
    let body = compress(&[0; 5000]).unwrap();
    for raw_len in [1, 4999, 5001] {
        let mut forged = Forged::new();
        let offset = forged.compressed(&exchange(0, &[raw_len]), &body);
        assert_eq!(forged.read(offset), What::BadCompression { raw_len });
    }
}

#[test]
fn parts_inside_parts_are_refused() {
    let mut forged = Forged::new();
    let outer = forged.bytes.len() as u64;
    let inner = record(Kind::Part, &part(outer, &[1]), b"x", false);
    forged.record(Kind::Part, &part(0, &[inner.len() as u64]), &inner);
    let end = forged.bytes.len() as u64;
    let inner_at = end - inner.len() as u64;
    let expected = What::Disagrees { what: "the end of the part", expected: inner_at, found: end };
    assert_eq!(forged.read(inner_at), expected);
}

#[test]
fn a_part_that_names_itself_ends_the_search() {
    let mut forged = Forged::new();
    let offset = forged.bytes.len() as u64;
    forged.record(Kind::Part, &part(offset, &[1]), b"x");
    assert!(matches!(forged.read(offset), What::Disagrees { what: "the end of the part", .. }));
}

#[test]
fn an_index_that_lists_a_segment_many_times_is_not_used() {
    let mut forged = Forged::new();
    let offset = forged.record(Kind::Exchange, &exchange(0, &[5]), b"hello");
    let segment = forged.entries(&[entry(offset, 0)]);
    forged.segments.extend([segment; 1000]);
    let reader = forged.finish(1001);
    let what = reader.recovery().unwrap().index.what.to_string();
    assert!(what.contains("the place of an index segment"), "{what}");
    assert_eq!(reader.len(), 1);
}

#[test]
fn an_index_that_lists_an_exchange_twice_is_not_used() {
    let mut forged = Forged::new();
    let offset = forged.record(Kind::Exchange, &exchange(0, &[5]), b"hello");
    forged.entries(&[entry(offset, 0), entry(offset, 0)]);
    let reader = forged.finish(2);
    let what = reader.recovery().unwrap().index.what.to_string();
    assert!(what.contains("repeated index entry"), "{what}");
}

#[test]
fn entries_that_lead_to_the_same_exchange_do_not_multiply_it() {
    let mut forged = Forged::new();
    let offset = forged.record(Kind::Exchange, &exchange(0, &[5]), b"hello");
    forged.entries(&[entry(offset, 0), Entry { first_at: at(1), ..entry(offset, 0) }]);
    let reader = forged.finish(2);
    assert_eq!((reader.recovery(), reader.len()), (None, 2));
    assert!(reader.exchange(0).is_ok());
    assert!(reader.exchange(1).is_err());
    assert!(!problems(&reader).is_empty());
}

#[test]
fn exchanges_inside_exchanges_are_not_read_together() {
    let hidden = ExchangeRecord { ordinal: 1, ..exchange(0, &[2000]) };
    let hidden = record(Kind::Exchange, &hidden, &[7; 2000], false);
    let mut forged = Forged::new();
    let len = hidden.len() as u64;
    let offset = forged.record(Kind::Exchange, &exchange(0, &[len]), &hidden);
    let hidden_at = forged.bytes.len() as u64 - len;
    forged.entries(&[entry(offset, 0), entry(hidden_at, 1)]);
    let reader = forged.finish(2);
    assert_eq!(reader.to_cassette(), Err(ReadError::Overlapping { number: 2 }));
    assert!(problems(&reader).iter().any(|problem| problem.what.contains("where no exchange is")));
}

#[test]
fn a_footer_that_claims_more_exchanges_than_there_are_is_not_believed() {
    let mut forged = Forged::new();
    let offset = forged.record(Kind::Exchange, &exchange(0, &[5]), b"hello");
    forged.entries(&[entry(offset, 0)]);
    let reader = forged.finish(u64::MAX);
    assert!(reader.recovery().is_some());
    assert_eq!(reader.len(), 1);
}

#[test]
fn a_segment_that_claims_more_entries_than_it_has_is_not_used() {
    let mut forged = Forged::new();
    let offset = forged.record(Kind::Exchange, &exchange(0, &[5]), b"hello");
    forged.entries(&[entry(offset, 0)]);
    forged.segments.last_mut().unwrap().count = u32::MAX;
    let reader = forged.finish(1);
    let what = reader.recovery().unwrap().index.what.to_string();
    assert!(what.contains("the number of index entries"), "{what}");
}

#[test]
fn a_connection_that_no_record_opens_is_refused() {
    let mut forged = Forged::new();
    let sound = forged.bytes.len() as u64;
    let stray = ExchangeRecord { connection: 7, ..exchange(0, &[5]) };
    forged.record(Kind::Exchange, &stray, b"hello");
    let reader = Reader::open(forged.bytes.into()).unwrap();
    let recovery = reader.recovery().unwrap();
    assert_eq!((recovery.torn_at, reader.len()), (sound, 0));
}

#[test]
fn what_only_a_newer_version_knows_is_skipped_if_it_says_so() {
    for (kind, read) in [(200, 1), (100, 0)] {
        let mut forged = Forged::new();
        let mut unknown = record(Kind::Exchange, &0_u8, b"new", false);
        unknown[0] = kind;
        reseal(&mut unknown);
        forged.append(&unknown);
        forged.record(Kind::Exchange, &exchange(0, &[5]), b"hello");
        assert_eq!(Reader::open(forged.bytes.into()).unwrap().len(), read, "kind {kind}");
    }
}

#[test]
fn a_file_of_a_newer_minor_version_is_read_as_far_as_it_is_known_or_refused_as_newer() {
    for (kind, understood) in [(200, true), (100, false)] {
        let mut forged = Forged::new();
        forged.bytes[10..12].copy_from_slice(&(FORMAT.minor + 1).to_le_bytes());
        let crc = crc32fast::hash(&forged.bytes[..12]).to_le_bytes();
        forged.bytes[12..16].copy_from_slice(&crc);
        let mut unknown = record(Kind::Exchange, &0_u8, b"new", false);
        unknown[0] = kind;
        reseal(&mut unknown);
        forged.append(&unknown);
        let opened = Reader::open(forged.bytes.into());
        assert_eq!(opened.is_ok(), understood, "kind {kind}");
        if let Err(error) = opened {
            let error = error.to_string();
            assert!(error.contains("is in format 1.4, and this retape reads 1.3"), "{error}");
            assert!(error.contains("its kind is 100, which only a newer retape knows"), "{error}");
        }
    }
}

#[test]
fn a_script_that_does_not_fit_its_exchange_is_refused() {
    let read = |how: u8, steps: u64, beneath: u64, body: &[u8]| {
        let mut exchange = exchange(0, &[5]);
        exchange.flags = flags::STAGED;
        let staging = StagingRecord { how, steps, beneath, faults: Vec::new() };
        let mut forged = Forged::new();
        let meta = StagedExchangeRecord { exchange, staging };
        let offset = forged.record(Kind::StagedExchange, &meta, &[b"hello", body].concat());
        forged.read(offset)
    };
    let field = |what| match what {
        What::BadValue { field, .. } => field,
        What::Disagrees { what, .. } => what,
        other => panic!("{other:?}"),
    };
    let step = |number: u8, value: u8| [&[number, value][..], &[0; 7]].concat();
    assert_eq!(field(read(4, u64::MAX, 0, b"")), "number of steps");
    assert_eq!(field(read(4, 1 << 40, 0, b"")), "the length of the body");
    assert_eq!(field(read(4, 1, 0, &step(23, 0))), "step");
    assert_eq!(field(read(4, 1, 0, &step(3, 1))), "step");
    assert_eq!(field(read(4, 1, 2, &[&step(4, 3)[..], b"ab"].concat())), "step");
    assert_eq!(
        field(read(4, 1, 2, &[&step(4, 1)[..], b"ab"].concat())),
        "the bytes sent beneath TLS"
    );
    assert_eq!(field(read(4, 1, 0, &step(0, 0))), "number of bytes to send");
    assert_eq!(field(read(4, 1, 0, &step(0, 9))), "the number of bytes that a script sends");
    assert_eq!(field(read(8, 0, 0, b"")), "way of playing");
    assert_eq!(field(read(1, 1, 0, &step(7, 0))), "way of playing");
}

#[test]
fn the_same_exchange_twice_is_damage() {
    let mut forged = Forged::new();
    forged.record(Kind::Exchange, &exchange(0, &[5]), b"hello");
    let sound = forged.bytes.len() as u64;
    forged.record(Kind::Exchange, &exchange(0, &[5]), b"hello");
    let reader = Reader::open(forged.bytes.into()).unwrap();
    assert_eq!((reader.recovery().unwrap().torn_at, reader.len()), (sound, 1));
}

fn reseal(record: &mut [u8]) {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&record[..20]);
    hasher.update(&record[FRAME_BYTES..=FRAME_BYTES]);
    let crc = hasher.finalize().to_le_bytes();
    record[20..FRAME_BYTES].copy_from_slice(&crc);
}
