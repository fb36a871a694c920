//! What a cipher suite's number stands for.

use ring::hmac;

/// What a cipher suite settles for the records. How keys are exchanged is of no matter where the secret is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Suite {
    pub(super) bulk: Bulk,
    /// Of the record's authentication, where that is not the cipher's own; else of the key derivation.
    hash: Hash,
}

/// What records are encrypted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bulk {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
    Aes128Ccm,
    Aes256Ccm,
    /// With an authentication tag of 8 bytes (RFC 6655 §4).
    Aes128Ccm8,
    Aes256Ccm8,
    Aes128Cbc,
    Aes256Cbc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
}

impl Suite {
    /// As IANA's registry numbers them; `None`: not supported.
    pub(super) const fn of(number: u16) -> Option<Self> {
        use {Bulk as B, Hash as H};
        let (bulk, hash) = match number {
            // Pairs of the two.
            0x009c..=0x00ad if number & 1 == 0 => (B::Aes128Gcm, H::Sha256),
            0x1301 | 0xc02b | 0xc02d | 0xc02f | 0xc031 | 0xd001 => (B::Aes128Gcm, H::Sha256),
            0x009d..=0x00ad | 0x1302 | 0xc02c | 0xc02e | 0xc030 | 0xc032 | 0xd002 => {
                (B::Aes256Gcm, H::Sha384)
            }
            0x1303 | 0xcca8..=0xccae => (B::ChaCha20Poly1305, H::Sha256),
            0x1304 | 0xc09c | 0xc09e | 0xc0a4 | 0xc0a6 | 0xc0ac | 0xd005 => {
                (B::Aes128Ccm, H::Sha256)
            }
            0x1305 | 0xc0a0 | 0xc0a2 | 0xc0a8 | 0xc0aa | 0xc0ae | 0xd003 => {
                (B::Aes128Ccm8, H::Sha256)
            }
            0xc09d | 0xc09f | 0xc0a5 | 0xc0a7 | 0xc0ad => (B::Aes256Ccm, H::Sha256),
            0xc0a1 | 0xc0a3 | 0xc0a9 | 0xc0ab | 0xc0af => (B::Aes256Ccm8, H::Sha256),
            0x002f..=0x0034
            | 0x008c
            | 0x0090
            | 0x0094
            | 0xc004
            | 0xc009
            | 0xc00e
            | 0xc013
            | 0xc018
            | 0xc01d..=0xc01f
            | 0xc035 => (B::Aes128Cbc, H::Sha1),
            0x0035..=0x003a
            | 0x008d
            | 0x0091
            | 0x0095
            | 0xc005
            | 0xc00a
            | 0xc00f
            | 0xc014
            | 0xc019
            | 0xc020..=0xc022
            | 0xc036 => (B::Aes256Cbc, H::Sha1),
            0x003c
            | 0x003e..=0x0040
            | 0x0067
            | 0x006c
            | 0x00ae
            | 0x00b2
            | 0x00b6
            | 0xc023
            | 0xc025
            | 0xc027
            | 0xc029
            | 0xc037 => (B::Aes128Cbc, H::Sha256),
            0x003d | 0x0068..=0x006b | 0x006d => (B::Aes256Cbc, H::Sha256),
            0x00af | 0x00b3 | 0x00b7 | 0xc024 | 0xc026 | 0xc028 | 0xc02a | 0xc038 => {
                (B::Aes256Cbc, H::Sha384)
            }
            _ => return None,
        };
        Some(Self { bulk, hash })
    }

    /// Whether it is for TLS 1.3 alone; the others are for versions before.
    pub(super) const fn is_of_1_3(number: u16) -> bool {
        number >> 8 == 0x13
    }

    /// What keys are derived with, from TLS 1.2 on.
    pub(super) const fn derivation(self) -> hmac::Algorithm {
        match self.hash {
            // "New cipher suites MUST explicitly specify a PRF and, in general, SHOULD use the TLS PRF with SHA-256"
            // (RFC 5246 §5); so do old ones in TLS 1.2.
            Hash::Sha1 | Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha384 => hmac::HMAC_SHA384,
        }
    }

    /// What authenticates records that the cipher does not authenticate itself.
    pub(super) const fn authentication(self) -> hmac::Algorithm {
        match self.hash {
            Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha384 => hmac::HMAC_SHA384,
        }
    }

    /// How many bytes that adds to a record.
    pub(super) const fn tag_bytes(self) -> usize {
        match self.hash {
            Hash::Sha1 => 20,
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
        }
    }
}

impl Bulk {
    pub(super) const fn key_bytes(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes128Ccm | Self::Aes128Ccm8 | Self::Aes128Cbc => 16,
            _ => 32,
        }
    }

    pub(super) const fn is_cbc(self) -> bool {
        matches!(self, Self::Aes128Cbc | Self::Aes256Cbc)
    }
}

#[cfg(test)]
mod tests {
    use cassettes::wire::tls_names;

    use super::*;

    /// The names say what the numbers stand for, and are not from here.
    #[test]
    fn every_suite_is_what_its_name_says() {
        for number in 0..=u16::MAX {
            let (Some(name), Some(suite)) = (tls_names::cipher(number), Suite::of(number)) else {
                continue;
            };
            let bulk = match suite.bulk {
                Bulk::Aes128Gcm => "AES_128_GCM",
                Bulk::Aes256Gcm => "AES_256_GCM",
                Bulk::ChaCha20Poly1305 => "CHACHA20_POLY1305",
                Bulk::Aes128Ccm => "AES_128_CCM",
                Bulk::Aes256Ccm => "AES_256_CCM",
                Bulk::Aes128Ccm8 => "AES_128_CCM_8",
                Bulk::Aes256Ccm8 => "AES_256_CCM_8",
                Bulk::Aes128Cbc => "AES_128_CBC",
                Bulk::Aes256Cbc => "AES_256_CBC",
            };
            let hash = match suite.hash {
                Hash::Sha1 => "_SHA",
                Hash::Sha256 => "_SHA256",
                Hash::Sha384 => "_SHA384",
            };
            // Those of RFC 6655 and 7251 leave the hash out.
            let names = [format!("{bulk}{hash}"), bulk.to_owned()];
            assert!(names.iter().any(|it| name.ends_with(it)), "{number:#06x} {name}");
        }
    }

    #[test]
    fn every_suite_that_has_a_name_is_supported() {
        let named = (0..=u16::MAX).filter(|number| tls_names::cipher(*number).is_some());
        assert!(named.into_iter().all(|number| Suite::of(number).is_some()));
    }
}
