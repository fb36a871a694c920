//! Keys from secrets: the pseudorandom function of TLS 1.2 and before (RFC 5246 §5, RFC 2246 §5), and
//! HKDF-Expand-Label of TLS 1.3 (RFC 8446 §7.1).

use hmac::{KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use ring::{digest, hmac as fast};

use super::secrets::Secret;

/// The pseudorandom function.
#[derive(Debug, Clone, Copy)]
pub(super) enum Prf {
    /// Of TLS 1.0 and 1.1: MD5 and SHA-1 together.
    Md5Sha1,
    /// Of TLS 1.2.
    Hmac(fast::Algorithm),
}

impl Prf {
    /// Fills the block.
    pub(super) fn fill(self, secret: &[u8], label: &[u8], seed: &[&[u8]], block: &mut [u8]) {
        let seed = [label, &seed.concat()].concat();
        match self {
            Self::Hmac(algorithm) => p_hash(&keyed(algorithm, secret), &seed, block),
            Self::Md5Sha1 => {
                // "S1 is taken from the first half of the secret, S2 from the second half", sharing the middle byte
                // if their number is odd (RFC 2246 §5).
                let half = secret.len().div_ceil(2);
                let first = secret.get(..half).unwrap_or_default();
                let second = secret.get(secret.len() - half..).unwrap_or_default();
                p_hash(&keyed(fast::HMAC_SHA1_FOR_LEGACY_USE_ONLY, second), &seed, block);
                let mut other = vec![0; block.len()];
                p_hash(&|parts: &[&[u8]]| hmac_md5(first, parts), &seed, &mut other);
                block.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
            }
        }
    }

    /// The hash of a handshake so far, as the extended master secret wants it (RFC 7627 §3).
    pub(super) fn session_hash(self, transcript: &[u8]) -> Vec<u8> {
        let sha = |algorithm| digest::digest(algorithm, transcript);
        match self {
            Self::Hmac(algorithm) => sha(algorithm.digest_algorithm()).as_ref().to_vec(),
            Self::Md5Sha1 => {
                let sha1 = sha(&digest::SHA1_FOR_LEGACY_USE_ONLY);
                [Md5::digest(transcript).as_slice(), sha1.as_ref()].concat()
            }
        }
    }
}

/// `HKDF-Expand-Label(secret, label, "", length)`. None of those needed here is longer than the hash: one round is all.
pub(super) fn expand_label(
    algorithm: fast::Algorithm,
    secret: &Secret,
    label: &[u8],
    length: u8,
) -> Secret {
    let name_length = u8::try_from(b"tls13 ".len() + label.len()).unwrap_or(u8::MAX);
    let info = [&[0, length, name_length], b"tls13 ".as_slice(), label, &[0, 1]].concat();
    let tag = fast::sign(&fast::Key::new(algorithm, secret.as_bytes()), &info);
    let bytes = tag.as_ref().get(..length.into()).unwrap_or_default();
    Secret::new(bytes).unwrap_or_default()
}

/// `P_hash` (RFC 5246 §5).
fn p_hash<T: AsRef<[u8]>>(hmac: &dyn Fn(&[&[u8]]) -> T, seed: &[u8], block: &mut [u8]) {
    let mut state = hmac(&[seed]);
    for chunk in block.chunks_mut(state.as_ref().len().max(1)) {
        let output = hmac(&[state.as_ref(), seed]);
        chunk.iter_mut().zip(output.as_ref()).for_each(|(byte, from)| *byte = *from);
        state = hmac(&[state.as_ref()]);
    }
}

fn keyed(algorithm: fast::Algorithm, secret: &[u8]) -> impl Fn(&[&[u8]]) -> fast::Tag + use<> {
    let key = fast::Key::new(algorithm, secret);
    move |parts| {
        let mut context = fast::Context::with_key(&key);
        for part in parts {
            context.update(part);
        }
        context.sign()
    }
}

fn hmac_md5(secret: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // Any length will do for a key.
    let Ok(mut hmac) = hmac::Hmac::<Md5>::new_from_slice(secret) else {
        return Vec::new();
    };
    for part in parts {
        hmac.update(part);
    }
    hmac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<_> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let mut out = vec![0; digits.len() / 2];
        super::super::key_log::decode(&digits, &mut out).unwrap();
        out
    }

    /// The vector that was published on the list of the IETF's TLS working group.
    #[test]
    fn the_prf_of_1_2_gives_the_published_vector() {
        let secret = bytes("9bbe436ba940f017b17652849a71db35");
        let seed = bytes("a0ba9f936cda311827a6f796ffd5198c");
        let mut block = [0; 100];
        Prf::Hmac(fast::HMAC_SHA256).fill(&secret, b"test label", &[&seed], &mut block);
        let expected = "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a
             6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab
             4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701 87347b66";
        assert_eq!(block.as_slice(), bytes(expected));
    }

    /// RFC 8448 §3: the server's handshake traffic secret gives its key and nonce.
    #[test]
    fn labels_of_1_3_give_the_published_vectors() {
        let secret = bytes("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        let secret = Secret::new(&secret).unwrap();
        let expand = |label: &[u8], length| expand_label(fast::HMAC_SHA256, &secret, label, length);
        let key = bytes("3fce516009c21727d0f2e4e86ee403bc");
        assert_eq!(expand(b"key", 16).as_bytes(), key);
        let nonce = bytes("5d313eb2671276ee13000b30");
        assert_eq!(expand(b"iv", 12).as_bytes(), nonce);
    }
}
