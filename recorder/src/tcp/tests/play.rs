//! Captures to play: who sends what, and what is to be told of it.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use bytes::Bytes;
use cassettes::model::{Direction, Side};

use crate::capture::UnixNanos;
use crate::packet::{Segment, TcpFlags};
use crate::tcp::{Limits, Reassembler, TcpEvent};

/// Who connects in most plays.
pub(in crate::tcp) const CLIENT: SocketAddr =
    SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 1), 50_000));
/// Who is connected to in most plays.
pub(in crate::tcp) const SERVER: SocketAddr =
    SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 2), 80));

/// The client's first sequence number: not far from where they wrap around.
pub(super) const CLIENT_ISN: u32 = u32::MAX - 3;
/// The server's first sequence number.
pub(super) const SERVER_ISN: u32 = 7_000;

/// A client's segment with nothing in it.
pub(in crate::tcp) fn ack() -> Segment {
    Segment {
        at: UnixNanos(1),
        source: CLIENT,
        destination: SERVER,
        seq: CLIENT_ISN.wrapping_add(1),
        ack: SERVER_ISN + 1,
        flags: TcpFlags::ACK,
        window: 1000,
        payload: Bytes::new(),
        cut: 0,
        packet: 1,
    }
}

/// A capture as it goes.
pub(super) struct Play {
    pub(super) reassembler: Reassembler,
    /// The time of the next packet, in nanoseconds.
    pub(super) now: u64,
    /// What each side acknowledges in the segments that it sends: a place in the other's bytes.
    client_has: u32,
    server_has: u32,
}

impl Play {
    /// A capture that begins in mid-connection.
    pub(super) fn new() -> Self {
        Self::with(Limits::default(), Vec::new())
    }

    pub(super) fn with(limits: Limits, servers: Vec<SocketAddr>) -> Self {
        let reassembler = Reassembler::new(limits, servers);
        Self { reassembler, now: 1, client_has: 0, server_has: 0 }
    }

    /// A capture that begins with a handshake.
    pub(super) fn handshake() -> Self {
        Self::new().shake_hands()
    }

    pub(super) fn shake_hands(self) -> Self {
        self.client_segment(|segment| syn(segment, TcpFlags::SYN))
            .server_segment(|segment| syn(segment, TcpFlags::SYN | TcpFlags::ACK))
            .client_segment(|_| ())
            .expect(["open 10.0.0.1:50000 10.0.0.2:80 Handshake at 1"])
    }

    /// The client sends its bytes from `offset` on.
    pub(super) fn client(self, offset: u32, bytes: &'static str) -> Self {
        self.client_segment(|segment| carry(segment, offset, bytes))
    }

    /// The server sends its bytes from `offset` on.
    pub(super) fn server(self, offset: u32, bytes: &'static str) -> Self {
        self.server_segment(|segment| carry(segment, offset, bytes))
    }

    /// The client says that it has the server's bytes up to `offset`, now and from now on.
    pub(super) fn client_has(mut self, offset: u32) -> Self {
        self.client_has = offset;
        self.client(0, "")
    }

    /// The server says that it has the client's bytes up to `offset`, now and from now on.
    pub(super) fn server_has(mut self, offset: u32) -> Self {
        self.server_has = offset;
        self.server(0, "")
    }

    pub(super) fn client_fin(self, offset: u32) -> Self {
        self.client_segment(|segment| end(segment, offset, TcpFlags::FIN))
    }

    pub(super) fn server_fin(self, offset: u32) -> Self {
        self.server_segment(|segment| end(segment, offset, TcpFlags::FIN))
    }

    pub(super) fn client_reset(self, offset: u32) -> Self {
        self.client_segment(|segment| end(segment, offset, TcpFlags::RST))
    }

    pub(super) fn server_reset(self, offset: u32) -> Self {
        self.server_segment(|segment| end(segment, offset, TcpFlags::RST))
    }

    /// The client sends any segment: `change` makes it from an empty one.
    pub(super) fn client_segment(self, change: impl FnOnce(&mut Segment)) -> Self {
        let mut segment = ack();
        segment.ack = segment.ack.wrapping_add(self.client_has);
        change(&mut segment);
        self.segment(segment)
    }

    /// The server sends any segment: `change` makes it from an empty one.
    pub(super) fn server_segment(self, change: impl FnOnce(&mut Segment)) -> Self {
        let client = ack();
        let (source, destination) = (client.destination, client.source);
        let (seq, ack) = (client.ack, client.seq.wrapping_add(self.server_has));
        let mut segment = Segment { source, destination, seq, ack, ..client };
        change(&mut segment);
        self.segment(segment)
    }

    pub(super) fn segment(mut self, mut segment: Segment) -> Self {
        segment.at = UnixNanos(self.now);
        self.reassembler.receive(segment);
        self.now += 1;
        self
    }

    pub(super) fn finish(mut self) -> Self {
        self.reassembler.finish();
        self
    }

    /// What is to be told by now, and not before.
    #[track_caller]
    pub(super) fn expect<const N: usize>(mut self, expected: [&str; N]) -> Self {
        let told: Vec<_> =
            std::iter::from_fn(|| self.reassembler.poll()).map(|event| line(&event)).collect();
        assert_eq!(told, expected);
        self
    }

    /// All events, told by now.
    pub(super) fn events(&mut self) -> Vec<TcpEvent> {
        std::iter::from_fn(|| self.reassembler.poll()).collect()
    }
}

pub(super) fn carry(segment: &mut Segment, offset: u32, bytes: &'static str) {
    segment.seq = segment.seq.wrapping_add(offset);
    segment.payload = Bytes::from_static(bytes.as_bytes());
}

pub(super) fn syn(segment: &mut Segment, flags: TcpFlags) {
    segment.seq = segment.seq.wrapping_sub(1);
    segment.flags = flags;
}

fn end(segment: &mut Segment, offset: u32, how: TcpFlags) {
    segment.seq = segment.seq.wrapping_add(offset);
    segment.flags = how | TcpFlags::ACK;
}

/// An event in a few words: `>` is to the server, `<` to the client.
fn line(event: &TcpEvent) -> String {
    match event {
        TcpEvent::Opened { at, client, server, start, .. } => {
            format!("open {client} {server} {start:?} at {}", at.0)
        }
        TcpEvent::Data { direction, at, bytes, .. } => {
            format!("{} {} at {}", arrow(*direction), str::from_utf8(bytes).unwrap(), at.0)
        }
        TcpEvent::Gap { direction, at, offset, length, .. } => {
            format!("{} gap {offset}+{length} at {}", arrow(*direction), at.0)
        }
        TcpEvent::Contested { direction, offset, length, .. } => {
            format!("{} contested {offset}+{length}", arrow(*direction))
        }
        TcpEvent::Closed { at, by, how, .. } => {
            format!("{} {how:?} at {}", arrow(by.sends()), at.0)
        }
        TcpEvent::Ended { stream, ending, .. } => format!("end {} {ending:?}", stream.0),
    }
}

const fn arrow(direction: Direction) -> char {
    match direction.sender() {
        Side::Client => '>',
        Side::Server => '<',
    }
}
