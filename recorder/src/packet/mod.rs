//! Packets into TCP segments: link layers, IP and tunnels taken off. Sans-io, and without a copy.
//!
//! Start here:
//! - [`Segment`]: what is left: one TCP segment

mod segment;

pub use segment::{Segment, TcpFlags};
