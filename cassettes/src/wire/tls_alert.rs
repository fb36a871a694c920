//! Fatal TLS alerts as records: in the clear before a handshake is over, encrypted after it. No library sends other
//! alerts than its own, so whoever mirrors one needs the record itself.

/// Record types (RFC 8446 §5.1).
const ALERT: u8 = 21;
const APPLICATION_DATA: u8 = 23;

/// "fatal", before the alert's number.
const FATAL: u8 = 2;

/// TLS 1.3, as it is written on the wire.
const TLS_1_3: u16 = 0x0304;

/// What an AEAD adds, with any cipher suite that is in use.
const TAG_BYTES: u8 = 16;

/// A fatal alert as a record in the clear: what a peer gets instead of the rest of a handshake.
pub const fn plain(number: u8) -> [u8; 7] {
    [ALERT, 3, 3, 0, 2, FATAL, number]
}

/// How a connection's next record is protected. The key stays with whoever encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protection {
    /// The version of TLS, as on the wire.
    pub version: u16,
    /// The sequence number of that record.
    pub sequence: u64,
    /// The initialization vector.
    pub iv: [u8; 12],
    /// In TLS 1.2, AES-GCM sends a part of the nonce (RFC 5288 §3), `ChaCha20` does not (RFC 7905 §2).
    pub sends_nonce: bool,
}

impl Protection {
    /// A fatal alert as that record. `encrypt` is given the nonce, what is authenticated beside the bytes, and
    /// the bytes, which it encrypts in place and lengthens by a tag of 16 bytes.
    pub fn seal<E>(
        &self,
        number: u8,
        encrypt: impl FnOnce([u8; 12], &[u8], &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        if self.version == TLS_1_3 {
            self.seal_1_3(number, encrypt)
        } else {
            self.seal_1_2(number, encrypt)
        }
    }

    /// RFC 8446 §5.2: the type is inside, and the header is authenticated.
    fn seal_1_3<E>(
        &self,
        number: u8,
        encrypt: impl FnOnce([u8; 12], &[u8], &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        let mut sealed = vec![FATAL, number, ALERT];
        let header = [APPLICATION_DATA, 3, 3, 0, 3 + TAG_BYTES];
        encrypt(self.nonce(), &header, &mut sealed)?;
        Ok([&header[..], &sealed].concat())
    }

    /// RFC 5246 §6.2.3.3: sequence number and header of the plaintext are authenticated.
    fn seal_1_2<E>(
        &self,
        number: u8,
        encrypt: impl FnOnce([u8; 12], &[u8], &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        let nonce = self.nonce();
        let mut sealed = vec![FATAL, number];
        let authenticated = [&self.sequence.to_be_bytes()[..], &[ALERT, 3, 3, 0, 2]].concat();
        encrypt(nonce, &authenticated, &mut sealed)?;
        let (sent, len) = match nonce.split_at_checked(4) {
            Some((_, sent)) if self.sends_nonce => (sent, 8 + 2 + TAG_BYTES),
            _ => (&[][..], 2 + TAG_BYTES),
        };
        Ok([&[ALERT, 3, 3, 0, len], sent, &sealed].concat())
    }

    fn nonce(&self) -> [u8; 12] {
        let mut nonce = self.iv;
        for (byte, part) in nonce.iter_mut().skip(4).zip(self.sequence.to_be_bytes()) {
            *byte ^= part;
        }
        nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AES_1_2: Protection =
        Protection { version: 0x0303, sequence: 0x0102, iv: [0x10; 12], sends_nonce: true };

    /// What was sealed with an encryption that changes nothing, and what was authenticated.
    fn sealed(protection: Protection) -> (Vec<u8>, Vec<u8>) {
        let mut authenticated = Vec::new();
        let record = protection.seal(40, |_, beside, bytes| {
            authenticated = beside.to_vec();
            bytes.extend([0; 16]);
            Ok::<_, ()>(())
        });
        (record.unwrap(), authenticated)
    }

    #[test]
    fn the_header_says_how_long_the_record_is() {
        let chacha = Protection { sends_nonce: false, ..AES_1_2 };
        for protection in [AES_1_2, chacha, Protection { version: TLS_1_3, ..AES_1_2 }] {
            let record = sealed(protection).0;
            assert_eq!(usize::from(record[4]), record.len() - 5, "{protection:?}");
        }
    }

    #[test]
    fn in_tls_1_3_the_type_is_inside() {
        let (record, authenticated) = sealed(Protection { version: TLS_1_3, ..AES_1_2 });
        assert_eq!(record[..8], [23, 3, 3, 0, 19, FATAL, 40, ALERT]);
        assert_eq!(authenticated, record[..5]);
    }

    #[test]
    fn in_tls_1_2_the_sequence_number_is_authenticated_and_in_the_nonce() {
        let (record, authenticated) = sealed(AES_1_2);
        assert_eq!(authenticated, [0, 0, 0, 0, 0, 0, 1, 2, ALERT, 3, 3, 0, 2]);
        let nonce = [0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x11, 0x12];
        assert_eq!(record[5..15], [&nonce[..], &[FATAL, 40]].concat());
    }
}
