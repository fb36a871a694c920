//! Capture files, written by hand, for tests.

use super::fields::ByteOrder;

/// Bytes in one byte order.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    pub(crate) order: ByteOrder,
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn new(order: ByteOrder) -> Self {
        Self { order, bytes: Vec::new() }
    }

    pub(crate) fn u16(mut self, value: u16) -> Self {
        self.bytes.extend(match self.order {
            ByteOrder::Little => value.to_le_bytes(),
            ByteOrder::Big => value.to_be_bytes(),
        });
        self
    }

    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.bytes.extend(match self.order {
            ByteOrder::Little => value.to_le_bytes(),
            ByteOrder::Big => value.to_be_bytes(),
        });
        self
    }

    pub(crate) fn put(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self
    }

    /// Zeros, up to a multiple of four.
    pub(crate) fn pad(mut self) -> Self {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self
    }

    /// Of a pcapng block.
    pub(crate) fn option(self, code: u16, value: &[u8]) -> Self {
        self.u16(code).u16(len(value).try_into().unwrap()).put(value).pad()
    }

    /// A pcapng block.
    pub(crate) fn block(self, kind: u32, content: Self) -> Self {
        let content = content.pad().bytes;
        let length = len(&content) + 12;
        self.u32(kind).u32(length).put(&content).u32(length)
    }

    /// A pcapng section's header.
    pub(crate) fn section(self) -> Self {
        let content = self.empty().u32(0x1a2b_3c4d).u16(1).u16(0).put(&[0xff; 8]);
        self.block(0x0a0d_0d0a, content)
    }

    /// A pcapng interface of this link type, with these options.
    pub(crate) fn interface(self, link: u16, snaplen: u32, options: &[(u16, &[u8])]) -> Self {
        let content = self.empty().u16(link).u16(0).u32(snaplen);
        let content = options.iter().fold(content, |it, (code, value)| it.option(*code, value));
        self.block(1, content)
    }

    /// A pcapng enhanced packet, whole.
    pub(crate) fn enhanced(self, interface: u32, ticks: u64, data: &[u8]) -> Self {
        let content = self.empty().u32(interface).time(ticks).u32(len(data)).u32(len(data));
        self.block(6, content.put(data))
    }

    /// A pcapng time: its upper half first.
    pub(crate) fn time(self, ticks: u64) -> Self {
        let [upper, lower] = [ticks >> 32, ticks & 0xffff_ffff];
        self.u32(upper.try_into().unwrap()).u32(lower.try_into().unwrap())
    }

    /// In the same byte order.
    pub(crate) fn empty(&self) -> Self {
        Self::new(self.order)
    }
}

/// A pcap file of packets a second apart, the first at 1.000007 s, or 1.000000007 s.
pub(crate) fn pcap(magic: u32, order: ByteOrder, link: u32, packets: &[&[u8]]) -> Vec<u8> {
    let mut file = Writer::new(order).u32(magic).u16(2).u16(4).put(&[0; 8]).u32(65_535).u32(link);
    for (second, data) in (1..).zip(packets) {
        file = file.u32(second).u32(7).u32(len(data)).u32(len(data) + 1);
        let modified = magic == 0xa1b2_cd34;
        file = file.put(if modified { &[9; 8] } else { &[] }).put(data);
    }
    file.bytes
}

pub(crate) fn len(bytes: &[u8]) -> u32 {
    bytes.len().try_into().unwrap()
}
