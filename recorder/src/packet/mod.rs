//! Packets into TCP segments: link layers, IP and tunnels taken off. Sans-io, and without a copy.
//!
//! Start here:
//! - [`Unwrapper`]: packets in, segments out; [`Options`] says what is taken off
//! - [`Segment`]: what is left: one TCP segment
//! - [`Tally`]: what became of the packets; [`Skipped`] is why one gave no segment
//!
//! Inside: `layer` is what a packet may go on with, `view` what is left of it; `link`, `ip`, `tunnel` and `tcp` read one header each,
//! and `fragments` holds the parts of datagrams.

mod fragments;
mod ip;
mod layer;
mod link;
#[cfg(test)]
mod sample;
mod segment;
mod tally;
mod tcp;
#[cfg(test)]
mod tests;
mod tunnel;
mod unwrapper;
mod view;

pub use segment::{Segment, TcpFlags};
pub use tally::{Header, Skipped, Tally};
pub use unwrapper::{Options, Unwrapper};
