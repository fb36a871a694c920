//! Why a server's certificate was refused, in words.

use std::io;

use rustls::{CertificateError, Error};

use super::facts::Day;

/// A certificate that a server should not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the certificate of {host} is refused: {reason}; {remedy}")]
pub struct Refusal {
    /// Whom it was to be for.
    pub host: String,
    /// What is wrong with it.
    pub reason: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Trust can be given to a certificate that is in order but for its origin.
const TRUST_IT: &str =
    "if that is right, trust it with --upstream-ca FILE, or record without verifying: --insecure";

/// One that is itself wrong can only be overlooked.
const OVERLOOK_IT: &str = "to record without verifying: --insecure";

impl Refusal {
    /// If a handshake with `host` failed because of the server's certificate: in what way.
    pub fn of(host: &str, error: &io::Error) -> Option<Self> {
        let error = error.get_ref()?.downcast_ref::<Error>()?;
        let Error::InvalidCertificate(wrong) = error else { return None };
        let (reason, remedy) = explain(host, wrong);
        Some(Self { host: host.to_owned(), reason, remedy })
    }
}

fn explain(host: &str, wrong: &CertificateError) -> (String, &'static str) {
    use CertificateError as E;
    match wrong {
        E::ExpiredContext { not_after, .. } => {
            (format!("it expired on {}", Day(not_after.as_secs())), OVERLOOK_IT)
        }
        E::Expired => ("it has expired".to_owned(), OVERLOOK_IT),
        E::NotValidYetContext { not_before, .. } => {
            (format!("it is not good before {}", Day(not_before.as_secs())), OVERLOOK_IT)
        }
        E::NotValidForNameContext { presented, .. } => {
            (format!("it is not for {host}, but for {}", names(presented)), OVERLOOK_IT)
        }
        E::NotValidForName => (format!("it is not for {host}"), OVERLOOK_IT),
        E::UnknownIssuer => {
            let reason =
                "its issuer is unknown: neither the system's roots nor --upstream-ca has it";
            (reason.to_owned(), TRUST_IT)
        }
        // An authority's certificate, shown as the server's own; test servers often do.
        E::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            ("it is self-signed, as an authority's".to_owned(), TRUST_IT)
        }
        other => (other.to_string(), OVERLOOK_IT),
    }
}

/// At most so many names are listed: some certificates have hundreds.
const MAX_NAMES: usize = 8;

fn names(presented: &[String]) -> String {
    if presented.is_empty() {
        return "no name at all".to_owned();
    }
    // rustls writes `DnsName("a.example")` and `IpAddress(127.0.0.1)`.
    let bare = |name: &String| {
        let inner = name.split_once('(').map_or(name.as_str(), |(_, rest)| rest);
        inner.trim_end_matches(')').trim_matches('"').to_owned()
    };
    let listed: Vec<_> = presented.iter().take(MAX_NAMES).map(bare).collect();
    let more = presented.len().saturating_sub(MAX_NAMES);
    let listed = listed.join(", ");
    if more > 0 { format!("{listed} and {more} more") } else { listed }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::{ServerName, UnixTime};

    use super::*;

    fn said(wrong: CertificateError) -> String {
        let error = io::Error::new(io::ErrorKind::InvalidData, Error::InvalidCertificate(wrong));
        Refusal::of("api.example", &error).unwrap().to_string()
    }

    fn at(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
    }

    #[test]
    fn an_expired_certificate_is_told_with_its_day() {
        let expired = CertificateError::ExpiredContext {
            time: at(1_800_000_000),
            not_after: at(1_735_689_599),
        };
        assert_eq!(
            said(expired),
            "the certificate of api.example is refused: it expired on 2024-12-31; \
             to record without verifying: --insecure"
        );
    }

    #[test]
    fn names_are_listed_but_not_by_the_hundred() {
        let presented = (0..10).map(|n| format!("DnsName(\"host-{n}.example\")")).collect();
        let expected = ServerName::try_from("api.example").unwrap();
        let text = said(CertificateError::NotValidForNameContext { expected, presented });
        assert!(text.contains("but for host-0.example, host-1.example, "), "{text}");
        assert!(text.contains("host-7.example and 2 more;"), "{text}");
    }

    #[test]
    fn other_failures_are_no_refusals() {
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(Refusal::of("api.example", &reset), None);
        let alert = Error::AlertReceived(rustls::AlertDescription::UnknownCA);
        assert_eq!(Refusal::of("api.example", &io::Error::other(alert)), None);
    }
}
