//! Tests of the whole.

use bytes::Bytes;
use proptest::prelude::*;

use super::sample::{IPV4, PAYLOAD, TCP, ethernet, ipv4, ipv4_part, packet, plain, tcp, udp, ways};
use super::*;
use crate::capture::{LinkType, Packet, UnixNanos};

fn unwrap(packet: Packet) -> (Option<Segment>, Tally) {
    let mut unwrapper = Unwrapper::default();
    let segment = unwrapper.receive(packet);
    unwrapper.finish();
    (segment, unwrapper.tally().clone())
}

fn only_reason(packet: Packet) -> Skipped {
    let (segment, tally) = unwrap(packet);
    assert_eq!(segment, None);
    assert_eq!(tally.skipped.len(), 1, "{tally:?}");
    *tally.skipped.first_key_value().unwrap().0
}

/// The sum of [`Tally`].
fn accounted(tally: &Tally) -> u64 {
    tally.segments + tally.joined + tally.skipped.values().sum::<u64>()
}

#[test]
fn every_way_leads_to_the_same_segment() {
    for (name, link, bytes) in ways() {
        let (segment, tally) = unwrap(packet(link, &bytes));
        let segment = segment.unwrap_or_else(|| panic!("{name}: {tally:?}"));
        assert_eq!(segment.payload, PAYLOAD, "{name}");
        assert_eq!(plain(segment.source.ip()), plain([10, 0, 0, 1].into()), "{name}");
        assert_eq!(plain(segment.destination.ip()), plain([10, 0, 0, 2].into()), "{name}");
        assert_eq!((segment.source.port(), segment.destination.port()), (40_000, 80));
        assert_eq!((segment.seq, segment.ack, segment.window), (7, 9, 0x201));
        assert_eq!(segment.flags, TcpFlags::PSH | TcpFlags::ACK);
        assert_eq!((segment.cut, segment.packet, segment.at), (0, 1, UnixNanos(1)));
        assert_eq!((tally.segments, tally.packets), (1, 1));
    }
}

#[test]
fn a_packet_kept_in_part_says_how_much_of_the_data_is_missing() {
    for (name, link, bytes) in ways() {
        for kept in 0..bytes.len() {
            let mut packet = packet(link, &bytes);
            packet.data.truncate(kept);
            let (segment, tally) = unwrap(packet);
            assert_eq!(accounted(&tally), 1);
            let Some(segment) = segment else {
                assert!(bytes.len() - kept > PAYLOAD.len(), "{name} {kept}");
                continue;
            };
            let there = PAYLOAD.len().saturating_sub(bytes.len() - kept);
            assert_eq!(segment.payload, PAYLOAD[..there], "{name} {kept}");
            assert_eq!(segment.cut as usize, PAYLOAD.len() - there, "{name} {kept}");
        }
    }
}

#[test]
fn padding_is_not_data() {
    for (name, link, bytes) in ways() {
        let (segment, _) = unwrap(packet(link, &[bytes.as_slice(), &[0; 9]].concat()));
        assert_eq!(segment.map(|it| it.payload), Some(Bytes::from_static(PAYLOAD)), "{name}");
    }
}

#[test]
fn an_ip_length_of_zero_is_the_rest_of_the_packet() {
    let mut bytes = ethernet(IPV4, &ipv4(TCP, &tcp(PAYLOAD)));
    bytes[16..18].fill(0);
    let (segment, _) = unwrap(packet(LinkType::ETHERNET, &bytes));
    assert_eq!(segment.unwrap().payload, PAYLOAD);
}

#[test]
fn an_ip_length_beyond_the_packet_claims_no_data() {
    let mut bytes = ethernet(IPV4, &ipv4(TCP, &tcp(PAYLOAD)));
    bytes[16..18].fill(0xff);
    let (segment, _) = unwrap(packet(LinkType::ETHERNET, &bytes));
    let segment = segment.unwrap();
    assert_eq!((segment.payload.as_ref(), segment.cut), (PAYLOAD, 0));
}

#[test]
fn tunnels_stay_closed_when_told_so() {
    let mut unwrapper = Unwrapper::new(Options { outer: true });
    let tunnels = ["ip in ip", "6in4", "4in6", "gre", "vxlan", "gtp", "geneve", "pptp"];
    for (name, link, bytes) in ways() {
        let opened = unwrapper.receive(packet(link, &bytes)).is_some();
        assert!(!(opened && tunnels.contains(&name)), "{name}");
    }
    let skipped: Vec<_> = unwrapper.tally().skipped.keys().copied().collect();
    assert_eq!(skipped, [4, 17, 41, 47, 97, 137].map(Skipped::Protocol));
}

#[test]
fn what_is_no_tcp_is_told_by_its_name() {
    let arp = only_reason(packet(LinkType::ETHERNET, &ethernet(0x0806, &[0; 28])));
    assert_eq!(arp.to_string(), "ARP, not IP");
    let dns = ipv4(17, &udp(53, b"query"));
    assert_eq!(only_reason(packet(LinkType::RAW, &dns)).to_string(), "UDP, not TCP");
    let wireless = only_reason(packet(LinkType(105), &[0; 60]));
    assert_eq!(wireless.to_string(), "link type IEEE802_11 (105) is not known");
    assert!(wireless.is_loss() && !arp.is_loss());
    let spanning_tree = ethernet(38, &[0x42; 38]);
    assert_eq!(only_reason(packet(LinkType::ETHERNET, &spanning_tree)), Skipped::Llc);
}

#[test]
fn udp_on_a_tunnels_port_that_is_no_tunnel_is_udp() {
    for port in [2152, 4789, 4754, 6081, 5072] {
        let packet = packet(LinkType::RAW, &ipv4(17, &udp(port, &[0xf7; 40])));
        assert_eq!(only_reason(packet), Skipped::Protocol(17), "{port}");
    }
}

#[test]
fn headers_that_contradict_themselves_are_counted() {
    let mut short = ipv4(TCP, &tcp(PAYLOAD));
    short[0] = 0x44;
    assert_eq!(only_reason(packet(LinkType::RAW, &short)), Skipped::Malformed(Header::Ipv4));
    let mut long = ipv4(TCP, &tcp(b""));
    long[32] = 0xf0;
    assert_eq!(only_reason(packet(LinkType::RAW, &long)), Skipped::Malformed(Header::Tcp));
    let deep = (0..60).fold(ipv4(TCP, &tcp(PAYLOAD)), |inner, _| ipv4(4, &inner));
    assert_eq!(only_reason(packet(LinkType::RAW, &deep)), Skipped::TooDeep);
}

/// A segment with 80 bytes of data in thirteen fragments of 8 bytes, and what it is whole.
fn fragments() -> (Vec<Packet>, Segment) {
    let content = tcp(&(0..80).collect::<Vec<u8>>());
    let whole = unwrap(packet(LinkType::RAW, &ipv4(TCP, &content))).0.unwrap();
    let last = content.len().div_ceil(8) - 1;
    let part = |(at, data): (usize, &[u8])| {
        let more = if at == last { 0 } else { 0x2000 };
        packet(LinkType::RAW, &ipv4_part(TCP, more | u16::try_from(at).unwrap(), data))
    };
    (content.chunks(8).enumerate().map(part).collect(), whole)
}

#[test]
fn a_fragment_that_overlaps_changes_nothing_that_came_before() {
    let (mut parts, whole) = fragments();
    // Covers the parts 4, 5 and 6, of which 5 came before.
    parts.swap(0, 5);
    let other = packet(LinkType::RAW, &ipv4_part(TCP, 0x2004, &[0xee; 24]));
    parts.insert(1, other);
    let mut unwrapper = Unwrapper::default();
    let segments: Vec<_> = parts.into_iter().filter_map(|it| unwrapper.receive(it)).collect();
    let mut expected = whole.payload.to_vec();
    expected[8..16].fill(0xee);
    expected[24..32].fill(0xee);
    assert_eq!(segments.len(), 1);
    assert_eq!(segments[0].payload, expected);
    assert_eq!(accounted(unwrapper.tally()), 14);
}

#[test]
fn a_datagram_that_is_never_complete_is_given_up_and_counted() {
    let (parts, _) = fragments();
    let mut unwrapper = Unwrapper::default();
    let late = |mut packet: Packet| {
        packet.at = UnixNanos(31_000_000_000);
        packet
    };
    assert_eq!(unwrapper.receive(parts[0].clone()), None);
    for part in parts.iter().skip(1).cloned().map(late) {
        assert_eq!(unwrapper.receive(part), None);
    }
    assert_eq!(unwrapper.tally().skipped.get(&Skipped::Fragment), Some(&1));
    unwrapper.finish();
    assert_eq!(unwrapper.tally().lost(), 13);
    assert_eq!(accounted(unwrapper.tally()), 13);
}

#[test]
fn a_flood_of_fragments_is_bounded_and_counted() {
    let mut unwrapper = Unwrapper::default();
    let mut flood = ipv4_part(TCP, 0x2000, &[0; 1400]);
    for id in 0..=u16::MAX {
        flood[4..6].copy_from_slice(&id.to_be_bytes());
        assert_eq!(unwrapper.receive(packet(LinkType::RAW, &flood)), None);
    }
    let given_up = unwrapper.tally().lost();
    assert!(given_up > 60_000, "{given_up}");
    unwrapper.finish();
    assert_eq!(unwrapper.tally().lost(), 65_536);
}

#[test]
fn the_first_fragment_is_shown_when_it_was_not_captured_whole() {
    let mut first = packet(LinkType::RAW, &ipv4_part(TCP, 0x2000, &tcp(PAYLOAD)[..40]));
    first.data.truncate(50);
    let (segment, _) = unwrap(first);
    let segment = segment.unwrap();
    assert_eq!((segment.payload.as_ref(), segment.cut), (&PAYLOAD[..6], 10));
}

proptest! {
    #[test]
    fn fragments_in_any_order_and_twice_give_the_segment_once(
        order in Just((0..13).chain(0..13).collect::<Vec<usize>>()).prop_shuffle()
    ) {
        let (parts, whole) = fragments();
        let mut unwrapper = Unwrapper::default();
        let mut missing: Vec<_> = (0..13).collect();
        for part in order {
            let segment = unwrapper.receive(parts[part].clone());
            let before = missing.len();
            missing.retain(|it| *it != part);
            prop_assert_eq!(segment.is_some(), before == 1 && missing.is_empty());
            if let Some(segment) = segment {
                prop_assert_eq!(Segment { packet: 1, ..segment }, whole.clone());
                break;
            }
        }
        prop_assert_eq!(accounted(unwrapper.tally()), unwrapper.tally().packets);
    }

    #[test]
    fn any_change_to_any_packet_is_accounted_for(
        which in any::<prop::sample::Index>(), place in 0..200_usize, to in any::<u8>(), kept in 0..300_usize,
    ) {
        let (_, link, mut bytes) = which.get(&ways()).clone();
        let place = place % bytes.len();
        bytes[place] = to;
        let mut packet = packet(link, &bytes);
        packet.data.truncate(kept);
        let (_, tally) = unwrap(packet);
        prop_assert_eq!(accounted(&tally), 1);
    }

    #[test]
    fn any_bytes_of_any_link_type_are_accounted_for(
        link in 0..300_u16, bytes in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        prop_assert_eq!(accounted(&unwrap(packet(LinkType(link), &bytes)).1), 1);
    }
}
