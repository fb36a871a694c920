//! Whether a server's certificate is good enough.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use super::upstream::UpstreamTlsError;
use super::{provider, roots};

/// Asks what the user wants asked. That the server holds the key of the certificate that it shows
/// is checked in any case.
#[derive(Debug)]
pub(super) struct Verifier {
    /// How chains and names are checked; `None`: not at all.
    chains: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates that a server may show as its own: test servers often sign theirs themselves,
    /// as authorities do, and such a one cannot stand at the end of a chain.
    pinned: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn strict(extra: &[CertificateDer<'static>]) -> Result<Self, UpstreamTlsError> {
        let roots = Arc::new(roots::store(extra));
        let chains = WebPkiServerVerifier::builder_with_provider(roots, provider())
            .build()
            .map_err(|error| UpstreamTlsError::Setup { reason: error.to_string() })?;
        Ok(Self { chains: Some(chains), pinned: extra.to_vec(), ..Self::lenient() })
    }

    pub(super) fn lenient() -> Self {
        let algorithms = provider().signature_verification_algorithms;
        Self { chains: None, pinned: Vec::new(), algorithms }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chains) = &self.chains else { return Ok(ServerCertVerified::assertion()) };
        if self.pinned.contains(end_entity) {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        chains.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
