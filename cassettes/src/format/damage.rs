//! What can be wrong with a record, and where.

/// Something wrong with the record at a place in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record at byte {offset}: {what}")]
pub struct Damage {
    /// Where the record begins, in bytes from the file's start.
    pub offset: u64,
    /// What is wrong with it.
    pub what: What,
}

impl Damage {
    /// It may be something that a later version of the format gave a meaning.
    pub(super) const fn may_be_newer(&self) -> bool {
        matches!(self.what, What::Reserved | What::UnknownKind(_) | What::BadValue { .. })
    }
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// The file ends inside it.
    #[error("the file ends in it: {needed} bytes expected, {available} left")]
    CutShort {
        /// How many bytes the piece that is cut should have.
        needed: u64,
        /// How many the file has left.
        available: u64,
    },
    /// Its frame or metadata was altered.
    #[error("the checksum of its head is {stored:08x}, its bytes give {computed:08x}")]
    HeadChecksum {
        /// What the file says.
        stored: u32,
        /// What its bytes give.
        computed: u32,
    },
    /// Its body was altered.
    #[error("the checksum of its body is {stored:08x}, its bytes give {computed:08x}")]
    BodyChecksum {
        /// What the file says.
        stored: u32,
        /// What its bytes give.
        computed: u32,
    },
    /// Bits that this version does not know are set.
    #[error("reserved bits are set, which only a newer retape knows")]
    Reserved,
    /// It has what no record of its kind has.
    #[error("it is {what}, which no record of its kind is")]
    Unexpected {
        /// What it has.
        what: &'static str,
    },
    /// Its metadata is longer than any that is written.
    #[error("its metadata claims {len} bytes, more than any record's")]
    MetaTooLong {
        /// What it claims.
        len: usize,
    },
    /// A kind that must not be skipped and is not known.
    #[error("its kind is {0}, which only a newer retape knows")]
    UnknownKind(u8),
    /// Another kind of record than its place calls for.
    #[error("its kind is {found} where the {expected} record belongs")]
    WrongKind {
        /// What belongs there.
        expected: &'static str,
        /// The number of what is there.
        found: u8,
    },
    /// Its metadata does not decode.
    #[error("its metadata does not decode: {0}")]
    BadMeta(String),
    /// A number in it is not one of those that have a meaning.
    #[error("its {field} is {value}, which has no meaning")]
    BadValue {
        /// Which field.
        field: &'static str,
        /// What it says.
        value: u64,
    },
    /// Two statements in the file that cannot both be true.
    #[error("{what} is {found}, where {expected} is expected")]
    Disagrees {
        /// What it is about.
        what: &'static str,
        /// What the rest of the file says.
        expected: u64,
        /// What this record says.
        found: u64,
    },
    /// A compressed body does not decompress to what its metadata says.
    #[error("its compressed body does not give the {raw_len} bytes it stands for")]
    BadCompression {
        /// How many bytes its metadata announces.
        raw_len: u64,
    },
    /// It would take more memory to decompress than any record that is written.
    #[error("it decompresses to {raw_len} bytes, over the limit of {limit}")]
    TooLarge {
        /// How many bytes its metadata announces.
        raw_len: u64,
        /// The most accepted.
        limit: u64,
    },
}
