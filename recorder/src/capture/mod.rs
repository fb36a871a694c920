//! The bytes of a capture file into packets: pcap, pcapng and snoop, as they are or in gzip and zstd.
//!
//! Start here:
//! - [`CaptureFile`]: over a reader; the only one here that reads
//! - [`CaptureParser`]: sans-io, and without a copy of what lies in a block that it was given
//! - [`Captured`]: what a capture file holds: a [`Packet`], a key log, a name, a comment, its end before its time
//! - [`UnixNanos`]: when a packet was captured
//! - [`LinkType`]: what a packet begins with
//!
//! Inside: `magic` tells formats apart, `blocks` cuts what was read into what was written; `pcap`, `pcapng` and `snoop` are the
//! formats.

mod blocks;
mod captured;
mod error;
mod fields;
mod file;
mod link;
mod magic;
mod parser;
mod pcap;
mod pcapng;
#[cfg(test)]
mod sample;
mod snoop;
#[cfg(test)]
mod tests;
mod time;

pub use captured::{Captured, Comment, Cut, Name, Packet, Skipped};
pub use error::{CaptureError, Problem, ReadError};
pub use file::CaptureFile;
pub use link::LinkType;
pub use parser::{CaptureParser, MAX_BLOCK_BYTES};
pub use time::UnixNanos;
