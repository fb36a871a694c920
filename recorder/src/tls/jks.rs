//! Certificates as a Java truststore (JKS).
//!
//! The oldest format of `java.security.KeyStore`, read by every JDK; the newer one (PKCS #12) needs
//! a Java extension of its own to mark a certificate as trusted. Numbers are big-endian; strings are
//! their length in two bytes and UTF-8.

use std::time::{SystemTime, UNIX_EPOCH};

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use rustls::pki_types::CertificateDer;

/// The password of every truststore written here, which is Java's own default: it keeps no secret,
/// it only tells a store that was damaged.
pub const PASSWORD: &str = "changeit";

const MAGIC: u32 = 0xfeed_feed;
const VERSION: u32 = 2;

/// An entry that is a certificate, not a key.
const TRUSTED_CERTIFICATE: u32 = 2;

/// What is digested between password and content: by the format's definition.
const WHITENER: &[u8] = b"Mighty Aphrodite";

/// A truststore that holds these.
pub fn write(certificates: &[CertificateDer<'_>]) -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let created = u64::try_from(now.as_millis()).unwrap_or_default();
    let mut store = Vec::new();
    store.extend(MAGIC.to_be_bytes());
    store.extend(VERSION.to_be_bytes());
    store.extend(length(certificates.len()).to_be_bytes());
    for (n, certificate) in certificates.iter().enumerate() {
        store.extend(TRUSTED_CERTIFICATE.to_be_bytes());
        string(&mut store, &format!("root-{n}"));
        store.extend(created.to_be_bytes());
        string(&mut store, "X.509");
        store.extend(length(certificate.len()).to_be_bytes());
        store.extend_from_slice(certificate);
    }
    let seal = digest(&store);
    store.extend(seal);
    store
}

/// SHA-1 of the password in UTF-16, the whitener and the content.
fn digest(content: &[u8]) -> Vec<u8> {
    let mut sha1 = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    for unit in PASSWORD.encode_utf16() {
        sha1.update(&unit.to_be_bytes());
    }
    sha1.update(WHITENER);
    sha1.update(content);
    sha1.finish().as_ref().to_vec()
}

/// Only for what is written here: names of a few letters.
fn string(store: &mut Vec<u8>, text: &str) {
    store.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
    store.extend(text.as_bytes());
}

/// No store has so many certificates, and no certificate is so long, that 32 bits would not do.
fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_laid_out_as_java_reads_it() {
        let store = write(&[vec![0xab; 3].into()]);
        assert_eq!(store[..16], *b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\x01\0\0\0\x02");
        assert_eq!(store[16..24], *b"\0\x06root-0");
        assert_eq!(store[32..46], *b"\0\x05X.509\0\0\0\x03\xab\xab\xab");
        assert_eq!(store.len(), 46 + 20);
    }
}
