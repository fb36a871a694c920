//! Why a file is not read, or not to its end.

use std::io;

use super::MAX_BLOCK_BYTES;

/// The rest of the file cannot be understood. All before it was handed out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// The file begins like nothing that is known.
    #[error("not a capture: it begins with {}, where pcap, pcapng and snoop files begin with their magic numbers", .0.escape_ascii())]
    NotACapture(Vec<u8>),
    /// It ends before it says what it is.
    #[error("not a capture: it is empty, or ends within four bytes")]
    TooShort,
    /// A capture in another format.
    #[error(
        "this is a capture of {0}: make it a pcapng file with `editcap -F pcapng FILE NEW.pcapng`"
    )]
    OtherFormat(&'static str),
    /// Compressed in a way that is not undone here.
    #[error("the file is compressed with {0}: decompress it first, or give it by a pipe")]
    Compressed(&'static str),
    /// A version of the format that came after this program.
    #[error(
        "{format} version {version} at byte {offset} is not known: convert it with `editcap -F pcapng`"
    )]
    Version {
        /// Where it says so.
        offset: u64,
        /// Of which format.
        format: &'static str,
        /// What it says.
        version: u32,
    },
    /// A pcapng section whose byte order cannot be told, or whose header does not parse.
    #[error(
        "the section header at byte {offset} does not parse: the file is damaged from there on"
    )]
    Section {
        /// Where it begins.
        offset: u64,
    },
    /// A length that no block has.
    #[error(
        "the block at byte {offset} claims {length} bytes, which no block has: the file is damaged from there on"
    )]
    BlockLength {
        /// Where it begins.
        offset: u64,
        /// What it claims.
        length: u32,
    },
    /// A pcapng block says its length twice.
    #[error(
        "the block at byte {offset} says {first} bytes at its beginning and {last} at its end: the file is damaged from there on"
    )]
    BlockLengths {
        /// Where it begins.
        offset: u64,
        /// The length at its beginning.
        first: u32,
        /// The length at its end.
        last: u32,
    },
}

/// Something of the file was passed over; what comes after it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Problem {
    /// It is longer than what is ever held at once.
    #[error("it claims {0} bytes, {MAX_BLOCK_BYTES} is the limit")]
    TooLong(u32),
    /// A packet names an interface that was not described before it.
    #[error("its interface {0} was not described before it")]
    UnknownInterface(u32),
    /// A section describes too many interfaces.
    #[error("it describes more interfaces than the limit")]
    TooManyInterfaces,
    /// A name resolution block holds too many names.
    #[error("it holds more names than the limit")]
    TooManyNames,
    /// The content of a pcapng block of this type does not parse.
    #[error("the content of a block of type {0:#x} does not parse")]
    Malformed(u32),
    /// Secrets of this type, which are not those of TLS.
    #[error("secrets of type {0:#x} are not a TLS key log")]
    OtherSecrets(u32),
}

/// Why a [`CaptureFile`](super::CaptureFile) is not read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// What was read makes no sense.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// It cannot be read.
    #[error("reading the capture after byte {offset}, as decompressed")]
    Read {
        /// How much came before.
        offset: u64,
        /// Why.
        source: io::Error,
    },
}
