//! What is left of a packet while its layers are taken off.

use bytes::{Buf, Bytes};

use super::{Header, Skipped};

/// The bytes that were captured from here on, and how many follow that were not.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) data: Bytes,
    /// Bytes that were on the wire after `data`.
    pub(super) missing: u32,
}

impl View {
    /// A packet of `original_len` bytes, of which these were captured.
    pub(super) fn new(data: Bytes, original_len: u32) -> Self {
        let captured = u32::try_from(data.len()).unwrap_or(u32::MAX);
        Self { data, missing: original_len.saturating_sub(captured) }
    }

    /// The first `N` bytes, which are left out from then on.
    pub(super) fn take<const N: usize>(&mut self, header: Header) -> Result<[u8; N], Skipped> {
        let bytes = self.peek(header)?;
        self.data.advance(N);
        Ok(bytes)
    }

    /// The first `N` bytes.
    pub(super) fn peek<const N: usize>(&self, header: Header) -> Result<[u8; N], Skipped> {
        self.data.first_chunk().copied().ok_or_else(|| self.too_short(header))
    }

    /// Leaves the first bytes out.
    pub(super) fn skip(&mut self, length: usize, header: Header) -> Result<(), Skipped> {
        if length > self.data.len() {
            return Err(self.too_short(header));
        }
        self.data.advance(length);
        Ok(())
    }

    /// The rest is padding.
    pub(super) fn limit(&mut self, length: usize) {
        let beyond = length.saturating_sub(self.data.len());
        self.missing = self.missing.min(u32::try_from(beyond).unwrap_or(u32::MAX));
        self.data.truncate(length);
    }

    /// `header` is not there as a whole.
    fn too_short(&self, header: Header) -> Skipped {
        if self.missing > 0 { Skipped::Cut(header) } else { Skipped::Malformed(header) }
    }
}
