//! Packets, written by hand, for tests.

use std::net::IpAddr;

use bytes::Bytes;

use crate::capture::{LinkType, Packet, UnixNanos};

pub(super) const TCP: u8 = 6;
pub(super) const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const GRE: u8 = 47;

pub(super) const PAYLOAD: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

/// A packet as captured, whole.
pub(super) fn packet(link: LinkType, data: &[u8]) -> Packet {
    let original_len = data.len().try_into().unwrap();
    let data = Bytes::copy_from_slice(data);
    Packet { at: UnixNanos(1), link, data, original_len, interface: 0 }
}

/// From port 40000 to port 80, with a no-operation option of four bytes.
pub(super) fn tcp(payload: &[u8]) -> Vec<u8> {
    let ports = [40_000_u16.to_be_bytes(), 80_u16.to_be_bytes()].concat();
    let numbers = [7_u32.to_be_bytes(), 9_u32.to_be_bytes()].concat();
    let rest = [0x60, 0x18, 0x02, 0x01, 0, 0, 0, 0, 1, 1, 1, 1];
    [&ports, &numbers, rest.as_slice(), payload].concat()
}

/// From 10.0.0.1 to 10.0.0.2, with `part` saying which fragment.
pub(super) fn ipv4_part(protocol: u8, part: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 20).unwrap().to_be_bytes();
    let fixed = [&[0x45, 0], length.as_slice(), &[0, 42], &part.to_be_bytes()].concat();
    [&fixed, [64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2].as_slice(), content].concat()
}

pub(super) fn ipv4(protocol: u8, content: &[u8]) -> Vec<u8> {
    ipv4_part(protocol, 0x4000, content)
}

/// As [`ipv4`], with its addresses mapped into IPv6.
pub(super) fn ipv6(protocol: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let address = |last| [&[0; 10], [0xff, 0xff, 10, 0, 0, last].as_slice()].concat();
    let fixed = [&[0x60, 0, 0, 0], length.as_slice(), &[protocol, 64]].concat();
    [fixed, address(1), address(2), content.to_vec()].concat()
}

/// To this port.
pub(super) fn udp(port: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 8).unwrap().to_be_bytes();
    [&[0xc0, 0], port.to_be_bytes().as_slice(), &length, &[0, 0], content].concat()
}

pub(super) fn ethernet(ether_type: u16, content: &[u8]) -> Vec<u8> {
    [&[2; 12], ether_type.to_be_bytes().as_slice(), content].concat()
}

/// The same for [`ipv4`] and [`ipv6`].
pub(super) fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// A name, and a packet.
type Way = (&'static str, LinkType, Vec<u8>);

/// A packet for each way in which the same segment may come.
pub(super) fn ways() -> Vec<Way> {
    let tunnels = [tunnels(), gre_tunnels()].concat();
    let in_ethernet = [in_ethernet(), tunnels].concat();
    let in_ethernet = in_ethernet.into_iter().map(|(name, it)| (name, LinkType::ETHERNET, it));
    links().into_iter().chain(in_ethernet).collect()
}

fn four() -> Vec<u8> {
    ipv4(TCP, &tcp(PAYLOAD))
}

fn six() -> Vec<u8> {
    ipv6(TCP, &tcp(PAYLOAD))
}

fn ether() -> Vec<u8> {
    ethernet(IPV4, &four())
}

fn join(before: &[u8], after: &[u8]) -> Vec<u8> {
    [before, after].concat()
}

fn length(content: &[u8]) -> [u8; 2] {
    u16::try_from(content.len()).unwrap().to_be_bytes()
}

fn snap() -> Vec<u8> {
    join(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &four())
}

fn pppoe() -> Vec<u8> {
    let ppp = join(&[0, 0x21], &four());
    [&[0x11, 0, 0, 1], length(&ppp).as_slice(), &ppp].concat()
}

fn links() -> Vec<Way> {
    let link = |name, number: u16, before: &[u8]| (name, LinkType(number), join(before, &four()));
    vec![
        link("null, little", 0, &[2, 0, 0, 0]),
        link("null, big", 0, &[0, 0, 0, 2]),
        ("null, macos", LinkType::NULL, join(&[30, 0, 0, 0], &six())),
        ("loop", LinkType::LOOP, join(&[0, 0, 0, 24], &six())),
        ("raw", LinkType::RAW, six()),
        link("raw, ipv4", 12, &[]),
        link("ipv4", 228, &[]),
        ("ipv6", LinkType::IPV6, six()),
        link("ppp", 9, &[0xff, 3, 0, 0x21]),
        link("ppp, short", 9, &[0x21]),
        link("ppp with direction", 204, &[1, 0xff, 3, 0x21]),
        link("ppp hdlc", 50, &[0xff, 3, 0, 0x21]),
        link("cisco hdlc", 104, &[0x0f, 0, 8, 0]),
        ("ppp ether", LinkType::PPP_ETHER, pppoe()),
        link("sll", 113, &[0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0]),
        link("sll2", 276, &[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0]),
        ("fddi", LinkType::FDDI, join(&[0; 13], &snap())),
        link("pflog", 117, &join(&[61, 2], &[0; 62])),
        ("ppi", LinkType::PPI, join(&[0, 0, 8, 0, 1, 0, 0, 0], &ether())),
    ]
}

fn in_ethernet() -> Vec<(&'static str, Vec<u8>)> {
    let tagged = |name, number, tag: &[u8]| (name, ethernet(number, &join(tag, &four())));
    let labelled = join(&[0, 1, 1, 64, 0, 0, 0, 0], &ether());
    let extended = [[60, 0].as_slice(), &[1; 6], &[6, 1], &[1; 14], &tcp(PAYLOAD)].concat();
    let atomic = join(&[6, 0, 0, 0, 0, 0, 0, 1], &tcp(PAYLOAD));
    let authenticated = [[6, 4].as_slice(), &[0; 22], &tcp(PAYLOAD)].concat();
    vec![
        ("ethernet", ether()),
        ("ethernet, ipv6", ethernet(IPV6, &six())),
        ("snap", ethernet(u16::from_be_bytes(length(&snap())), &snap())),
        tagged("vlan", 0x8100, &[0, 5, 8, 0]),
        tagged("qinq", 0x88a8, &[0, 5, 0x81, 0, 0, 6, 8, 0]),
        tagged("vn-tag", 0x8926, &[0, 0, 0, 0, 8, 0]),
        tagged("e-tag", 0x893f, &[0, 0, 0, 0, 0, 0, 8, 0]),
        tagged("mpls", 0x8847, &[0, 1, 0, 64, 0, 2, 1, 64]),
        ("mpls, ethernet", ethernet(0x8847, &labelled)),
        ("pppoe", ethernet(0x8864, &pppoe())),
        ("extensions", ethernet(IPV6, &ipv6(0, &extended))),
        ("atomic fragment", ethernet(IPV6, &ipv6(44, &atomic))),
        ("authenticated", ethernet(IPV4, &ipv4(51, &authenticated))),
    ]
}

fn tunnels() -> Vec<(&'static str, Vec<u8>)> {
    let ip = |name, protocol, content: &[u8]| (name, ethernet(IPV4, &ipv4(protocol, content)));
    let udp = |name, port, content: &[u8]| ip(name, 17, &udp(port, content));
    let [high, low] = length(&four());
    // A sequence number and an extension: eight bytes.
    let gtp = [0x36, 0xff, high, low + 8, 0, 0, 0, 1, 0, 1, 0, 0x85, 1, 0, 9, 0];
    // An identity of 16 bytes, a signature of 20.
    let ayiya = [[0x42, 0x52, 0x11, 41].as_slice(), &[0; 4], &[0; 36], &six()].concat();
    vec![
        ip("ip in ip", 4, &four()),
        ip("6in4", 41, &six()),
        ("4in6", ethernet(IPV6, &ipv6(4, &four()))),
        ip("etherip", 97, &join(&[0x30, 0], &ether())),
        ip("mpls in ip", 137, &join(&[0, 0, 1, 64], &four())),
        udp("gre in udp", 4754, &join(&[0, 0, 8, 0], &four())),
        udp("mpls in udp", 6635, &join(&[0, 0, 1, 64], &six())),
        udp("vxlan", 4789, &join(&[8, 0, 0, 0, 0, 0, 1, 0], &ether())),
        udp("geneve", 6081, &join(&[1, 0, 0x65, 0x58, 0, 0, 1, 0, 9, 9, 9, 9], &ether())),
        udp("gtp", 2152, &join(&gtp, &four())),
        udp("ayiya", 5072, &ayiya),
    ]
}

fn gre_tunnels() -> Vec<(&'static str, Vec<u8>)> {
    let gre = |name, content: &[u8]| (name, ethernet(IPV4, &ipv4(GRE, content)));
    let all = [0xb0, 0, 8, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3];
    let pptp = [0x30, 0x81, 0x88, 0x0b, 0, 9, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 3, 0x21];
    let erspan_2 = [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2];
    let erspan_3 = join(&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1], &[1; 20]);
    vec![
        gre("gre", &join(&[0, 0, 8, 0], &four())),
        gre("gre with all", &join(&all, &four())),
        gre("gre, ethernet", &join(&[0, 0, 0x65, 0x58], &ether())),
        gre("pptp", &join(&pptp, &four())),
        gre("erspan 1", &join(&[0, 0, 0x88, 0xbe], &ether())),
        gre("erspan 2", &join(&erspan_2, &ether())),
        gre("erspan 3", &join(&erspan_3, &ether())),
        gre("wccp", &join(&[0, 0, 0x88, 0x3e], &four())),
        gre("wccp 2", &join(&[0, 0, 0x88, 0x3e, 0, 0, 0, 0], &four())),
    ]
}
