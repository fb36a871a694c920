//! What a packet goes on with.

use std::net::IpAddr;

use super::Skipped;
use super::fragments::Fragment;
use crate::capture::LinkType;

/// What a packet goes on with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Layer {
    /// What this link type begins with.
    Link(LinkType),
    Ethernet,
    /// What this `EtherType` announces.
    EtherType(u16),
    /// IEEE 802.2.
    Llc,
    Ppp,
    /// Of either version.
    Ip,
    Ipv4,
    Ipv6,
    /// What this IP protocol number announces.
    Transport(Transport),
    /// A part of one.
    Fragment(Fragment),
}

/// What an IP packet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Transport {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    /// IP's number of it.
    pub(super) protocol: u8,
}

/// What one layer's header says of the next.
pub(super) type Step = Result<Layer, Skipped>;
