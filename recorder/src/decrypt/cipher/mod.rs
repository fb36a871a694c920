//! Opens protected records of one direction.
//!
//! - [`aead`]: ciphers that authenticate
//! - [`cbc`]: block ciphers, with a MAC

mod aead;
mod cbc;

pub(super) use aead::Aead;
pub(super) use cbc::{Cbc, Order};

use super::derive::expand_label;
use super::record::Record;
use super::secrets::Secret;
use super::suite::Suite;

/// Opens records, one after the other.
#[derive(Debug)]
pub(super) struct Opener {
    cipher: Cipher,
    /// How many were opened with these keys.
    sequence: u64,
}

/// What a record held.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opened {
    /// Its kind, by the inner type in TLS 1.3.
    pub(super) kind: u8,
    pub(super) content: Vec<u8>,
}

/// How nonces and authenticated data are made.
#[derive(Debug)]
enum Cipher {
    /// RFC 8446 §5.2.
    Tls13 {
        aead: Aead,
        iv: [u8; 12],
        secret: Secret,
        suite: Suite,
    },
    /// A part of the nonce stands in the record (RFC 5288 §3, RFC 6655 §3).
    Explicit {
        aead: Aead,
        salt: [u8; 4],
    },
    /// The nonce is counted (RFC 7905 §2).
    Counted {
        aead: Aead,
        iv: [u8; 12],
    },
    Cbc(Cbc),
}

impl Opener {
    /// Of TLS 1.3. `None`: the suite is not one of its.
    pub(super) fn of_1_3(suite: Suite, secret: Secret) -> Option<Self> {
        let expand = |label, length| expand_label(suite.derivation(), &secret, label, length);
        let key = expand(b"key", u8::try_from(suite.bulk.key_bytes()).ok()?);
        let iv = expand(b"iv", 12).as_bytes().try_into().ok()?;
        let aead = Aead::new(suite.bulk, key.as_bytes())?;
        Some(Self::new(Cipher::Tls13 { aead, iv, secret, suite }))
    }

    /// Of TLS 1.2, with a cipher that authenticates. The fixed part of the nonce tells which way nonces are made.
    pub(super) fn of_1_2(aead: Aead, fixed: &[u8]) -> Option<Self> {
        Some(Self::new(match fixed.try_into() {
            Ok(salt) => Cipher::Explicit { aead, salt },
            Err(_) => Cipher::Counted { aead, iv: fixed.try_into().ok()? },
        }))
    }

    /// Of TLS 1.0 to 1.2, with a block cipher.
    pub(super) const fn of_cbc(cbc: Cbc) -> Self {
        Self::new(Cipher::Cbc(cbc))
    }

    /// The one after a `KeyUpdate` (RFC 8446 §7.2).
    pub(super) fn updated(&self) -> Option<Self> {
        let Cipher::Tls13 { secret, suite, .. } = &self.cipher else {
            return None;
        };
        let length = u8::try_from(secret.as_bytes().len()).ok()?;
        Self::of_1_3(*suite, expand_label(suite.derivation(), secret, b"traffic upd", length))
    }

    /// What the next record holds; `None`: it is not what its sender wrote, and still the next one.
    pub(super) fn open(&mut self, record: &Record) -> Option<Opened> {
        let opened = self.cipher.open(self.sequence, record)?;
        self.sequence += 1;
        Some(opened)
    }

    const fn new(cipher: Cipher) -> Self {
        Self { cipher, sequence: 0 }
    }
}

impl Cipher {
    fn open(&mut self, sequence: u64, record: &Record) -> Option<Opened> {
        let fragment = record.fragment();
        let content = match self {
            Self::Tls13 { aead, iv, .. } => {
                let header = record.raw.get(..5)?;
                return unpad(aead.open(count(*iv, sequence), header, fragment)?);
            }
            Self::Explicit { aead, salt } => {
                let (explicit, sealed) = fragment.split_first_chunk::<8>()?;
                let mut nonce = [0; 12];
                let parts = salt.iter().chain(explicit);
                nonce.iter_mut().zip(parts).for_each(|(byte, part)| *byte = *part);
                let length = sealed.len().checked_sub(aead.tag_bytes())?;
                aead.open(nonce, &pseudo_header(sequence, record, length)?, sealed)?
            }
            Self::Counted { aead, iv } => {
                let length = fragment.len().checked_sub(aead.tag_bytes())?;
                let header = pseudo_header(sequence, record, length)?;
                aead.open(count(*iv, sequence), &header, fragment)?
            }
            Self::Cbc(cbc) => cbc.open(sequence, record)?,
        };
        Some(Opened { kind: record.kind, content })
    }
}

/// `TLSInnerPlaintext` (RFC 8446 §5.2): the content, its type, zeros.
fn unpad(mut inner: Vec<u8>) -> Option<Opened> {
    let last = inner.iter().rposition(|byte| *byte != 0)?;
    let kind = *inner.get(last)?;
    inner.truncate(last);
    Some(Opened { kind, content: inner })
}

/// The nonce of a record: what is fixed, and its number (RFC 8446 §5.3).
fn count(mut iv: [u8; 12], sequence: u64) -> [u8; 12] {
    let number = sequence.to_be_bytes();
    iv.iter_mut().rev().zip(number.iter().rev()).for_each(|(byte, number)| *byte ^= number);
    iv
}

/// What is authenticated beside a record's content (RFC 5246 §6.2.3.1 and §6.2.3.3).
fn pseudo_header(sequence: u64, record: &Record, length: usize) -> Option<[u8; 13]> {
    let length = u16::try_from(length).ok()?.to_be_bytes();
    let version = record.version.to_be_bytes();
    let parts =
        sequence.to_be_bytes().into_iter().chain([record.kind]).chain(version).chain(length);
    let mut header = [0; 13];
    header.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_taken_off_and_the_type_before_it() {
        let opened = |kind, content: &[u8]| Some(Opened { kind, content: content.to_vec() });
        assert_eq!(unpad(b"hello\x17\0\0".to_vec()), opened(23, b"hello"));
        assert_eq!(unpad(b"\x16".to_vec()), opened(22, b""));
        assert_eq!(unpad(vec![0; 4]), None);
    }

    #[test]
    fn records_are_counted_in_the_last_bytes_of_the_nonce() {
        let nonce = count([0xff; 12], 0x0102);
        assert_eq!(nonce, [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 254, 253]);
    }
}
