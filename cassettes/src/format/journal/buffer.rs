//! An exchange while it is being recorded: what has not been written yet of it.

use bytes::Bytes;

use super::queue::BY_REFERENCE_BYTES;
use crate::format::number::wide;
use crate::format::record::{ChunkRecord, direction_number};
use crate::model::{Chunk, Direction, Staging, Timestamp};

/// An unfinished exchange.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    pub(super) ordinal: u32,
    pub(super) first_at: u64,
    pub(super) last_at: u64,
    pub(super) to_server: u64,
    pub(super) to_client: u64,
    /// Offset of the last part written of it; 0: none.
    pub(super) last_part: u64,
    /// What `chunks` count their times from.
    pub(super) started: u64,
    /// Not written yet.
    pub(super) chunks: Vec<ChunkRecord>,
    /// Bytes of `chunks`.
    pub(super) body: Body,
    /// Bytes of its parts that were compressed.
    pub(super) compressed: u64,
    /// How it is played, if its bytes and times do not say it.
    pub(super) staging: Option<Box<Staging>>,
}

impl Unfinished {
    /// Takes a chunk, never empty, seen `at`; a time before the last one is taken for the last one.
    pub(super) fn push(&mut self, chunk: &Chunk, at: Timestamp) {
        let at = at.as_nanos().max(self.last_at);
        if self.is_new() {
            (self.first_at, self.last_at) = (at, at);
        }
        if self.chunks.is_empty() {
            (self.started, self.last_at) = (at, at);
        }
        let len = wide(chunk.bytes.len());
        let direction = direction_number(chunk.direction);
        self.chunks.push(ChunkRecord { direction, after: at - self.last_at, len });
        self.last_at = at;
        match chunk.direction {
            Direction::ToServer => self.to_server += len,
            Direction::ToClient => self.to_client += len,
        }
        self.body.push(&chunk.bytes);
    }

    /// No chunk has been taken yet.
    pub(super) const fn is_new(&self) -> bool {
        self.to_server == 0 && self.to_client == 0
    }

    /// How much memory it takes, whether used or not.
    pub(super) const fn memory(&self) -> usize {
        self.body.copied.capacity() + self.chunks.capacity() * size_of::<ChunkRecord>()
    }

    /// How much has not been written yet: bytes, and what the table of them takes.
    pub(super) const fn unwritten(&self) -> usize {
        self.body.len() + self.chunks.len() * size_of::<ChunkRecord>()
    }

    /// Gives back the memory that nothing is in.
    pub(super) fn release(&mut self) {
        self.chunks.shrink_to_fit();
        self.body.copied.shrink_to_fit();
        self.body.large.shrink_to_fit();
    }

    /// What was taken has been written, as a part at `offset`.
    pub(super) fn written(&mut self, offset: u64) {
        self.last_part = offset;
        self.chunks.clear();
        self.body.clear();
    }

    /// As if new, with the memory it has.
    pub(super) fn reset(&mut self, ordinal: u32) {
        self.written(0);
        let chunks = std::mem::take(&mut self.chunks);
        let body = std::mem::take(&mut self.body);
        *self = Self { ordinal, chunks, body, ..Self::default() };
    }
}

/// Bytes of chunks, one after another: small ones copied together, so that they do not keep read
/// buffers alive, and large ones by reference.
#[derive(Debug, Default)]
pub(super) struct Body {
    copied: Vec<u8>,
    /// Each comes after this many bytes of `copied`.
    large: Vec<(usize, Bytes)>,
    len: usize,
}

impl Body {
    /// How many bytes.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Its bytes, if all of them are small and so lie together.
    pub(super) fn contiguous(&self) -> Option<&[u8]> {
        self.large.is_empty().then_some(&self.copied)
    }

    /// In order.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let starts = std::iter::once(0).chain(self.large.iter().map(|(at, _)| *at));
        let ends = self.large.iter().map(|(at, _)| *at).chain([self.copied.len()]);
        let copied = starts.zip(ends).map(|(start, end)| self.copied.get(start..end));
        let large = self.large.iter().map(Some).chain([None]);
        copied.zip(large).flat_map(|(copied, large)| {
            let copied = copied.filter(|bytes| !bytes.is_empty()).map(Piece::Copied);
            copied.into_iter().chain(large.map(|(_, bytes)| Piece::Large(bytes)))
        })
    }

    /// All in one.
    pub(super) fn joined(&self) -> Vec<u8> {
        let mut joined = Vec::with_capacity(self.len);
        self.pieces().for_each(|piece| joined.extend_from_slice(piece.as_ref()));
        joined
    }

    /// Of all of it.
    pub(super) fn crc(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        self.pieces().for_each(|piece| hasher.update(piece.as_ref()));
        hasher.finalize()
    }

    pub(super) fn push(&mut self, bytes: &Bytes) {
        self.len += bytes.len();
        if bytes.len() < BY_REFERENCE_BYTES {
            self.copied.extend_from_slice(bytes);
        } else {
            self.large.push((self.copied.len(), bytes.clone()));
        }
    }

    fn clear(&mut self) {
        self.copied.clear();
        self.large.clear();
        self.len = 0;
    }
}

/// Part of a [`Body`].
pub(super) enum Piece<'a> {
    /// Small chunks.
    Copied(&'a [u8]),
    /// One large chunk.
    Large(&'a Bytes),
}

impl AsRef<[u8]> for Piece<'_> {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Copied(bytes) => bytes,
            Self::Large(bytes) => bytes,
        }
    }
}
