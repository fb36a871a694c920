//! One line of a header list.

use bytes::Bytes;

/// One line of a header list. Any bytes: what a name may consist of is for others to judge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// Of a pseudo-header field, with its colon.
    pub name: Bytes,
    /// As sent.
    pub value: Bytes,
    /// Never to be put into a compression's table, by anybody (RFC 7541 §7.1.3).
    pub sensitive: bool,
}

impl Field {
    /// One that may be compressed.
    pub fn new(name: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        Self { name: name.into(), value: value.into(), sensitive: false }
    }

    /// Such as `:path`.
    pub fn is_pseudo(&self) -> bool {
        self.name.first() == Some(&b':')
    }

    /// As header lists and tables count it (RFC 7541 §4.1).
    pub fn size(&self) -> usize {
        self.name.len() + self.value.len() + ENTRY_OVERHEAD
    }
}

/// "The additional 32 octets account for an estimated overhead" (RFC 7541 §4.1).
pub(super) const ENTRY_OVERHEAD: usize = 32;
