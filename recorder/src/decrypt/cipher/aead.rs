//! Ciphers that authenticate what they encrypt (RFC 5116).

use aes::{Aes128, Aes256};
use ccm::aead::{AeadInOut, KeyInit as _};
use ccm::consts::{U8, U12, U16};
use ccm::{AeadCore, Ccm};
use ring::aead::{AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305};
use ring::aead::{Aad, Algorithm, LessSafeKey, Nonce, UnboundKey};

use super::super::suite::Bulk;

/// A cipher with its key.
pub(in super::super) enum Aead {
    Fast(Box<LessSafeKey>),
    Aes128Ccm(Box<Ccm<Aes128, U16, U12>>),
    Aes256Ccm(Box<Ccm<Aes256, U16, U12>>),
    Aes128Ccm8(Box<Ccm<Aes128, U8, U12>>),
    Aes256Ccm8(Box<Ccm<Aes256, U8, U12>>),
}

impl Aead {
    /// `None`: the cipher does not authenticate, or the key has another length.
    pub(in super::super) fn new(bulk: Bulk, key: &[u8]) -> Option<Self> {
        Some(match bulk {
            Bulk::Aes128Gcm => fast(&AES_128_GCM, key)?,
            Bulk::Aes256Gcm => fast(&AES_256_GCM, key)?,
            Bulk::ChaCha20Poly1305 => fast(&CHACHA20_POLY1305, key)?,
            Bulk::Aes128Ccm => Self::Aes128Ccm(Box::new(Ccm::new_from_slice(key).ok()?)),
            Bulk::Aes256Ccm => Self::Aes256Ccm(Box::new(Ccm::new_from_slice(key).ok()?)),
            Bulk::Aes128Ccm8 => Self::Aes128Ccm8(Box::new(Ccm::new_from_slice(key).ok()?)),
            Bulk::Aes256Ccm8 => Self::Aes256Ccm8(Box::new(Ccm::new_from_slice(key).ok()?)),
            Bulk::Aes128Cbc | Bulk::Aes256Cbc => return None,
        })
    }

    /// What its authentication adds to a content.
    pub(super) const fn tag_bytes(&self) -> usize {
        match self {
            Self::Aes128Ccm8(_) | Self::Aes256Ccm8(_) => 8,
            _ => 16,
        }
    }

    /// `None`: it was not sealed with this key, nonce and authenticated data.
    pub(super) fn open(&self, nonce: [u8; 12], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Fast(key) => {
                let mut content = sealed.to_vec();
                let nonce = Nonce::assume_unique_for_key(nonce);
                let length = key.open_in_place(nonce, Aad::from(aad), &mut content).ok()?.len();
                content.truncate(length);
                Some(content)
            }
            Self::Aes128Ccm(ccm) => open(&**ccm, nonce, aad, sealed),
            Self::Aes256Ccm(ccm) => open(&**ccm, nonce, aad, sealed),
            Self::Aes128Ccm8(ccm) => open(&**ccm, nonce, aad, sealed),
            Self::Aes256Ccm8(ccm) => open(&**ccm, nonce, aad, sealed),
        }
    }
}

impl std::fmt::Debug for Aead {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Aead")
    }
}

fn fast(algorithm: &'static Algorithm, key: &[u8]) -> Option<Aead> {
    let key = UnboundKey::new(algorithm, key).ok()?;
    Some(Aead::Fast(Box::new(LessSafeKey::new(key))))
}

fn open<A>(ccm: &A, nonce: [u8; 12], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>>
where
    A: AeadInOut + AeadCore<NonceSize = U12>,
{
    let mut content = sealed.to_vec();
    ccm.decrypt_in_place(&nonce.into(), aad, &mut content).ok()?;
    Some(content)
}
