//! The `.cassette` file: an append-only journal of checksummed records, then an index.
//! `FORMAT.md` specifies every byte.
//!
//! - writing, as the traffic flows and in constant memory: [`Journal`], and for each connection a [`ConnectionJournal`]
//! - reading, by slicing the mapped file: [`Reader`], which recovers what a killed recorder left
//! - a whole recording at once: [`encode`], [`Reader::to_cassette`]
//! - proving a file sound: [`Reader::verify`]
//!
//! No I/O: a journal hands out bytes to write, a reader is given the file's bytes.

mod codec;
mod connection;
mod damage;
mod entry;
mod exchange;
mod frame;
mod gap;
mod index;
mod journal;
mod number;
mod reader;
mod reception;
mod record;
mod scan;
mod staging;
mod summary;
mod verify;
mod version;
mod whole;
mod zstd;

#[cfg(test)]
mod tests;

pub use damage::{Damage, What};
pub use entry::Entry;
pub use frame::MAX_META_BYTES;
pub use journal::{ConnectionJournal, Counts, Journal, Options, ResumeError};
pub use reader::{OpenError, ReadError, Reader};
pub use scan::Recovery;
pub use verify::Problem;
pub use version::{FORMAT, MAGIC, PREAMBLE_BYTES, PreambleError, Version, VersionError};
pub use whole::{
    EncodeError, MAX_CLOSES, MAX_FAULTS, MAX_GAPS, MAX_OFFERED, MAX_TEXT_BYTES, encode,
};
