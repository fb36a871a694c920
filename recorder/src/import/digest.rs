//! The SHA-256 of one direction.

use std::fmt;

use ring::digest::{Context, SHA256};

use super::report::Sha256;

/// Of what came so far.
#[derive(Clone)]
pub(super) struct Digest(Context);

impl Digest {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn so_far(&self) -> Option<Sha256> {
        self.0.clone().finish().as_ref().try_into().ok().map(Sha256)
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Digest")
    }
}
