//! Packets in packets: GRE, and tunnels over UDP.

use super::layer::{Layer, Step};
use super::link::{ether_type, mpls};
use super::view::View;
use super::{Header, Skipped};

const UDP: u8 = 17;

/// What an IP packet holds that is neither TCP nor an extension header.
pub(super) fn tunnel(protocol: u8, view: &mut View) -> Step {
    match protocol {
        UDP => udp(view),
        4 => Ok(Layer::Ipv4),
        41 => Ok(Layer::Ipv6),
        47 => gre(view),
        // Version and padding, then Ethernet (RFC 3378 §2).
        97 => {
            view.skip(2, Header::Tunnel)?;
            Ok(Layer::Ethernet)
        }
        137 => mpls(view),
        _ => Err(Skipped::Protocol(protocol)),
    }
}

/// RFC 2784, with RFC 2890's fields, and RFC 2637's own version for PPTP.
fn gre(view: &mut View) -> Step {
    let [flags, version, high, low] = view.take(Header::Tunnel)?;
    let has = |bit: u8| usize::from(flags & bit != 0);
    let (checksum, routing, key, sequence) = (has(0x80), has(0x40), has(0x20), has(0x10));
    let protocol = u16::from_be_bytes([high, low]);
    match version & 7 {
        // Source routing (RFC 1701) was dropped before anyone used it.
        0 if routing == 0 => {
            view.skip(4 * (checksum + key + sequence), Header::Tunnel)?;
            in_gre(protocol, sequence == 1, view)
        }
        1 => {
            let acknowledged = usize::from(version >> 7);
            view.skip(4 * (key + sequence + acknowledged), Header::Tunnel)?;
            // Without a sequence number there is no payload.
            if sequence == 1 { Ok(Layer::Ppp) } else { Err(Skipped::EtherType(protocol)) }
        }
        _ => Err(Skipped::Malformed(Header::Tunnel)),
    }
}

fn in_gre(protocol: u16, numbered: bool, view: &mut View) -> Step {
    match protocol {
        // ERSPAN, first version without a header, second with one; third, which may have a second one.
        0x88be => {
            view.skip(if numbered { 8 } else { 0 }, Header::Tunnel)?;
            Ok(Layer::Ethernet)
        }
        0x22eb => {
            let header: [u8; 12] = view.take(Header::Tunnel)?;
            let [.., last] = header;
            view.skip(if last & 1 == 1 { 8 } else { 0 }, Header::Tunnel)?;
            Ok(Layer::Ethernet)
        }
        // WCCP, whose second version has a header that does not begin like IPv4.
        0x883e => {
            let [first] = view.peek(Header::Tunnel)?;
            view.skip(if first >> 4 == 4 { 0 } else { 4 }, Header::Tunnel)?;
            Ok(Layer::Ipv4)
        }
        0x880b => Ok(Layer::Ppp),
        _ => ether_type(protocol, view),
    }
}

/// Ports, length, checksum; then a tunnel, if one of the ports is known for it and it looks like one.
fn udp(view: &mut View) -> Step {
    let plain = Skipped::Protocol(UDP);
    let [s1, s2, d1, d2, length_1, length_2, _, _] =
        view.take(Header::Tunnel).map_err(|_| plain)?;
    let ports = [u16::from_be_bytes([d1, d2]), u16::from_be_bytes([s1, s2])];
    let tunnel = ports.into_iter().find_map(over_udp).ok_or(plain)?;
    match u16::from_be_bytes([length_1, length_2]) {
        0 => {}
        length => view.limit(usize::from(length).saturating_sub(8)),
    }
    tunnel(view).map_err(|it| if matches!(it, Skipped::Cut(_)) { it } else { plain })
}

/// The tunnel that a port is known for.
fn over_udp(port: u16) -> Option<fn(&mut View) -> Step> {
    Some(match port {
        2152 => gtp,
        // IANA's number, and Linux's, which is older.
        4789 | 8472 => vxlan,
        6081 => geneve,
        4754 => gre,
        5072 => ayiya,
        6635 => mpls,
        _ => return None,
    })
}

/// RFC 7348 §5.
fn vxlan(view: &mut View) -> Step {
    let [flags, ..]: [u8; 8] = view.take(Header::Tunnel)?;
    if flags & 8 != 0 { Ok(Layer::Ethernet) } else { Err(Skipped::Malformed(Header::Tunnel)) }
}

/// RFC 8926 §3.4.
fn geneve(view: &mut View) -> Step {
    let [first, _, high, low, ..]: [u8; 8] = view.take(Header::Tunnel)?;
    if first >> 6 != 0 {
        return Err(Skipped::Malformed(Header::Tunnel));
    }
    view.skip(usize::from(first & 0x3f) * 4, Header::Tunnel)?;
    ether_type(u16::from_be_bytes([high, low]), view)
}

/// 3GPP TS 29.281 §5.1: version 1, a user's packet.
fn gtp(view: &mut View) -> Step {
    let [flags, kind, high, low, ..]: [u8; 8] = view.take(Header::Tunnel)?;
    if flags & 0xf0 != 0x30 || kind != 0xff {
        return Err(Skipped::Malformed(Header::Tunnel));
    }
    view.limit(u16::from_be_bytes([high, low]).into());
    if flags & 7 != 0 {
        let [_, _, _, mut next] = view.take(Header::Tunnel)?;
        while flags & 4 != 0 && next != 0 {
            next = gtp_extension(view)?;
        }
    }
    Ok(Layer::Ip)
}

/// Its length in units of four bytes, its content, and the type of the next.
fn gtp_extension(view: &mut View) -> Result<u8, Skipped> {
    let [units] = view.peek(Header::Tunnel)?;
    let before_last = (usize::from(units) * 4).checked_sub(1);
    view.skip(before_last.ok_or(Skipped::Malformed(Header::Tunnel))?, Header::Tunnel)?;
    let [next] = view.take(Header::Tunnel)?;
    Ok(next)
}

/// draft-massar-v6ops-ayiya-02 §4, what `SixXS` used: lengths of identity and signature, operation, next header, time.
fn ayiya(view: &mut View) -> Step {
    let [identity, signature, operation, 41, _, _, _, _] = view.take(Header::Tunnel)? else {
        return Err(Skipped::Malformed(Header::Tunnel));
    };
    // "Forward".
    if operation & 0xf != 1 {
        return Err(Skipped::Malformed(Header::Tunnel));
    }
    let identity = 1 << (identity >> 4);
    view.skip(identity + usize::from(signature >> 4) * 4, Header::Tunnel)?;
    Ok(Layer::Ipv6)
}
