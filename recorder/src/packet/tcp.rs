//! TCP's header.

use std::net::SocketAddr;

use bytes::{Buf, Bytes};

use super::layer::Transport;
use super::view::View;
use super::{Header, Segment, Skipped, TcpFlags};
use crate::capture::UnixNanos;

/// RFC 9293 §3.1.
pub(super) fn segment(
    transport: Transport,
    view: View,
    at: UnixNanos,
    packet: u64,
) -> Result<Segment, Skipped> {
    let fixed: [u8; 20] = view.peek(Header::Tcp)?;
    let [s1, s2, d1, d2, q1, q2, q3, q4, a1, a2, a3, a4, length, flags, w1, w2, ..] = fixed;
    let header = usize::from(length >> 4) * 4;
    if header < fixed.len() {
        return Err(Skipped::Malformed(Header::Tcp));
    }
    let (payload, cut) = without_header(view, header)?;
    Ok(Segment {
        at,
        source: SocketAddr::new(transport.source, u16::from_be_bytes([s1, s2])),
        destination: SocketAddr::new(transport.destination, u16::from_be_bytes([d1, d2])),
        seq: u32::from_be_bytes([q1, q2, q3, q4]),
        ack: u32::from_be_bytes([a1, a2, a3, a4]),
        flags: TcpFlags(flags),
        window: u16::from_be_bytes([w1, w2]),
        payload,
        cut,
        packet,
    })
}

/// The data, and how much of it was not captured. Even of the options some may not have been.
fn without_header(mut view: View, header: usize) -> Result<(Bytes, u32), Skipped> {
    let not_there = header.saturating_sub(view.data.len());
    let cut = u32::try_from(not_there).ok().and_then(|it| view.missing.checked_sub(it));
    let cut = cut.ok_or(Skipped::Malformed(Header::Tcp))?;
    view.data.advance(header - not_there);
    Ok((view.data, cut))
}
