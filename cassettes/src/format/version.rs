//! The preamble: what makes a file a cassette, and which reader can read it.

use super::damage::Damage;
use super::number::{put_u16, put_u32, take_u16, take_u32};

/// Not text in any encoding, and broken by every transfer that "repairs" line ends, as PNG's is.
pub const MAGIC: [u8; 8] = *b"\x89rtp\r\n\x1a\n";

/// How many bytes come before the first record.
pub const PREAMBLE_BYTES: usize = 16;

/// What this crate writes. History:
/// - 1.0: header, connections, parts, exchanges, index segments, index, footer; zstd bodies
/// - 1.1: records of connections with the client's way and TLS facts; ends by `close_notify`, TLS alert or
///   refused certificate; HTTP/2; exchanges of a connection in any order
/// - 1.2: gaps, in what was captured
/// - 1.3: exchanges and connections that faults were made part of; in transcripts, which faults hit
pub const FORMAT: Version = Version { major: 1, minor: 3 };

/// A format version. The major one changes when an older reader would misread; the minor one when it
/// notices what is new to it: it skips that, or says that it cannot read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Changes when older readers cannot read the file.
    pub major: u16,
    /// Changes when older readers notice what is new.
    pub minor: u16,
}

impl Version {
    /// Says why a reader of `reader`'s version cannot read a file of this one, if it cannot.
    pub fn check_readable_by(self, reader: Self) -> Result<(), VersionError> {
        if self.major > reader.major {
            return Err(VersionError::TooNew { file: self, reader });
        }
        if self.major < reader.major {
            return Err(VersionError::TooOld { file: self, reader });
        }
        Ok(())
    }

    /// Says that a file of this version uses what a reader of `reader`'s does not know, if `damage`, where
    /// reading it ended, looks like that.
    pub(super) fn check_understood(
        self,
        reader: Self,
        damage: Option<&Damage>,
    ) -> Result<(), VersionError> {
        match damage {
            Some(damage) if self > reader && damage.may_be_newer() => {
                Err(VersionError::UsesNewer { file: self, reader, damage: damage.clone() })
            }
            _ => Ok(()),
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Why this reader cannot read a file of that version, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// The file is of a later major version.
    #[error(
        "the cassette is in format {file}, and this retape reads up to {}.x: update retape, or \
         convert the cassette to YAML with the retape that wrote it",
        reader.major
    )]
    TooNew {
        /// What the file says it is.
        file: Version,
        /// What this reader reads.
        reader: Version,
    },
    /// The file is of a later minor version, and uses what is new in it.
    #[error(
        "the cassette is in format {file}, and this retape reads {reader} ({damage}): update \
         retape, or convert the cassette to YAML with the retape that wrote it"
    )]
    UsesNewer {
        /// What the file says it is.
        file: Version,
        /// What this reader reads.
        reader: Version,
        /// What it does not know.
        damage: Damage,
    },
    /// The file is of a major version that is no longer read.
    #[error(
        "the cassette is in format {file}, and this retape reads {}.x only: convert the cassette \
         to YAML with the retape that wrote it, then that to a new cassette",
        reader.major
    )]
    TooOld {
        /// What the file says it is.
        file: Version,
        /// What this reader reads.
        reader: Version,
    },
}

/// The first bytes of every cassette.
pub(super) fn preamble() -> [u8; PREAMBLE_BYTES] {
    let mut bytes = Vec::with_capacity(PREAMBLE_BYTES);
    bytes.extend_from_slice(&MAGIC);
    put_u16(&mut bytes, FORMAT.major);
    put_u16(&mut bytes, FORMAT.minor);
    let checksum = crc32fast::hash(&bytes);
    put_u32(&mut bytes, checksum);
    bytes.try_into().unwrap_or_default()
}

/// What the first bytes of a file say.
pub(super) fn read_preamble(file: &[u8]) -> Result<Version, PreambleError> {
    let Some((magic, rest)) = file.split_at_checked(MAGIC.len()) else {
        return Err(PreambleError::TooShort { len: file.len() });
    };
    if magic != MAGIC {
        return Err(PreambleError::NotACassette);
    }
    let mut rest = rest;
    let (Some(major), Some(minor), Some(stored)) =
        (take_u16(&mut rest), take_u16(&mut rest), take_u32(&mut rest))
    else {
        return Err(PreambleError::TooShort { len: file.len() });
    };
    let computed = crc32fast::hash(file.get(..PREAMBLE_BYTES - 4).unwrap_or_default());
    if stored != computed {
        return Err(PreambleError::Checksum { stored, computed });
    }
    Ok(Version { major, minor })
}

/// Why the first bytes are not a cassette's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PreambleError {
    /// Fewer bytes than every cassette has.
    #[error(
        "the file ends at byte {len}, and a cassette's preamble alone is 16 bytes: nothing was \
         recorded in it, record again"
    )]
    TooShort {
        /// How many there are.
        len: usize,
    },
    /// Another kind of file.
    #[error(
        "byte 0: this is not a .cassette file (it does not begin with \\x89rtp): name the right \
         file, or give a YAML cassette the ending .yaml"
    )]
    NotACassette,
    /// The version is damaged.
    #[error(
        "byte 8: the preamble's checksum is {stored:08x}, its bytes give {computed:08x}: the file \
         is damaged, restore it from a copy or record again"
    )]
    Checksum {
        /// What the file says.
        stored: u32,
        /// What its bytes give.
        computed: u32,
    },
}
