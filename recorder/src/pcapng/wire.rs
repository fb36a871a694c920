//! One connection's packets: TCP (RFC 9293) in IP, with numbers that fit.

use std::net::{IpAddr, SocketAddr};

use bytes::BufMut;
use cassettes::model::{ConnectionId, Direction, How, Side};

use super::acts::{Act, Closed};
use super::block;

/// Longest payload of a packet: what is left of 64 KiB after IPv4's and TCP's headers. It is what the loopback interface
/// has, so that most chunks are one packet.
const MAX_PAYLOAD_BYTES: u16 = 65_495;

/// A receiver acknowledges what is missing in steps: sequence numbers wrap, and only half of them are ahead.
const MAX_SKIP_BYTES: u32 = 1 << 30;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

const TCP: u8 = 6;
const TTL: u8 = 64;
const DONT_FRAGMENT: u16 = 0x4000;

/// What a packet is, besides its payload.
#[derive(Clone, Copy)]
struct Head {
    direction: Direction,
    flags: u8,
}

/// A connection, as far as it has come.
#[derive(Debug)]
pub(super) struct Wire {
    client: SocketAddr,
    server: SocketAddr,
    /// The next sequence number of each side. What it has sent is acknowledged.
    from_client: u32,
    from_server: u32,
    /// Of the next packet; only IPv4 has one.
    ip_id: u16,
    /// Nothing follows a reset.
    is_reset: bool,
}

impl Wire {
    pub(super) const fn new(between: (SocketAddr, SocketAddr), id: ConnectionId) -> Self {
        // Connections that follow each other between the same addresses are told apart by where they begin.
        let first = id.0.wrapping_mul(0x9e37_79b1);
        Self {
            client: between.0,
            server: between.1,
            from_client: first,
            from_server: first.rotate_left(16),
            ip_id: 0,
            is_reset: false,
        }
    }

    /// Client and server.
    pub(super) const fn between(&self) -> (SocketAddr, SocketAddr) {
        (self.client, self.server)
    }

    /// Appends the packets of what happens at that time, in Unix nanoseconds; returns how many.
    pub(super) fn act(&mut self, at: u64, act: Act, out: &mut Vec<u8>) -> u64 {
        let mut pen = Pen { wire: self, at, out, packets: 0 };
        match act {
            _ if pen.wire.is_reset => {}
            Act::Open { answered, comments } => pen.open(answered, &comments),
            Act::Say { direction, bytes, comments } => pen.say(direction, &bytes, &comments),
            Act::Lose { direction, length } => pen.lose(direction, length),
            Act::Close(Closed { by, how, comments }) => pen.close(by, how, &comments),
        }
        pen.packets
    }

    const fn seq(&mut self, direction: Direction) -> &mut u32 {
        match direction {
            Direction::ToServer => &mut self.from_client,
            Direction::ToClient => &mut self.from_server,
        }
    }

    fn write(&mut self, head: Head, payload: &[u8], out: &mut Vec<u8>) {
        let (from, to) = match head.direction {
            Direction::ToServer => (self.client, self.server),
            Direction::ToClient => (self.server, self.client),
        };
        let options: &[u8] = if head.flags & SYN == 0 { &[] } else { &SYN_OPTIONS };
        let seq = *self.seq(head.direction);
        let ack = *self.seq(head.direction.reverse());
        let mut tcp = Vec::with_capacity(20 + options.len());
        tcp.put_u16(from.port());
        tcp.put_u16(to.port());
        tcp.put_u32(seq);
        tcp.put_u32(if head.flags & ACK == 0 { 0 } else { ack });
        tcp.put_u8(if options.is_empty() { 5 << 4 } else { 7 << 4 });
        tcp.put_u8(head.flags);
        tcp.put_u16(u16::MAX); // the window
        tcp.put_u32(0); // checksum, urgent pointer
        tcp.put_slice(options);
        let len = tcp.len() + payload.len();
        let sum = pseudo_header(from.ip(), to.ip(), len) + sum(&tcp) + sum(payload);
        put_sum(&mut tcp, 16, sum);
        self.ip(from.ip(), to.ip(), len, out);
        out.put_slice(&tcp);
        out.put_slice(payload);
    }

    fn ip(&mut self, from: IpAddr, to: IpAddr, len: usize, out: &mut Vec<u8>) {
        match (from, to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let mut head = Vec::with_capacity(20);
                head.put_u16(0x4500);
                head.put_u16(short(20 + len));
                head.put_u16(self.ip_id);
                head.put_u16(DONT_FRAGMENT);
                head.put_slice(&[TTL, TCP, 0, 0]);
                head.put_slice(&from.octets());
                head.put_slice(&to.octets());
                let sum = sum(&head);
                put_sum(&mut head, 10, sum);
                out.put_slice(&head);
                self.ip_id = self.ip_id.wrapping_add(1);
            }
            (from, to) => {
                out.put_u32(0x6000_0000);
                out.put_u16(short(len));
                out.put_slice(&[TCP, TTL]);
                out.put_slice(&octets(from));
                out.put_slice(&octets(to));
            }
        }
    }
}

/// At one moment, packet after packet.
struct Pen<'a> {
    wire: &'a mut Wire,
    at: u64,
    out: &'a mut Vec<u8>,
    packets: u64,
}

impl Pen<'_> {
    /// A handshake, as far as the server went along.
    fn open(&mut self, answered: bool, comments: &[String]) {
        self.put(Direction::ToServer, SYN, &[], comments);
        self.advance(Direction::ToServer, 1);
        if answered {
            self.put(Direction::ToClient, SYN | ACK, &[], &[]);
            self.advance(Direction::ToClient, 1);
            self.put(Direction::ToServer, ACK, &[], &[]);
        }
    }

    fn say(&mut self, direction: Direction, bytes: &[u8], comments: &[String]) {
        let mut comments = comments;
        let mut pieces = bytes.chunks(MAX_PAYLOAD_BYTES.into()).peekable();
        while let Some(piece) = pieces.next() {
            let push = if pieces.peek().is_none() { PSH } else { 0 };
            self.put(direction, ACK | push, piece, comments);
            self.advance(direction, u32::from(short(piece.len())));
            comments = &[];
        }
        self.put(direction.reverse(), ACK, &[], &[]);
    }

    /// The receiver has it; the capture does not.
    fn lose(&mut self, direction: Direction, length: u64) {
        let mut left = length;
        while left > 0 {
            let step = u32::try_from(left).unwrap_or(u32::MAX).min(MAX_SKIP_BYTES);
            self.advance(direction, step);
            self.put(direction.reverse(), ACK, &[], &[]);
            left -= u64::from(step);
        }
    }

    fn close(&mut self, by: Side, how: How, comments: &[String]) {
        let direction = by.sends();
        match how {
            How::Reset | How::Refused => {
                self.put(direction, RST | ACK, &[], comments);
                self.wire.is_reset = true;
            }
            How::Fin | How::CloseNotify | How::Alert(_) | How::Untrusted => {
                self.put(direction, FIN | ACK, &[], comments);
                self.advance(direction, 1);
                self.put(direction.reverse(), ACK, &[], &[]);
            }
            // Nothing was sent.
            How::Timeout | How::Unreachable => {}
        }
    }

    fn put(&mut self, direction: Direction, flags: u8, payload: &[u8], comments: &[String]) {
        let wire = &mut *self.wire;
        let head = Head { direction, flags };
        block::packet(self.at, comments, self.out, |out| wire.write(head, payload, out));
        self.packets += 1;
    }

    fn advance(&mut self, direction: Direction, len: u32) {
        let seq = self.wire.seq(direction);
        *seq = seq.wrapping_add(len);
    }
}

/// The longest segment; and a window of up to 1 GiB (RFC 7323), so that none is ever full.
const SYN_OPTIONS: [u8; 8] = {
    let [high, low] = MAX_PAYLOAD_BYTES.to_be_bytes();
    [2, 4, high, low, 3, 3, 14, 0]
};

fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

/// A packet is at most 64 KiB long.
fn short(len: usize) -> u16 {
    u16::try_from(len).unwrap_or(u16::MAX)
}

/// RFC 9293 §3.1: addresses, protocol and length are in TCP's checksum, too.
fn pseudo_header(from: IpAddr, to: IpAddr, len: usize) -> u64 {
    let addresses = match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => sum(&from.octets()) + sum(&to.octets()),
        (from, to) => sum(&octets(from)) + sum(&octets(to)),
    };
    addresses + u64::from(TCP) + len as u64
}

/// Of 16-bit words; an odd byte at the end is the upper half of one.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<2>();
    let words: u64 = words.iter().map(|word| u64::from(u16::from_be_bytes(*word))).sum();
    words + rest.first().map_or(0, |byte| u64::from(*byte) << 8)
}

/// RFC 1071: the complement of the sum, carries added in, goes to this place.
fn put_sum(header: &mut [u8], at: usize, mut sum: u64) {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    let checksum = !short(usize::try_from(sum).unwrap_or_default());
    for (place, byte) in header.iter_mut().skip(at).zip(checksum.to_be_bytes()) {
        *place = byte;
    }
}
