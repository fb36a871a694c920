//! TLS alerts as recorded ones were sent: before a handshake in the clear, after it encrypted.
//!
//! The library sends alerts for its own reasons only. So its keys are taken out, and the record is written here: the
//! last one of the connection.

use std::io;

use ring::aead::{
    AES_128_GCM, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey,
};
use ring::error::Unspecified;
use rustls::{ConnectionTrafficSecrets, ProtocolVersion, ServerConnection};

/// Record types (RFC 8446 §5.1).
const ALERT: u8 = 21;
const APPLICATION_DATA: u8 = 23;

/// "fatal", before the alert's number.
const FATAL: u8 = 2;

/// A fatal alert as a record in the clear: what a client gets instead of the server's part of a handshake.
pub(super) const fn plain(number: u8) -> [u8; 7] {
    [ALERT, 3, 3, 0, 2, FATAL, number]
}

/// A fatal alert as the next record of this connection, all of whose earlier records were sent.
pub(super) fn encrypted(session: ServerConnection, number: u8) -> io::Result<Vec<u8>> {
    let version = session.protocol_version();
    let secrets = session.dangerous_extract_secrets().map_err(io::Error::other)?;
    let (sequence, secrets) = secrets.tx;
    let sealer = Sealer::new(&secrets, sequence)?;
    match version {
        Some(ProtocolVersion::TLSv1_3) => sealer.seal_1_3(number),
        _ => sealer.seal_1_2(number),
    }
}

/// The cryptography does not say why.
fn refused(_: Unspecified) -> io::Error {
    io::ErrorKind::InvalidInput.into()
}

struct Sealer {
    key: LessSafeKey,
    /// Of the next record.
    nonce: [u8; 12],
    sequence: u64,
    /// In TLS 1.2, AES-GCM sends a part of the nonce (RFC 5288 §3), `ChaCha20` does not (RFC 7905 §2).
    sends_nonce: bool,
}

impl Sealer {
    fn new(secrets: &ConnectionTrafficSecrets, sequence: u64) -> io::Result<Self> {
        let (algorithm, key, iv): (&'static Algorithm, _, _) = match secrets {
            ConnectionTrafficSecrets::Aes128Gcm { key, iv } => (&AES_128_GCM, key, iv),
            ConnectionTrafficSecrets::Aes256Gcm { key, iv } => (&AES_256_GCM, key, iv),
            ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } => (&CHACHA20_POLY1305, key, iv),
            _ => return Err(io::ErrorKind::Unsupported.into()),
        };
        let key = UnboundKey::new(algorithm, key.as_ref()).map_err(refused)?;
        let mut nonce: [u8; 12] = iv.as_ref().try_into().map_err(io::Error::other)?;
        for (byte, part) in nonce.iter_mut().skip(4).zip(sequence.to_be_bytes()) {
            *byte ^= part;
        }
        let sends_nonce = !matches!(secrets, ConnectionTrafficSecrets::Chacha20Poly1305 { .. });
        Ok(Self { key: LessSafeKey::new(key), nonce, sequence, sends_nonce })
    }

    /// RFC 8446 §5.2: the type is inside, and the header is authenticated.
    fn seal_1_3(&self, number: u8) -> io::Result<Vec<u8>> {
        let mut sealed = vec![FATAL, number, ALERT];
        let length = u8::try_from(sealed.len() + self.key.algorithm().tag_len());
        let header = [APPLICATION_DATA, 3, 3, 0, length.map_err(io::Error::other)?];
        self.seal(header, &mut sealed)?;
        Ok([&header[..], &sealed].concat())
    }

    /// RFC 5246 §6.2.3.3: sequence number and header of the plaintext are authenticated.
    fn seal_1_2(&self, number: u8) -> io::Result<Vec<u8>> {
        let mut sealed = vec![FATAL, number];
        let mut authenticated = [0; 13];
        let parts = self.sequence.to_be_bytes().into_iter().chain([ALERT, 3, 3, 0, 2]);
        authenticated.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        self.seal(authenticated, &mut sealed)?;
        let sent = if self.sends_nonce { self.nonce.get(4..).unwrap_or_default() } else { &[] };
        let length = u8::try_from(sent.len() + sealed.len()).map_err(io::Error::other)?;
        Ok([&[ALERT, 3, 3, 0, length], sent, &sealed].concat())
    }

    fn seal<const N: usize>(&self, authenticated: [u8; N], bytes: &mut Vec<u8>) -> io::Result<()> {
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let sealed = self.key.seal_in_place_append_tag(nonce, Aad::from(authenticated), bytes);
        sealed.map_err(refused)
    }
}
