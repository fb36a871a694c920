//! pcap: a header, then records. Its first four bytes tell its byte order, its unit of time, and how long the headers of its records are.

use bytes::{Buf, Bytes};

use super::blocks::Next;
use super::captured::Output;
use super::fields::ByteOrder;
use super::parser::take_or_skip;
use super::{Captured, LinkType, Packet, UnixNanos};

pub(super) const PCAP_HEADER_BYTES: usize = 24;

/// Seconds, fraction, captured length, original length.
const RECORD_HEADER_BYTES: u32 = 16;

/// As Kuznetzov's patched libpcap writes: interface, protocol and direction follow the lengths.
const MODIFIED_RECORD_HEADER_BYTES: u32 = 24;

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;

/// A pcap file after its header.
#[derive(Debug)]
pub(super) struct Pcap {
    order: ByteOrder,
    link: LinkType,
    /// How many nanoseconds the fraction of a second counts by.
    unit: u64,
    record_header: u32,
}

impl Pcap {
    /// Of its [`PCAP_HEADER_BYTES`]; None if they are not.
    pub(super) fn new(header: &[u8]) -> Option<Self> {
        let orders = [ByteOrder::Little, ByteOrder::Big];
        let (order, magic) = orders.iter().find_map(|order| {
            let magic = order.u32(header, 0)?;
            matches!(magic, MICROSECONDS | NANOSECONDS | MODIFIED).then_some((*order, magic))
        })?;
        // The upper half says how long the frame check sequence is, which nobody here reads.
        let [_, _, link @ ..] = order.u32(header, 20)?.to_be_bytes();
        Some(Self {
            order,
            link: LinkType(u16::from_be_bytes(link)),
            unit: if magic == NANOSECONDS { 1 } else { 1000 },
            record_header: match magic {
                MODIFIED => MODIFIED_RECORD_HEADER_BYTES,
                _ => RECORD_HEADER_BYTES,
            },
        })
    }

    pub(super) fn next(&self, bytes: &[u8]) -> Next {
        match self.order.u32(bytes, 8) {
            Some(captured) => take_or_skip(captured.saturating_add(self.record_header)),
            None => take_or_skip(self.record_header),
        }
    }

    /// A record, whole.
    pub(super) fn read(&self, mut record: Bytes, output: &mut Output) {
        let field = |at| self.order.u32(&record, at).unwrap_or_default();
        let at = UnixNanos::new(field(0), u64::from(field(4)) * self.unit);
        let original_len = field(12);
        record.advance(record.len().min(self.record_header as usize));
        let packet = Packet { at, link: self.link, data: record, original_len, interface: 0 };
        output.push(Captured::Packet(packet));
    }
}
