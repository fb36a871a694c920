//! What a capture file holds.

use std::net::IpAddr;

use bytes::Bytes;

use super::{LinkType, UnixNanos};

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
    /// The number of its interface in its section of the file, from 0. Always 0 in a pcap file.
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

/// Where a file ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Where what is cut begins: bytes from the beginning of the file, after decompression. All before it was handed out.
    pub offset: u64,
    /// How many bytes of it there are.
    pub present: u64,
}
