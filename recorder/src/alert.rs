//! TLS alerts passed on after a handshake.
//!
//! The library sends alerts for its own reasons only. So its keys are taken out, and the record is written here: the
//! last one of the connection.

use std::io;

use cassettes::wire::tls_alert::Protection;
use ring::aead::{
    AES_128_GCM, AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey,
};
use ring::error::Unspecified;
use rustls::{Connection, ConnectionTrafficSecrets};

/// A fatal alert as the next record of this connection, all of whose earlier records were sent.
pub(crate) fn encrypted(session: Connection, number: u8) -> io::Result<Vec<u8>> {
    let version = session.protocol_version().map_or(0, u16::from);
    let secrets = session.dangerous_extract_secrets().map_err(io::Error::other)?;
    let (sequence, secrets) = secrets.tx;
    let (key, iv) = key_of(&secrets)?;
    let sends_nonce = !matches!(secrets, ConnectionTrafficSecrets::Chacha20Poly1305 { .. });
    let protection = Protection { version, sequence, iv, sends_nonce };
    let sealed = protection.seal(number, |nonce, beside, bytes| {
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(nonce, Aad::from(beside), bytes)
    });
    sealed.map_err(refused)
}

fn key_of(secrets: &ConnectionTrafficSecrets) -> io::Result<(LessSafeKey, [u8; 12])> {
    let (algorithm, key, iv) = match secrets {
        ConnectionTrafficSecrets::Aes128Gcm { key, iv } => (&AES_128_GCM, key, iv),
        ConnectionTrafficSecrets::Aes256Gcm { key, iv } => (&AES_256_GCM, key, iv),
        ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } => (&CHACHA20_POLY1305, key, iv),
        _ => return Err(io::ErrorKind::Unsupported.into()),
    };
    let key = UnboundKey::new(algorithm, key.as_ref()).map_err(refused)?;
    Ok((LessSafeKey::new(key), iv.as_ref().try_into().map_err(io::Error::other)?))
}

/// The cryptography does not say why.
fn refused(_: Unspecified) -> io::Error {
    io::ErrorKind::InvalidInput.into()
}
