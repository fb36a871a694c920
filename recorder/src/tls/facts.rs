//! What a certificate says about itself.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::time::ASN1Time;

/// What a person wants to know of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Whose it is, as `O=…, CN=…`.
    pub subject: String,
    /// The SHA-256 of its DER, as `AB:CD:…`: what other tools show too.
    pub fingerprint: String,
    /// The SHA-256 of its public key, in base64: what `--ignore-certificate-errors-spki-list` of
    /// Chromium takes.
    pub key_hash: String,
    /// From when on it is good.
    pub not_before: SystemTime,
    /// Until when it is good.
    pub not_after: SystemTime,
}

impl CertificateFacts {
    pub(super) fn of(der: &CertificateDer<'_>, parsed: &X509Certificate<'_>) -> Self {
        Self {
            subject: parsed.subject().to_string(),
            fingerprint: fingerprint(der),
            key_hash: STANDARD.encode(digest(&SHA256, parsed.public_key().raw)),
            not_before: system_time(parsed.validity().not_before),
            not_after: system_time(parsed.validity().not_after),
        }
    }

    /// The last day on which it is good, as `2026-11-21`, in UTC.
    pub fn last_day(&self) -> String {
        let since = self.not_after.duration_since(UNIX_EPOCH).unwrap_or_default();
        Day(since.as_secs()).to_string()
    }
}

/// The SHA-256 of a certificate, as `AB:CD:…`.
fn fingerprint(der: &CertificateDer<'_>) -> String {
    let bytes = digest(&SHA256, der);
    let pairs: Vec<_> = bytes.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// A day, as `2026-11-21`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day(pub(super) u64);

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(unix_seconds) = *self;
        let time = i64::try_from(unix_seconds).ok().and_then(|s| ASN1Time::from_timestamp(s).ok());
        let Some(date) = time.map(|time| time.to_datetime()) else {
            return write!(out, "second {unix_seconds} of Unix time");
        };
        write!(out, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
    }
}

/// Certificates from before 1970 count as from then: none of them is good any more.
fn system_time(time: ASN1Time) -> SystemTime {
    let seconds = u64::try_from(time.timestamp()).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(seconds)
}
