//! How servers are connected to.

use std::fmt;
use std::sync::Arc;

use cassettes::model::Trust;
use rustls::ClientConfig;
use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::bounded::Bounded;
use super::verifier::Verifier;
use super::{pem, provider};

/// How many configurations are kept: one for each list of protocols that clients offer.
const MAX_CONFIGS: usize = 256;

/// What to ask of servers, and what to show them.
pub struct UpstreamTls {
    base: ClientConfig,
    insecure: bool,
    configs: Bounded<Vec<Vec<u8>>, Arc<ClientConfig>>,
}

/// A certificate of the client's own, for servers that want one.
pub struct ClientIdentity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// Why servers cannot be connected to as asked.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamTlsError {
    /// The client's certificate.
    #[error(
        "the client certificate cannot be read: {reason}; expected PEM, the client's own certificate first"
    )]
    ClientCertificate {
        /// What is wrong with it.
        reason: String,
    },
    /// The client's key.
    #[error("the client key cannot be read: {reason}; expected an unencrypted key in PEM")]
    ClientKey {
        /// What is wrong with it.
        reason: String,
    },
    /// The two do not go together, or cannot be used.
    #[error("the client certificate cannot be used: {0}")]
    Unusable(rustls::Error),
    /// TLS cannot be set up at all.
    #[error("TLS cannot be set up: {reason}")]
    Setup {
        /// What is wrong.
        reason: String,
    },
}

impl ClientIdentity {
    /// From PEM: the certificate with those that lead from it to a root, and its key. They may
    /// stand in one text.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, UpstreamTlsError> {
        let chain = pem::read(certificate)
            .map_err(|error| UpstreamTlsError::ClientCertificate { reason: error.to_string() })?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|error| UpstreamTlsError::ClientKey { reason: error.to_string() })?;
        Ok(Self { chain, key })
    }
}

impl UpstreamTls {
    /// Servers are verified against the system's roots and `extra_roots`. A server may also show one
    /// of `extra_roots` as its own certificate. Reads the system's roots, which takes some milliseconds.
    pub fn verified(
        extra_roots: &[CertificateDer<'static>],
        identity: Option<ClientIdentity>,
    ) -> Result<Self, UpstreamTlsError> {
        Self::new(Verifier::strict(extra_roots)?, false, identity)
    }

    /// Any server is taken for what it says it is.
    pub fn insecure(identity: Option<ClientIdentity>) -> Result<Self, UpstreamTlsError> {
        Self::new(Verifier::lenient(), true, identity)
    }

    /// How to connect, offering these protocols, or none at all.
    pub fn client_config(&self, alpn: &[Vec<u8>]) -> Arc<ClientConfig> {
        let key = alpn.to_vec();
        let Ok(config) = self.configs.get_or_make(&key, || Ok::<_, Never>(self.with(alpn)));
        config
    }

    /// What the cassette says of every connection made so.
    pub const fn trust(&self) -> Trust {
        if self.insecure { Trust::Unverified } else { Trust::Verified }
    }

    fn new(
        verifier: Verifier,
        insecure: bool,
        identity: Option<ClientIdentity>,
    ) -> Result<Self, UpstreamTlsError> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| UpstreamTlsError::Setup { reason: error.to_string() })?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let base = showing(builder, identity)?;
        Ok(Self { base, insecure, configs: Bounded::new(MAX_CONFIGS) })
    }

    fn with(&self, alpn: &[Vec<u8>]) -> Arc<ClientConfig> {
        let mut config = self.base.clone();
        config.alpn_protocols = alpn.to_vec();
        // For alerts, which are mirrored.
        config.enable_secret_extraction = true;
        Arc::new(config)
    }
}

/// Making a configuration does not fail.
type Never = std::convert::Infallible;

fn showing(
    builder: rustls::ConfigBuilder<ClientConfig, WantsClientCert>,
    identity: Option<ClientIdentity>,
) -> Result<ClientConfig, UpstreamTlsError> {
    match identity {
        None => Ok(builder.with_no_client_auth()),
        Some(ClientIdentity { chain, key }) => {
            builder.with_client_auth_cert(chain, key).map_err(UpstreamTlsError::Unusable)
        }
    }
}

impl fmt::Debug for UpstreamTls {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("UpstreamTls").field("insecure", &self.insecure).finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientIdentity {
    /// Without the key.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ClientIdentity").finish_non_exhaustive()
    }
}
