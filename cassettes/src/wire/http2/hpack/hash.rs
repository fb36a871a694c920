//! Finding entries by their text.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Something by the [`hash`] of a text. Where two texts share a hash, one is not found.
pub(super) type ByHash<T> = HashMap<u64, T, BuildHasherDefault<Identity>>;

/// The hashes of a field's name, and of both its name and value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hashes {
    pub(super) name: u64,
    pub(super) field: u64,
}

impl Hashes {
    pub(super) fn of(name: &[u8], value: &[u8]) -> Self {
        let name = hash(0, name);
        Self { name, field: hash(name, value) }
    }
}

/// Fast, and no more: whoever uses it compares what it leads to.
pub(super) fn hash(seed: u64, text: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    let (words, rest) = text.as_chunks();
    let hash = words.iter().fold(seed, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let rest = rest.iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    mix(hash, rest ^ (text.len() as u64) << 56)
}

/// Of what is a hash already.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(0, bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
