//! IPv4, IPv6 and its extension headers.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::fragments::Fragment;
use super::layer::{Layer, Step, Transport};
use super::view::View;
use super::{Header, Skipped};

/// TCP's number.
pub(super) const TCP: u8 = 6;

/// The number of IPv6's fragment header.
const FRAGMENT: u8 = 44;

/// The number of IP security's authentication header.
const AUTHENTICATION: u8 = 51;

/// Of either version, told by its first four bits.
pub(super) fn ip(view: &View) -> Step {
    let [first] = view.peek(Header::Link)?;
    match first >> 4 {
        4 => Ok(Layer::Ipv4),
        6 => Ok(Layer::Ipv6),
        _ => Err(Skipped::Malformed(Header::Link)),
    }
}

/// RFC 791 §3.1.
pub(super) fn ipv4(view: &mut View) -> Step {
    let fixed: [u8; 20] = view.peek(Header::Ipv4)?;
    let [first, _, total_1, total_2, id_1, id_2, part_1, part_2, _, protocol, ..] = fixed;
    let [.., s1, s2, s3, s4, d1, d2, d3, d4] = fixed;
    let header = usize::from(first & 0xf) * 4;
    let total = usize::from(u16::from_be_bytes([total_1, total_2]));
    // An interface that cuts packets itself is given them with length 0 (TSO).
    let total = if total == 0 { usize::MAX } else { total };
    if first >> 4 != 4 || header < 20 || total < header {
        return Err(Skipped::Malformed(Header::Ipv4));
    }
    view.limit(total);
    view.skip(header, Header::Ipv4)?;
    let transport = Transport {
        source: Ipv4Addr::new(s1, s2, s3, s4).into(),
        destination: Ipv4Addr::new(d1, d2, d3, d4).into(),
        protocol,
    };
    let part = u16::from_be_bytes([part_1, part_2]);
    let (more, offset) = (part & 0x2000 != 0, (part & 0x1fff) * 8);
    if !more && offset == 0 {
        return Ok(Layer::Transport(transport));
    }
    let id = u16::from_be_bytes([id_1, id_2]).into();
    Ok(Layer::Fragment(Fragment { transport, id, offset, more }))
}

/// RFC 8200 §3.
pub(super) fn ipv6(view: &mut View) -> Step {
    let fixed: [u8; 40] = view.take(Header::Ipv6)?;
    let [first, _, _, _, length_1, length_2, protocol, _, addresses @ ..] = fixed;
    if first >> 4 != 6 {
        return Err(Skipped::Malformed(Header::Ipv6));
    }
    // 0: an option says it (RFC 2675), which is the rest of the packet again; or an interface cuts packets itself.
    match u16::from_be_bytes([length_1, length_2]) {
        0 => {}
        length => view.limit(length.into()),
    }
    let (source, destination) = addresses.split_at(16);
    let address = |bytes: &[u8]| bytes.first_chunk().map(|it| Ipv6Addr::from(*it).into());
    let (Some(source), Some(destination)) = (address(source), address(destination)) else {
        return Err(Skipped::Malformed(Header::Ipv6));
    };
    Ok(Layer::Transport(Transport { source, destination, protocol }))
}

/// What follows an extension header; None if there is none.
pub(super) fn extension(transport: Transport, view: &mut View) -> Result<Option<Layer>, Skipped> {
    let version_6 = transport.source.is_ipv6();
    let unit = match transport.protocol {
        FRAGMENT if version_6 => return fragment(transport, view).map(Some),
        // Hop by hop, routing, destination, mobility, host identity, shim6.
        0 | 43 | 60 | 135 | 139 | 140 if version_6 => 8,
        // RFC 4302 §2: in units of four bytes, but without the first eight as well.
        AUTHENTICATION => 4,
        _ => return Ok(None),
    };
    // RFC 8200 §4: next header, length without the first eight bytes, content.
    let [protocol, length] = view.peek(Header::Ipv6)?;
    view.skip(8 + usize::from(length) * unit, Header::Ipv6)?;
    Ok(Some(Layer::Transport(Transport { protocol, ..transport })))
}

/// Next header, offset and whether more follow, identification (RFC 8200 §4.5).
fn fragment(transport: Transport, view: &mut View) -> Step {
    let [protocol, _, part_1, part_2, id @ ..]: [u8; 8] = view.take(Header::Fragment)?;
    let transport = Transport { protocol, ..transport };
    let part = u16::from_be_bytes([part_1, part_2]);
    let (more, offset) = (part & 1 == 1, part & !7);
    if !more && offset == 0 {
        return Ok(Layer::Transport(transport));
    }
    Ok(Layer::Fragment(Fragment { transport, id: u32::from_be_bytes(id), offset, more }))
}
