//! What a capture file holds.

use std::collections::VecDeque;
use std::net::IpAddr;

use bytes::Bytes;

use super::{LinkType, Problem, UnixNanos};

/// One thing of a capture file, in the file's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Captured {
    /// A packet.
    Packet(Packet),
    /// A decryption secrets block: text in the NSS key log format. It may come after the packets that it decrypts.
    Secrets(Bytes),
    /// One entry of a name resolution block.
    Name(Name),
    /// What somebody noted.
    Comment(Comment),
    /// Something was passed over; it may have been a packet.
    Skipped(Skipped),
    /// The file ends in the middle of something: the last thing of it.
    Cut(Cut),
}

/// A packet as captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// When it was captured.
    pub at: UnixNanos,
    /// What `data` begins with.
    pub link: LinkType,
    /// What was kept of it: a slice of a block that was received, whenever it lies in one.
    pub data: Bytes,
    /// How long it was on the wire. More than is in `data` where the capture was told to keep only the beginning of each packet.
    pub original_len: u32,
    /// The number of its interface in its section of the file, from 0. Always 0 in pcap and snoop files.
    pub interface: u32,
}

/// What an address was called when it was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The address.
    pub address: IpAddr,
    /// One of its names.
    pub name: String,
}

/// A note in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The number of the packet that it is about, from 1 in the file; None if it is about a section, an interface or names.
    pub packet: Option<u64>,
    /// The note.
    pub text: String,
}

/// Something that was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// Where it begins: bytes from the beginning of the file, after decompression.
    pub offset: u64,
    /// Why.
    pub problem: Problem,
}

/// Where a file ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Where what is cut begins: bytes from the beginning of the file, after decompression. All before it was handed out.
    pub offset: u64,
    /// How many bytes of it there are.
    pub present: u64,
}

/// What was found, not yet polled. Never more than one block of the file holds.
#[derive(Debug, Default)]
pub(super) struct Output {
    found: VecDeque<Captured>,
    /// How many packets there were.
    packets: u64,
}

impl Output {
    pub(super) fn pop(&mut self) -> Option<Captured> {
        self.found.pop_front()
    }

    pub(super) fn push(&mut self, found: Captured) {
        self.packets += u64::from(matches!(found, Captured::Packet(_)));
        self.found.push_back(found);
    }

    /// A note on the packet that comes next.
    pub(super) fn note_on_packet(&mut self, text: String) {
        let packet = Some(self.packets + 1);
        self.push(Captured::Comment(Comment { packet, text }));
    }

    /// A note on something else.
    pub(super) fn note(&mut self, text: String) {
        self.push(Captured::Comment(Comment { packet: None, text }));
    }

    pub(super) fn skipped(&mut self, offset: u64, problem: Problem) {
        self.push(Captured::Skipped(Skipped { offset, problem }));
    }
}
