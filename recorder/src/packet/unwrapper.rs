//! Packets in, TCP segments out.

use super::fragments::Fragments;
use super::layer::Layer;
use super::view::View;
use super::{Segment, Skipped, Tally, ip, link, tcp, tunnel};
use crate::capture::{Packet, UnixNanos};

/// Most layers that are taken off one packet. A mobile operator's packet has some fifteen; more is a packet that was made to keep
/// us busy.
const MAX_LAYERS: usize = 32;

/// What is to be taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Do not look into tunnels (GRE, IP in IP, VXLAN, Geneve, GTP-U, …): what they carry is not asked for.
    pub outer: bool,
}

/// Takes link layers, IP and tunnels off packets, and puts fragments together.
#[derive(Debug, Default)]
pub struct Unwrapper {
    options: Options,
    fragments: Fragments,
    tally: Tally,
}

impl Unwrapper {
    /// Before the first packet.
    pub fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// What became of the packets until now.
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The next packet of the file, and the segment that it holds, or completes. None: why is in the [`tally`](Self::tally).
    pub fn receive(&mut self, packet: Packet) -> Option<Segment> {
        self.tally.packets += 1;
        let view = View::new(packet.data, packet.original_len);
        match self.unwrap(Layer::Link(packet.link), view, packet.at) {
            Ok(segment) => {
                self.tally.segments += u64::from(segment.is_some());
                segment
            }
            Err(reason) => {
                self.tally.skip(reason, 1);
                None
            }
        }
    }

    /// There are no more packets: fragments that wait are given up, and counted.
    pub fn finish(&mut self) {
        self.fragments.finish(&mut self.tally);
    }

    /// None: a fragment was kept.
    fn unwrap(
        &mut self,
        mut layer: Layer,
        mut view: View,
        at: UnixNanos,
    ) -> Result<Option<Segment>, Skipped> {
        for _ in 0..MAX_LAYERS {
            layer = match layer {
                Layer::Link(link) => link::link(link, &mut view)?,
                Layer::Ethernet => link::ethernet(&mut view)?,
                Layer::EtherType(number) => link::ether_type(number, &mut view)?,
                Layer::Llc => link::llc(&mut view)?,
                Layer::Ppp => link::ppp(&mut view)?,
                Layer::Ip => ip::ip(&view)?,
                Layer::Ipv4 => ip::ipv4(&mut view)?,
                Layer::Ipv6 => ip::ipv6(&mut view)?,
                Layer::Transport(transport) if transport.protocol == ip::TCP => {
                    return tcp::segment(transport, view, at, self.tally.packets).map(Some);
                }
                Layer::Transport(transport) => match ip::extension(transport, &mut view)? {
                    Some(next) => next,
                    None if self.options.outer => {
                        return Err(Skipped::Protocol(transport.protocol));
                    }
                    None => tunnel::tunnel(transport.protocol, &mut view)?,
                },
                Layer::Fragment(fragment) => {
                    let tally = &mut self.tally;
                    match self.fragments.receive(fragment, view, at, tally)? {
                        None => return Ok(None),
                        Some((transport, whole)) => {
                            view = whole;
                            Layer::Transport(transport)
                        }
                    }
                }
            };
        }
        Err(Skipped::TooDeep)
    }
}
