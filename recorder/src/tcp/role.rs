//! Who of two is the client.

use std::collections::HashSet;
use std::net::SocketAddr;

use cassettes::model::Side;

use crate::packet::Segment;

/// Below it are the ports that only servers get (RFC 6335 §6: system ports).
const FIRST_USER_PORT: u16 = 1024;

/// From here on systems give ports to clients: Linux from 32768, others from 49152 (RFC 6335 §6: dynamic ports).
const FIRST_DYNAMIC_PORT: u16 = 32768;

/// Which side sent `segment`; none: neither the handshake nor `servers` nor the ports tell, and it carries no data that
/// would make its sender the first speaker.
pub(super) fn sender(segment: &Segment, servers: &HashSet<SocketAddr>) -> Option<Side> {
    by_handshake(segment)
        .or_else(|| by_name(segment, servers))
        .or_else(|| by_port(segment))
        .or_else(|| (!segment.payload.is_empty()).then_some(Side::Client))
}

fn by_handshake(segment: &Segment) -> Option<Side> {
    let side = if segment.flags.ack() { Side::Server } else { Side::Client };
    segment.flags.syn().then_some(side)
}

fn by_name(segment: &Segment, servers: &HashSet<SocketAddr>) -> Option<Side> {
    if servers.contains(&segment.destination) {
        return Some(Side::Client);
    }
    servers.contains(&segment.source).then_some(Side::Server)
}

fn by_port(segment: &Segment) -> Option<Side> {
    let (source, destination) = (rank(segment.source), rank(segment.destination));
    match source.cmp(&destination) {
        std::cmp::Ordering::Less => Some(Side::Server),
        std::cmp::Ordering::Greater => Some(Side::Client),
        std::cmp::Ordering::Equal => None,
    }
}

/// The lower, the more like a server's.
const fn rank(address: SocketAddr) -> u8 {
    match address.port() {
        0..FIRST_USER_PORT => 0,
        FIRST_USER_PORT..FIRST_DYNAMIC_PORT => 1,
        FIRST_DYNAMIC_PORT.. => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::UnixNanos;
    use crate::packet::TcpFlags;
    use bytes::Bytes;

    fn segment(source: u16, destination: u16, flags: TcpFlags, payload: &'static str) -> Segment {
        Segment {
            at: UnixNanos::UNKNOWN,
            source: SocketAddr::from(([10, 0, 0, 1], source)),
            destination: SocketAddr::from(([10, 0, 0, 2], destination)),
            seq: 0,
            ack: 0,
            flags,
            window: 0,
            payload: Bytes::from_static(payload.as_bytes()),
            cut: 0,
            packet: 1,
        }
    }

    fn guess(
        source: u16,
        destination: u16,
        flags: TcpFlags,
        payload: &'static str,
    ) -> Option<Side> {
        sender(&segment(source, destination, flags, payload), &HashSet::new())
    }

    #[test]
    fn a_handshake_says_who_connects_whatever_the_ports() {
        assert_eq!(guess(80, 50000, TcpFlags::SYN, ""), Some(Side::Client));
        assert_eq!(guess(50000, 80, TcpFlags::SYN | TcpFlags::ACK, ""), Some(Side::Server));
    }

    #[test]
    fn without_a_handshake_the_lower_kind_of_port_is_the_servers() {
        assert_eq!(guess(50000, 80, TcpFlags::ACK, ""), Some(Side::Client));
        assert_eq!(guess(80, 8080, TcpFlags::ACK, "x"), Some(Side::Server));
        assert_eq!(guess(6379, 40000, TcpFlags::ACK, "x"), Some(Side::Server));
    }

    #[test]
    fn between_equals_the_first_speaker_is_the_client() {
        assert_eq!(guess(50000, 40000, TcpFlags::ACK, ""), None);
        assert_eq!(guess(50000, 40000, TcpFlags::ACK, "hello"), Some(Side::Client));
    }

    #[test]
    fn a_named_server_is_believed_before_the_ports() {
        let segment = segment(80, 50000, TcpFlags::ACK, "");
        let servers = HashSet::from([segment.destination]);
        assert_eq!(sender(&segment, &servers), Some(Side::Client));
        let servers = HashSet::from([segment.source]);
        assert_eq!(sender(&segment, &servers), Some(Side::Server));
    }
}
