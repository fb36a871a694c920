//! What became of the packets.

use std::collections::BTreeMap;
use std::fmt;

use crate::capture::LinkType;

/// What became of the packets. Each is counted once: `packets` is the sum of all else, once the
/// [`Unwrapper`](super::Unwrapper) has finished.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Packets received.
    pub packets: u64,
    /// TCP segments handed out.
    pub segments: u64,
    /// Fragments that others came after, which completed their datagram.
    pub joined: u64,
    /// Packets in which no segment was found, by reason. As many entries as there are numbers of link types and protocols, at most.
    pub skipped: BTreeMap<Skipped, u64>,
}

impl Tally {
    pub(super) fn skip(&mut self, reason: Skipped, packets: u64) {
        if packets > 0 {
            *self.skipped.entry(reason).or_default() += packets;
        }
    }

    /// Packets that may have held TCP, which could not be told.
    pub fn lost(&self) -> u64 {
        self.skipped.iter().filter(|(reason, _)| reason.is_loss()).map(|(_, count)| count).sum()
    }
}

/// Why a packet gave no segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skipped {
    /// A link type that is not known.
    Link(LinkType),
    /// Another protocol than IP, by its `EtherType`.
    EtherType(u16),
    /// Another protocol than IP, by IEEE 802.2.
    Llc,
    /// Another protocol than IP, by PPP's number.
    Ppp(u16),
    /// Another protocol than TCP, by IP's number.
    Protocol(u8),
    /// A header that contradicts itself, or says more than the packet holds.
    Malformed(Header),
    /// A header that was not captured as a whole.
    Cut(Header),
    /// A fragment of a datagram that was never complete.
    Fragment,
    /// More layers than are taken off.
    TooDeep,
}

impl Skipped {
    /// It may have held TCP, which could not be told.
    pub const fn is_loss(self) -> bool {
        !matches!(self, Self::EtherType(_) | Self::Llc | Self::Ppp(_) | Self::Protocol(_))
    }
}

/// Where something was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Header {
    /// The link layer's, whichever it is.
    Link,
    /// IEEE 802.1Q and its relatives.
    Vlan,
    /// IEEE 802.2, and SNAP.
    Llc,
    /// PPP, and PPP over Ethernet.
    Ppp,
    /// MPLS.
    Mpls,
    /// IPv4.
    Ipv4,
    /// IPv6, with its extensions.
    Ipv6,
    /// Of a fragment.
    Fragment,
    /// Of a tunnel: GRE, VXLAN, …
    Tunnel,
    /// TCP.
    Tcp,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(link) => write!(f, "link type {link} is not known"),
            Self::EtherType(number) => match ether_type(*number) {
                Some(name) => write!(f, "{name}, not IP"),
                None => write!(f, "EtherType {number:#06x}, not IP"),
            },
            Self::Llc => write!(f, "IEEE 802.2, not IP"),
            Self::Ppp(number) => write!(f, "PPP protocol {number:#06x}, not IP"),
            Self::Protocol(number) => match protocol(*number) {
                Some(name) => write!(f, "{name}, not TCP"),
                None => write!(f, "IP protocol {number}, not TCP"),
            },
            Self::Malformed(header) => write!(f, "the {header} header makes no sense"),
            Self::Cut(header) => write!(f, "the {header} header was not captured whole"),
            Self::Fragment => write!(f, "fragments of a datagram that was never complete"),
            Self::TooDeep => write!(f, "too many layers"),
        }
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "link layer's",
            Self::Vlan => "VLAN",
            Self::Llc => "IEEE 802.2",
            Self::Ppp => "PPP",
            Self::Mpls => "MPLS",
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
            Self::Fragment => "IP fragment's",
            Self::Tunnel => "tunnel's",
            Self::Tcp => "TCP",
        })
    }
}

const fn ether_type(number: u16) -> Option<&'static str> {
    Some(match number {
        0x0806 => "ARP",
        0x8035 => "RARP",
        0x809b => "AppleTalk",
        0x80f3 => "AARP",
        0x8137 => "IPX",
        0x8863 => "PPPoE discovery",
        0x888e => "EAPOL",
        0x88cc => "LLDP",
        0x88e5 => "MACsec",
        0x88f7 => "PTP",
        _ => return None,
    })
}

const fn protocol(number: u8) -> Option<&'static str> {
    Some(match number {
        1 => "ICMP",
        2 => "IGMP",
        4 => "IPv4 in IP",
        17 => "UDP",
        41 => "IPv6 in IP",
        47 => "GRE",
        50 => "ESP",
        58 => "ICMPv6",
        89 => "OSPF",
        103 => "PIM",
        112 => "VRRP",
        132 => "SCTP",
        _ => return None,
    })
}
