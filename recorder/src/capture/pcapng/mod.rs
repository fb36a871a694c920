//! pcapng: sections of blocks. A section has its own byte order and its own interfaces.
//!
//! Blocks are told apart here, and pcap-parser reads the standard ones. Two are read here too: the obsolete packet block, which it
//! does not know, and the decryption secrets block, which is allowed to be so long that a list of its options would be huge.

mod interface;
mod names;

use bytes::Bytes;
use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{
    Block, DSB_MAGIC, EPB_MAGIC, IDB_MAGIC, NRB_MAGIC, OptionCode, PcapNGOption, SHB_MAGIC,
    SPB_MAGIC, parse_block_be, parse_block_le, parse_sectionheaderblock,
};

use super::blocks::Next;
use super::captured::Output;
use super::fields::ByteOrder;
use super::parser::take_or_skip;
use super::{CaptureError, Captured, Packet, Problem};
use interface::Interface;
use names::names;

/// Longest decryption secrets block that is held: the secrets of some 20,000 connections. `editcap --inject-secrets` makes one block
/// of a whole key log.
const MAX_SECRETS_BYTES: u32 = 16 * 1024 * 1024;

/// Most interfaces that a section may have. Machines with a container in each have thousands.
const MAX_INTERFACES: usize = 64 * 1024;

/// Two lengths and a type: every block has them.
const MIN_BLOCK_BYTES: u32 = 12;

/// Packet block: what was used before the enhanced one.
const OPB_MAGIC: u32 = 2;

/// `TLSK`.
const TLS_KEY_LOG: u32 = 0x544c_534b;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// The section that is being read.
#[derive(Debug)]
pub(super) struct Section {
    order: ByteOrder,
    interfaces: Vec<Interface>,
}

impl Section {
    /// Of its header, which is at `offset`.
    pub(super) fn new(
        block: &Bytes,
        offset: u64,
        output: &mut Output,
    ) -> Result<Self, CaptureError> {
        let order = byte_order(block).ok_or(CaptureError::Section { offset })?;
        check_lengths(block, order, offset)?;
        let (_, header) =
            parse_sectionheaderblock(block).map_err(|_| CaptureError::Section { offset })?;
        if header.major_version != 1 {
            let version = header.major_version.into();
            return Err(CaptureError::Version { offset, format: "pcapng", version });
        }
        notes(&header.options).for_each(|text| output.note(text));
        Ok(Self { order, interfaces: Vec::new() })
    }

    /// `offset`: where it begins.
    pub(super) fn next(&self, bytes: &[u8], offset: u64) -> Result<Next, CaptureError> {
        let fields = (self.order.u32(bytes, 0), self.order.u32(bytes, 4));
        let (Some(kind), Some(length)) = fields else {
            return Ok(take_or_skip(MIN_BLOCK_BYTES));
        };
        match kind {
            SHB_MAGIC => section_header(bytes, offset),
            _ if length < MIN_BLOCK_BYTES || length % 4 != 0 => {
                Err(CaptureError::BlockLength { offset, length })
            }
            DSB_MAGIC if length <= MAX_SECRETS_BYTES => Ok(Next::Take(length as usize)),
            _ => Ok(take_or_skip(length)),
        }
    }

    /// A block, whole, from `offset`.
    pub(super) fn read(
        &mut self,
        block: &Bytes,
        offset: u64,
        output: &mut Output,
    ) -> Result<(), CaptureError> {
        let kind = self.order.u32(block, 0).unwrap_or_default();
        if kind == SHB_MAGIC {
            *self = Self::new(block, offset, output)?;
            return Ok(());
        }
        check_lengths(block, self.order, offset)?;
        let read = match kind {
            OPB_MAGIC => self.obsolete_packet(block, output),
            DSB_MAGIC => self.secrets(block, output),
            IDB_MAGIC | SPB_MAGIC | NRB_MAGIC | EPB_MAGIC => self.standard(block, output),
            // Statistics, journals, what others made for themselves: no packets.
            _ => Ok(()),
        };
        if let Err(problem) = read {
            output.skipped(offset, problem);
        }
        Ok(())
    }

    fn standard(&mut self, bytes: &Bytes, output: &mut Output) -> Result<(), Problem> {
        let parsed = match self.order {
            ByteOrder::Little => parse_block_le(bytes),
            ByteOrder::Big => parse_block_be(bytes),
        };
        let malformed = || Problem::Malformed(self.order.u32(bytes, 0).unwrap_or_default());
        let (_, block) = parsed.map_err(|_| malformed())?;
        match block {
            Block::InterfaceDescription(it) => {
                notes(&it.options).for_each(|text| output.note(text));
                self.interface(Interface::new(&it, self.order))
            }
            Block::NameResolution(it) => {
                notes(&it.options).for_each(|text| output.note(text));
                names(&it, output)
            }
            Block::EnhancedPacket(it) => {
                notes(&it.options).for_each(|text| output.note_on_packet(text));
                let ticks = u64::from(it.ts_high) << 32 | u64::from(it.ts_low);
                let data = bytes.slice_ref(it.packet_data());
                self.packet(it.if_id, ticks, data, it.origlen, output)
            }
            Block::SimplePacket(it) => {
                let mut data = bytes.slice_ref(it.packet_data());
                data.truncate(self.snaplen());
                self.packet(0, 0, data, it.origlen, output)
            }
            _ => Ok(()),
        }
    }

    fn interface(&mut self, interface: Interface) -> Result<(), Problem> {
        if self.interfaces.len() == MAX_INTERFACES {
            return Err(Problem::TooManyInterfaces);
        }
        self.interfaces.push(interface);
        Ok(())
    }

    /// Of the first interface, which simple packets are from.
    fn snaplen(&self) -> usize {
        match self.interfaces.first() {
            Some(interface) if interface.snaplen > 0 => interface.snaplen as usize,
            _ => usize::MAX,
        }
    }

    fn packet(
        &self,
        interface: u32,
        ticks: u64,
        data: Bytes,
        original_len: u32,
        output: &mut Output,
    ) -> Result<(), Problem> {
        let described = self.interfaces.get(interface as usize);
        let described = described.ok_or(Problem::UnknownInterface(interface))?;
        let at = described.time(ticks);
        let packet = Packet { at, link: described.link, data, original_len, interface };
        output.push(Captured::Packet(packet));
        Ok(())
    }

    /// Interface, drops, time, captured length, original length, data.
    fn obsolete_packet(&self, block: &Bytes, output: &mut Output) -> Result<(), Problem> {
        let field = |at| self.order.u32(block, at).unwrap_or_default();
        let interface = self.order.u16(block, 8).unwrap_or_default();
        let ticks = u64::from(field(12)) << 32 | u64::from(field(16));
        let data = content(block, 28, field(20)).ok_or(Problem::Malformed(OPB_MAGIC))?;
        self.packet(interface.into(), ticks, data, field(24), output)
    }

    /// Type, length, data.
    fn secrets(&self, block: &Bytes, output: &mut Output) -> Result<(), Problem> {
        let field = |at| self.order.u32(block, at).unwrap_or_default();
        let data = content(block, 16, field(12)).ok_or(Problem::Malformed(DSB_MAGIC))?;
        if field(8) != TLS_KEY_LOG {
            return Err(Problem::OtherSecrets(field(8)));
        }
        output.push(Captured::Secrets(data));
        Ok(())
    }
}

/// How long a section's header is, which is at `offset`. Its byte order is told by itself.
pub(super) fn section_header(bytes: &[u8], offset: u64) -> Result<Next, CaptureError> {
    if bytes.len() < MIN_BLOCK_BYTES as usize {
        return Ok(take_or_skip(MIN_BLOCK_BYTES));
    }
    let order = byte_order(bytes).ok_or(CaptureError::Section { offset })?;
    let length = order.u32(bytes, 4).unwrap_or_default();
    match take_or_skip(length) {
        next @ Next::Take(_) if length >= MIN_BLOCK_BYTES => Ok(next),
        _ => Err(CaptureError::BlockLength { offset, length }),
    }
}

/// Up to the end of options; what follows it are no options.
fn options<'a>(options: &'a [PcapNGOption<'a>]) -> impl Iterator<Item = &'a PcapNGOption<'a>> {
    options.iter().take_while(|it| it.code != OptionCode::EndOfOpt)
}

/// Comments, up to the zero that some writers end them with.
fn notes<'a>(list: &'a [PcapNGOption<'a>]) -> impl Iterator<Item = String> {
    let comments = options(list).filter(|it| it.code == OptionCode::Comment);
    let texts = comments.filter_map(|it| it.as_bytes().ok()?.split(|&byte| byte == 0).next());
    texts.map(|text| String::from_utf8_lossy(text).into_owned())
}

/// As a section's header says.
fn byte_order(header: &[u8]) -> Option<ByteOrder> {
    let orders = [ByteOrder::Little, ByteOrder::Big];
    orders.into_iter().find(|order| order.u32(header, 8) == Some(BYTE_ORDER_MAGIC))
}

/// A block says its length at its beginning and at its end.
fn check_lengths(block: &[u8], order: ByteOrder, offset: u64) -> Result<(), CaptureError> {
    let first = order.u32(block, 4).unwrap_or_default();
    let last = order.u32(block, block.len().saturating_sub(4)).unwrap_or_default();
    if first == last { Ok(()) } else { Err(CaptureError::BlockLengths { offset, first, last }) }
}

/// `length` bytes from `start`, before the second length.
fn content(block: &Bytes, start: usize, length: u32) -> Option<Bytes> {
    let end = start.checked_add(length as usize)?;
    (end <= block.len().saturating_sub(4)).then(|| block.slice(start..end))
}
