//! What comes before IP.

use super::layer::{Layer, Step};
use super::view::View;
use super::{Header, Skipped};
use crate::capture::LinkType;

/// IEEE 802.3: up to this, what stands in the place of an `EtherType` is a length.
const MAX_LENGTH: u16 = 1500;

/// IEEE 802.2's SNAP: both service access points, and "unnumbered information".
const SNAP: [u8; 3] = [0xaa, 0xaa, 3];

/// What a packet of this link type begins with.
pub(super) fn link(link: LinkType, view: &mut View) -> Step {
    match link {
        LinkType::ETHERNET => ethernet(view),
        LinkType::RAW | LinkType::DLT_RAW | LinkType::DLT_RAW_BSD => Ok(Layer::Ip),
        LinkType::IPV4 => Ok(Layer::Ipv4),
        LinkType::IPV6 => Ok(Layer::Ipv6),
        LinkType::NULL | LinkType::LOOP => loopback(view),
        LinkType::LINUX_SLL => {
            let header: [u8; 16] = view.take(Header::Link)?;
            let [.., high, low] = header;
            Ok(cooked(u16::from_be_bytes([high, low])))
        }
        LinkType::LINUX_SLL2 => {
            let [high, low, ..]: [u8; 20] = view.take(Header::Link)?;
            Ok(cooked(u16::from_be_bytes([high, low])))
        }
        LinkType::PPP => Ok(Layer::Ppp),
        LinkType::PPP_ETHER => pppoe(view),
        LinkType::PPP_WITH_DIRECTION => {
            view.skip(1, Header::Link)?;
            Ok(Layer::Ppp)
        }
        LinkType::PPP_HDLC | LinkType::C_HDLC => hdlc(view),
        LinkType::FDDI => {
            view.skip(13, Header::Link)?;
            Ok(Layer::Llc)
        }
        LinkType::PFLOG => pflog(view),
        LinkType::PPI => ppi(view),
        _ => Err(Skipped::Link(link)),
    }
}

/// Two addresses, then a type or a length.
pub(super) fn ethernet(view: &mut View) -> Step {
    let header: [u8; 14] = view.take(Header::Link)?;
    let [.., high, low] = header;
    Ok(type_or_length(u16::from_be_bytes([high, low]), view))
}

/// What an `EtherType` announces.
pub(super) fn ether_type(number: u16, view: &mut View) -> Step {
    match number {
        0x0800 => Ok(Layer::Ipv4),
        0x86dd => Ok(Layer::Ipv6),
        // 802.1Q, 802.1ad, and what was used before it: tag, type.
        0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300 => {
            let [_, _, high, low] = view.take(Header::Vlan)?;
            Ok(type_or_length(u16::from_be_bytes([high, low]), view))
        }
        // VN-Tag: tag, type.
        0x8926 => {
            let [_, _, _, _, high, low] = view.take(Header::Vlan)?;
            Ok(type_or_length(u16::from_be_bytes([high, low]), view))
        }
        // 802.1BR's E-Tag: tag, type.
        0x893f => {
            let header: [u8; 8] = view.take(Header::Vlan)?;
            let [.., high, low] = header;
            Ok(type_or_length(u16::from_be_bytes([high, low]), view))
        }
        0x8847 | 0x8848 => mpls(view),
        0x8864 => pppoe(view),
        // Transparent Ethernet bridging.
        0x6558 => Ok(Layer::Ethernet),
        _ => Err(Skipped::EtherType(number)),
    }
}

fn type_or_length(number: u16, view: &mut View) -> Layer {
    if number > MAX_LENGTH {
        return Layer::EtherType(number);
    }
    view.limit(number.into());
    Layer::Llc
}

/// Destination, source, control; then, if SNAP, whose number it is, and the number.
pub(super) fn llc(view: &mut View) -> Step {
    let [destination, source, control]: [u8; 3] = view.take(Header::Llc)?;
    if [destination, source, control] != SNAP {
        return Err(Skipped::Llc);
    }
    match view.take(Header::Llc)? {
        // Ethernet's, and the same for bridges to networks without (RFC 1042, 802.1H).
        [0, 0, 0 | 0xf8, high, low] => Ok(Layer::EtherType(u16::from_be_bytes([high, low]))),
        _ => Err(Skipped::Llc),
    }
}

/// The address family, in the byte order of whoever captured, or in network order; both fit in a byte.
fn loopback(view: &mut View) -> Step {
    match view.take(Header::Link)? {
        [family, 0, 0, 0] | [0, 0, 0, family] => address_family(family),
        _ => Err(Skipped::Malformed(Header::Link)),
    }
}

/// IPv4's is 2 everywhere; IPv6's is 10 on Linux, 23 on Windows, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS.
fn address_family(family: u8) -> Step {
    match family {
        2 => Ok(Layer::Ipv4),
        10 | 23 | 24 | 28 | 30 => Ok(Layer::Ipv6),
        _ => Err(Skipped::Malformed(Header::Link)),
    }
}

/// A protocol as Linux's cooked captures say it: an `EtherType`, or 4 for 802.2.
fn cooked(protocol: u16) -> Layer {
    if protocol == 4 { Layer::Llc } else { Layer::EtherType(protocol) }
}

/// Version, code, session, length (RFC 2516 §4).
fn pppoe(view: &mut View) -> Step {
    let [version, code, _, _, high, low] = view.take(Header::Ppp)?;
    if (version, code) != (0x11, 0) {
        return Err(Skipped::Malformed(Header::Ppp));
    }
    view.limit(u16::from_be_bytes([high, low]).into());
    Ok(Layer::Ppp)
}

/// An address and a control byte that may be left out, then a number of one or two bytes (RFC 1661 §2, RFC 1662 §3.1).
pub(super) fn ppp(view: &mut View) -> Step {
    if view.data.starts_with(&[0xff, 3]) {
        view.skip(2, Header::Ppp)?;
    }
    let [first] = view.take(Header::Ppp)?;
    let number = match first & 1 {
        1 => u16::from(first),
        _ => u16::from_be_bytes([first, view.take::<1>(Header::Ppp)?[0]]),
    };
    match number {
        0x0021 => Ok(Layer::Ipv4),
        0x0057 => Ok(Layer::Ipv6),
        0x0281 | 0x0283 => mpls(view),
        _ => Err(Skipped::Ppp(number)),
    }
}

/// PPP's address, or Cisco's and an `EtherType`.
fn hdlc(view: &mut View) -> Step {
    match view.peek(Header::Link)? {
        [0x0f | 0x8f, _, high, low] => {
            view.skip(4, Header::Link)?;
            Ok(Layer::EtherType(u16::from_be_bytes([high, low])))
        }
        _ => Ok(Layer::Ppp),
    }
}

/// Labels, up to the one at the bottom of the stack (RFC 3032 §2.1). What follows is not said: IP tells by its version, Ethernet
/// has a control word of zeros before it (RFC 4385 §3), or is guessed.
pub(super) fn mpls(view: &mut View) -> Step {
    loop {
        let [_, _, label, _] = view.take(Header::Mpls)?;
        if label & 1 == 1 {
            break;
        }
    }
    let [first] = view.peek(Header::Mpls)?;
    match first >> 4 {
        4 => Ok(Layer::Ipv4),
        6 => Ok(Layer::Ipv6),
        0 => {
            view.skip(4, Header::Mpls)?;
            Ok(Layer::Ethernet)
        }
        _ => Ok(Layer::Ethernet),
    }
}

/// A header that says its length, without the padding to four bytes, and an address family.
fn pflog(view: &mut View) -> Step {
    let [length, family] = view.peek(Header::Link)?;
    view.skip(usize::from(length).next_multiple_of(4), Header::Link)?;
    address_family(family)
}

/// Version, flags, length, link type; the fields, which are not read; the packet. All little-endian.
fn ppi(view: &mut View) -> Step {
    let [_, _, length_low, length_high, low, high, _, _] = view.peek(Header::Link)?;
    let length = u16::from_le_bytes([length_low, length_high]);
    if length < 8 {
        return Err(Skipped::Malformed(Header::Link));
    }
    view.skip(length.into(), Header::Link)?;
    Ok(Layer::Link(LinkType(u16::from_le_bytes([low, high]))))
}
