//! Why a header block cannot be read.

/// Why a header block cannot be read, nor any after it on this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum HpackError {
    /// It ends inside a field.
    CutShort,
    /// A number is larger than anything it can count here.
    Integer,
    /// It names a table entry that there is not.
    Index,
    /// A text is no Huffman code, or ends in a wrong padding.
    Huffman,
    /// It sets the table to more than was allowed.
    TableSize,
    /// It sets the table's size after a field.
    LateTableSize,
    /// See [`MAX_LIST_BYTES`](super::MAX_LIST_BYTES).
    ListTooLong,
    /// See [`MAX_FIELDS`](super::MAX_FIELDS).
    TooManyFields,
}

impl HpackError {
    /// A fixed text, lower-case, for people: the same as it displays.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::CutShort => "a header block ends inside a field",
            Self::Integer => "a number in a header block is too large",
            Self::Index => "a header block names a table entry that there is not",
            Self::Huffman => "a text in a header block is not a sound Huffman code",
            Self::TableSize => "a header block makes the table larger than it may be",
            Self::LateTableSize => "a header block changes the table's size after a field",
            Self::ListTooLong => "a header list is longer than its receiver allows",
            Self::TooManyFields => "a header list has more than 8192 fields",
        }
    }
}
