//! A server's private RSA key, which opens what a client encrypted with its certificate (RFC 5246 §7.4.7.1).
//!
//! The arithmetic takes a time that depends on the key, which would give it away to who may ask often and listen: a
//! server must not use it. Here a file is read, and nobody asks.

use std::fmt;

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::num_bigint::BigUint;

use super::input::Input;
use super::secrets::Secret;

/// Longest modulus taken. Keys of more bits are not in use, and one exchange with this takes a tenth of a second.
const MAX_MODULUS_BYTES: usize = 1024;

/// What no private key can be read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    /// Neither PEM nor DER.
    #[error("the file holds no private key in PEM or DER; convert it with `openssl pkey`")]
    NotKey,
    /// An elliptic curve's, say.
    #[error(
        "the private key is not an RSA key, and no other kind can decrypt a capture; use a key log"
    )]
    NotRsa,
    /// One too many.
    #[error(
        "more than {} private keys are of no use, as each is tried on each connection",
        super::MAX_PRIVATE_KEYS
    )]
    TooMany,
    /// Too big to be believed.
    #[error("the private key has more than {} bits", MAX_MODULUS_BYTES * 8)]
    TooLong,
}

/// An RSA key.
pub(super) struct PrivateKey {
    modulus: BigUint,
    exponent: BigUint,
}

impl PrivateKey {
    /// From PEM or DER, as PKCS #1 or PKCS #8.
    pub(super) fn parse(file: &[u8]) -> Result<Self, PrivateKeyError> {
        let from_pem = PrivateKeyDer::from_pem_slice(file).ok();
        let der = from_pem.or_else(|| PrivateKeyDer::try_from(file.to_vec()).ok());
        let numbers = match &der {
            Some(PrivateKeyDer::Pkcs1(der)) => pkcs1(der.secret_pkcs1_der()),
            Some(PrivateKeyDer::Pkcs8(der)) => pkcs8(der.secret_pkcs8_der()),
            Some(_) => None,
            None => return Err(PrivateKeyError::NotKey),
        };
        let [modulus, exponent] = numbers.ok_or(PrivateKeyError::NotRsa)?;
        if modulus.len().max(exponent.len()) > MAX_MODULUS_BYTES {
            return Err(PrivateKeyError::TooLong);
        }
        let [modulus, exponent] = [modulus, exponent].map(BigUint::from_bytes_be);
        if modulus.bits() < MIN_MODULUS_BITS {
            return Err(PrivateKeyError::NotRsa);
        }
        Ok(Self { modulus, exponent })
    }

    /// The premaster secret that was encrypted for this key; `None`: for another one.
    pub(super) fn open(&self, encrypted: &[u8], version: u16) -> Option<Secret> {
        // "the ciphertext […] an octet string of length k" (RFC 8017 §7.2.2), as the modulus: it is not of another key.
        if encrypted.len() as u64 != self.modulus.bits().div_ceil(8) {
            return None;
        }
        let encrypted = BigUint::from_bytes_be(encrypted);
        let padded = encrypted.modpow(&self.exponent, &self.modulus).to_bytes_be();
        // 00 02, at least 8 bytes that are not 0, 00, and the secret (RFC 8017 §7.2); the first 00 is not written.
        let (padding, secret) = padded.split_last_chunk::<48>()?;
        let (first, padding) = padding.split_first()?;
        let (last, padding) = padding.split_last()?;
        let is_sound = *first == 2 && *last == 0 && padding.len() >= 8 && !padding.contains(&0);
        (is_sound && secret.starts_with(&version.to_be_bytes())).then(|| Secret::new(secret))?
    }
}

/// Room for the padding and the secret.
const MIN_MODULUS_BITS: u64 = 8 * (3 + 8 + 48);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PrivateKey({} bits)", self.modulus.bits())
    }
}

/// `SEQUENCE { version, modulus, publicExponent, privateExponent, … }` (RFC 8017 §A.1.2): the first and the last of these.
fn pkcs1(der: &[u8]) -> Option<[&[u8]; 2]> {
    let mut key = Der(Der(der).take(SEQUENCE)?);
    key.take(INTEGER)?;
    let modulus = key.take(INTEGER)?;
    key.take(INTEGER)?;
    Some([modulus, key.take(INTEGER)?])
}

/// `SEQUENCE { version, SEQUENCE { algorithm, … }, OCTET STRING { key } }` (RFC 5208 §5).
fn pkcs8(der: &[u8]) -> Option<[&[u8]; 2]> {
    let mut info = Der(Der(der).take(SEQUENCE)?);
    info.take(INTEGER)?;
    let algorithm = Der(info.take(SEQUENCE)?).take(OBJECT_IDENTIFIER)?;
    if algorithm == RSA_ENCRYPTION { pkcs1(info.take(OCTET_STRING)?) } else { None }
}

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// What is still to be read of elements in DER.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next element, if it is of this kind.
    fn take(&mut self, kind: u8) -> Option<&'a [u8]> {
        let mut input = Input(self.0);
        let content = match input.array()? {
            [found, _] if found != kind => return None,
            [_, 0x81] => input.counted(1)?,
            [_, 0x82] => input.counted(2)?,
            [_, length @ 0..=0x7f] => input.take(length.into())?,
            _ => return None,
        };
        self.0 = input.0;
        Some(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_keys_and_other_files_are_told_apart() {
        let elliptic = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let parse = |file: &[u8]| PrivateKey::parse(file).unwrap_err();
        assert_eq!(parse(elliptic.as_bytes()), PrivateKeyError::NotRsa);
        assert_eq!(parse(b"CLIENT_RANDOM 00 00"), PrivateKeyError::NotKey);
        assert_eq!(parse(b""), PrivateKeyError::NotKey);
    }

    #[test]
    fn lengths_in_der_are_believed_as_far_as_there_are_bytes() {
        let take = |der: &[u8]| Der(der).take(INTEGER).map(<[u8]>::to_vec);
        assert_eq!(take(&[2, 1, 7, 9]), Some(vec![7]));
        assert_eq!(take(&[2, 0x81, 1, 7]), Some(vec![7]));
        assert_eq!(take(&[2, 0x82, 0, 1, 7]), Some(vec![7]));
        assert_eq!(take(&[2, 0x84, 0xff, 0xff, 0xff, 0xff, 7]), None);
        assert_eq!(take(&[2, 2, 7]), None);
        assert_eq!(take(&[4, 1, 7]), None);
    }
}
