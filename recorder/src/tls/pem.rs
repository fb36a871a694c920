//! Certificates as text (RFC 7468).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error, PemObject as _};

/// Base64 characters a line (RFC 7468 §2).
const LINE: usize = 64;

/// Certificates, one after the other.
pub fn write<'a>(certificates: impl IntoIterator<Item = &'a CertificateDer<'a>>) -> String {
    let mut text = String::new();
    for certificate in certificates {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let encoded = STANDARD.encode(certificate);
        for line in encoded.as_bytes().chunks(LINE) {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}", String::from_utf8_lossy(line));
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}

/// Every certificate in a text; there may be other things in it.
pub fn read(text: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(text.as_bytes()).collect::<Result<_, _>>()?;
    if certificates.is_empty() { Err(Error::NoItemsFound) } else { Ok(certificates) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let certificates = [vec![7u8; 100].into(), vec![8u8; 48].into(), Vec::new().into()];
        let text = write(&certificates);
        assert!(text.lines().all(|line| line.len() <= LINE));
        assert_eq!(read(&text).unwrap(), certificates);
    }

    #[test]
    fn a_text_without_certificates_is_an_error() {
        assert!(read("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").is_err());
        assert!(read("").is_err());
    }
}
