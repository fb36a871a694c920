//! snoop: what Solaris captures into (RFC 1761). A header, then records, all in network byte order.

use bytes::{Buf, Bytes};

use super::blocks::Next;
use super::captured::Output;
use super::fields::ByteOrder;
use super::parser::take_or_skip;
use super::{CaptureError, Captured, LinkType, Packet, UnixNanos};

pub(super) const SNOOP_HEADER_BYTES: usize = 16;

/// Original length, captured length, record length, drops, seconds, microseconds.
const RECORD_HEADER_BYTES: u32 = 24;

const ORDER: ByteOrder = ByteOrder::Big;

/// The only version there is.
const VERSION: u32 = 2;

/// RFC 1761's number of Ethernet.
const ETHERNET: u32 = 4;

/// RFC 1761's number of FDDI.
const FDDI: u32 = 8;

/// A snoop file after its header.
#[derive(Debug)]
pub(super) struct Snoop {
    link: LinkType,
}

impl Snoop {
    /// Of its [`SNOOP_HEADER_BYTES`].
    pub(super) fn new(header: &[u8]) -> Result<Self, CaptureError> {
        let version = ORDER.u32(header, 8).unwrap_or_default();
        if version != VERSION {
            return Err(CaptureError::Version { offset: 8, format: "snoop", version });
        }
        match ORDER.u32(header, 12) {
            Some(ETHERNET) => Ok(Self { link: LinkType::ETHERNET }),
            Some(FDDI) => Ok(Self { link: LinkType::FDDI }),
            _ => Err(CaptureError::OtherFormat("a network that is not Ethernet, by snoop")),
        }
    }

    /// `offset`: where it begins.
    pub(super) fn next(bytes: &[u8], offset: u64) -> Result<Next, CaptureError> {
        match ORDER.u32(bytes, 8) {
            Some(length) if length < RECORD_HEADER_BYTES => {
                Err(CaptureError::BlockLength { offset, length })
            }
            Some(length) => Ok(take_or_skip(length)),
            None => Ok(take_or_skip(RECORD_HEADER_BYTES)),
        }
    }

    /// A record, whole.
    pub(super) fn read(&self, mut record: Bytes, output: &mut Output) {
        let field = |at| ORDER.u32(&record, at).unwrap_or_default();
        let at = UnixNanos::new(field(16), u64::from(field(20)) * 1000);
        let (original_len, captured) = (field(0), field(4) as usize);
        record.advance(record.len().min(RECORD_HEADER_BYTES as usize));
        // Padding follows.
        record.truncate(captured);
        let packet = Packet { at, link: self.link, data: record, original_len, interface: 0 };
        output.push(Captured::Packet(packet));
    }
}
