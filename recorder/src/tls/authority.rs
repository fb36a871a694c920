//! A local certificate authority.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cassettes::model::CertificateFault;
use rcgen::{Issuer, KeyPair, PublicKeyData as _};
use rustls::ServerConfig;
use rustls::crypto::ring::Ticketer;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ProducesTickets;
use rustls::sign::CertifiedKey;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::bounded::Bounded;
use super::facts::CertificateFacts;
use super::faulty::Faulty;
use super::mint::{self, MintError};
use super::minter::{ByName, Minter};
use super::{pem, provider};

/// How long a new authority is good: long enough that nobody has to think of it.
pub const CA_LIFE: Duration = Duration::from_secs(3650 * 24 * 60 * 60);

/// How many server configurations are kept: one for each pair of fallback host and protocols.
const MAX_CONFIGS: usize = 4096;

/// Who a client that names nobody most likely means.
const NOBODY: &str = "localhost";

/// Mints certificates that clients accept once they trust its own.
pub struct Authority {
    certificate: CertificateDer<'static>,
    facts: CertificateFacts,
    minter: Arc<Minter>,
    /// Shared, so that a session begun under one configuration can be resumed under another.
    tickets: Arc<dyn ProducesTickets>,
    configs: Bounded<Asked, Arc<ServerConfig>>,
    faulty: Faulty,
}

/// A fallback host and protocols.
type Asked = (Option<String>, Vec<Vec<u8>>);

/// Why there is no authority.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// No certificate in the text.
    #[error("the authority's certificate cannot be read: {reason}; expected a PEM certificate")]
    Certificate {
        /// What is wrong with it.
        reason: String,
    },
    /// No usable key in the text.
    #[error(
        "the authority's key cannot be used: {reason}; expected an unencrypted PKCS#8 key in PEM (openssl pkcs8 -topk8 -nocrypt writes one)"
    )]
    Key {
        /// What is wrong with it.
        reason: String,
    },
    /// The two do not belong together.
    #[error("the authority's key does not belong to its certificate")]
    Mismatch,
    /// A certificate that may not sign others.
    #[error("the certificate of {subject} is not an authority's: it may not sign others")]
    NotAnAuthority {
        /// Whose it is.
        subject: String,
    },
    /// It is past its time.
    #[error("the authority's certificate has expired on {day}; make another one")]
    Expired {
        /// The last day it was good.
        day: String,
    },
    /// Something failed that should not.
    #[error(transparent)]
    Mint(#[from] MintError),
}

impl From<MintError> for io::Error {
    fn from(error: MintError) -> Self {
        Self::other(error)
    }
}

impl Authority {
    /// A new one, of a new key.
    pub fn generate() -> Result<Self, MintError> {
        let key = KeyPair::generate()?;
        let certificate = mint::authority(&key, CA_LIFE)?;
        Self::new(vec![certificate], key).map_err(|error| match error {
            AuthorityError::Mint(error) => error,
            // It was made a line ago.
            error => MintError::Tls(rustls::Error::General(error.to_string())),
        })
    }

    /// The one of a certificate and its key, both PEM; they may stand in one text. Further
    /// certificates lead from the first to a root, if it is not one itself.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, AuthorityError> {
        let bad = |reason: String| AuthorityError::Certificate { reason };
        let chain = pem::read(certificate).map_err(|error| bad(error.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|error| AuthorityError::Key { reason: error.to_string() })?;
        let key = KeyPair::try_from(&key)
            .map_err(|error| AuthorityError::Key { reason: error.to_string() })?;
        Self::new(chain, key)
    }

    /// The certificate that clients have to trust.
    pub fn certificate_pem(&self) -> String {
        pem::write([&self.certificate])
    }

    /// The certificate that clients have to trust.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The secret key. Who has it can pretend to be any host to those who trust the certificate.
    pub fn key_pem(&self) -> String {
        self.minter.issuer_key().serialize_pem()
    }

    /// The SHA-256 of the certificate, as `AB:CD:…`.
    pub fn fingerprint(&self) -> &str {
        &self.facts.fingerprint
    }

    /// What the certificate says.
    pub fn facts(&self) -> &CertificateFacts {
        &self.facts
    }

    /// The certificate and key for a host name or an address; from the cache if it has been made before.
    pub fn leaf(&self, name: &str) -> Result<Arc<CertifiedKey>, MintError> {
        self.minter.leaf(name)
    }

    /// How a server meets its clients: with the leaf for the name that the client asks for, or else
    /// for `fallback_host`, or else for loopback; with exactly the protocols in `alpn`, or without
    /// that extension if there are none.
    pub fn server_config(
        &self,
        fallback_host: Option<&str>,
        alpn: &[Vec<u8>],
    ) -> Result<Arc<ServerConfig>, MintError> {
        let key = (fallback_host.map(str::to_owned), alpn.to_vec());
        self.configs.get_or_make(&key, || self.new_config(fallback_host, alpn))
    }

    /// How a server meets its clients that is to be refused for its certificate, which is made for `host`, or else for loopback.
    pub fn faulty_config(
        &self,
        fault: CertificateFault,
        host: Option<&str>,
        alpn: &[Vec<u8>],
    ) -> Result<Arc<ServerConfig>, MintError> {
        self.faulty.config(fault, host, alpn, &self.minter)
    }

    #[cfg(test)]
    pub(super) fn faulty(&self) -> &Faulty {
        &self.faulty
    }

    #[cfg(test)]
    pub(super) fn minter(&self) -> &Minter {
        &self.minter
    }

    /// The whole chain is shown to clients. They do not need its root to trust it, but some find in
    /// it what they were told to look for, such as the key of [`CertificateFacts::key_hash`].
    fn new(chain: Vec<CertificateDer<'static>>, key: KeyPair) -> Result<Self, AuthorityError> {
        let certificate = chain.first().cloned().unwrap_or_else(|| Vec::new().into());
        let facts = checked(&certificate, &key)?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(MintError::Crypto)?;
        Ok(Self {
            certificate,
            facts,
            minter: Arc::new(Minter::new(issuer, chain)?),
            tickets: Ticketer::new().map_err(MintError::Tls)?,
            configs: Bounded::new(MAX_CONFIGS),
            faulty: Faulty::new(),
        })
    }

    fn new_config(
        &self,
        fallback_host: Option<&str>,
        alpn: &[Vec<u8>],
    ) -> Result<Arc<ServerConfig>, MintError> {
        let fallback = self.leaf(fallback_host.unwrap_or(NOBODY))?;
        let resolver = ByName { minter: Arc::clone(&self.minter), fallback };
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(resolver));
        config.alpn_protocols = alpn.to_vec();
        // For alerts, which are mirrored.
        config.enable_secret_extraction = true;
        config.ticketer = Arc::clone(&self.tickets);
        Ok(Arc::new(config))
    }
}

impl fmt::Debug for Authority {
    /// Without the key.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Authority").field("facts", &self.facts).finish_non_exhaustive()
    }
}

fn checked(
    certificate: &CertificateDer<'static>,
    key: &KeyPair,
) -> Result<CertificateFacts, AuthorityError> {
    let (_, parsed) = X509Certificate::from_der(certificate)
        .map_err(|error| AuthorityError::Certificate { reason: error.to_string() })?;
    let facts = CertificateFacts::of(certificate, &parsed);
    if parsed.public_key().raw != key.subject_public_key_info() {
        return Err(AuthorityError::Mismatch);
    }
    if !parsed.is_ca() {
        return Err(AuthorityError::NotAnAuthority { subject: facts.subject });
    }
    if facts.not_after < SystemTime::now() {
        return Err(AuthorityError::Expired { day: facts.last_day() });
    }
    Ok(facts)
}
