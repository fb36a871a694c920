//! Certificates that a client must refuse.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cassettes::model::CertificateFault;
use rcgen::{Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::bounded::Bounded;
use super::mint::{self, MintError, Validity};
use super::minter::Minter;
use super::provider;

/// How many configurations are kept: five for each of some hosts. One more costs the oldest its place.
const MAX_CONFIGS: usize = 256;

/// Whose certificate is shown that is none of the client's concern (RFC 2606 §2: no such name is ever given).
const ANOTHER_HOST: &str = "another-host.invalid";

/// Who is asked for where no name is known.
const NOBODY: &str = "localhost";

/// What is bad, for whom, and the protocols.
type Asked = (CertificateFault, String, Vec<Vec<u8>>);

/// Makes them, and keeps them.
#[derive(Debug)]
pub(super) struct Faulty {
    configs: Bounded<Asked, Arc<ServerConfig>>,
    /// An authority that nobody trusts, made when it is first needed.
    stranger: OnceLock<Arc<Minter>>,
}

impl Faulty {
    pub(super) fn new() -> Self {
        Self { configs: Bounded::new(MAX_CONFIGS), stranger: OnceLock::new() }
    }

    /// How a server meets its clients with a certificate that is bad in this way, of an authority that they trust, where that is
    /// not what is bad.
    pub(super) fn config(
        &self,
        fault: CertificateFault,
        host: Option<&str>,
        alpn: &[Vec<u8>],
        trusted: &Minter,
    ) -> Result<Arc<ServerConfig>, MintError> {
        let host = host.unwrap_or(NOBODY);
        let key = (fault, host.to_owned(), alpn.to_vec());
        self.configs.get_or_make(&key, || {
            let certified = self.certified(fault, host, trusted)?;
            let mut config = ServerConfig::builder_with_provider(provider())
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
            config.alpn_protocols = alpn.to_vec();
            config.enable_secret_extraction = true;
            // Nobody resumes what was never agreed on.
            config.send_tls13_tickets = 0;
            Ok(Arc::new(config))
        })
    }

    fn certified(
        &self,
        fault: CertificateFault,
        host: &str,
        trusted: &Minter,
    ) -> Result<CertifiedKey, MintError> {
        match fault {
            CertificateFault::Expired => trusted.leaf_of(host, Validity::Over),
            CertificateFault::NotYetValid => trusted.leaf_of(host, Validity::ToCome),
            CertificateFault::WrongHost => trusted.leaf_of(ANOTHER_HOST, Validity::Now),
            CertificateFault::SelfSigned => trusted.self_signed(host),
            CertificateFault::UntrustedRoot => self.stranger()?.leaf_of(host, Validity::Now),
        }
    }

    fn stranger(&self) -> Result<Arc<Minter>, MintError> {
        if let Some(stranger) = self.stranger.get() {
            return Ok(Arc::clone(stranger));
        }
        let key = KeyPair::generate()?;
        let certificate = mint::authority(&key, LIFE)?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key)?;
        let minter = Arc::new(Minter::new(issuer, vec![certificate])?);
        Ok(Arc::clone(self.stranger.get_or_init(|| minter)))
    }
}

/// How long the stranger is good: no run takes longer.
const LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier as _;
    use rustls::pki_types::{ServerName, UnixTime};
    use rustls::{CertificateError, Error};

    use super::*;
    use crate::tls::Authority;

    /// What a client that trusts the authority says to the certificate.
    fn said(authority: &Authority, fault: CertificateFault) -> Error {
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate().clone()).unwrap();
        let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider());
        let verifier = verifier.build().unwrap();
        let certified =
            authority.faulty().certified(fault, "api.test", authority.minter()).unwrap();
        let (leaf, others) = certified.cert.split_first().unwrap();
        let name = ServerName::try_from("api.test").unwrap();
        verifier.verify_server_cert(leaf, others, &name, &[], UnixTime::now()).unwrap_err()
    }

    #[test]
    fn each_bad_certificate_is_refused_for_what_is_bad_about_it() {
        let authority = Authority::generate().unwrap();
        let said = |fault| match said(&authority, fault) {
            Error::InvalidCertificate(error) => error,
            other => panic!("{other}"),
        };
        let expired = said(CertificateFault::Expired);
        assert!(matches!(expired, CertificateError::ExpiredContext { .. }), "{expired:?}");
        let early = said(CertificateFault::NotYetValid);
        assert!(matches!(early, CertificateError::NotValidYetContext { .. }), "{early:?}");
        let other = said(CertificateFault::WrongHost);
        assert!(matches!(other, CertificateError::NotValidForNameContext { .. }), "{other:?}");
        for fault in [CertificateFault::SelfSigned, CertificateFault::UntrustedRoot] {
            assert_eq!(said(fault), CertificateError::UnknownIssuer, "{fault:?}");
        }
    }

    #[test]
    fn the_same_is_made_once() {
        let authority = Authority::generate().unwrap();
        let config =
            || authority.faulty_config(CertificateFault::Expired, Some("a.test"), &[]).unwrap();
        assert!(Arc::ptr_eq(&config(), &config()));
    }
}
