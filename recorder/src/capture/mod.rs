//! The bytes of a capture file into packets. Sans-io, and without a copy of what is inside a block that was received.
//!
//! Start here:
//! - [`Captured`]: what a capture file holds: a [`Packet`], a key log, a name, a comment, its end before its time
//! - [`UnixNanos`]: when a packet was captured
//! - [`LinkType`]: what a packet begins with

mod captured;
mod link;
mod time;

pub use captured::{Captured, Comment, Cut, Name, Packet};
pub use link::LinkType;
pub use time::UnixNanos;
