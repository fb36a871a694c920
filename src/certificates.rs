//! The user's certificate authority, as a replayer asks for it: made, or read, when a client first speaks TLS.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use cassettes::model::{CertificateFault, How};
use recorder::tls::Authority;
use replayer::Certificates;

use crate::exit::Outcome;
use crate::store::AuthorityHome;
use crate::talk;

/// How many hosts' clients are told of by themselves: who has read so many hints knows.
const MAX_HINTS: usize = 20;

/// Certificates for any host, by the authority kept in a directory.
#[derive(Debug)]
pub(crate) struct LocalCertificates {
    home: AuthorityHome,
    authority: OnceLock<Arc<Authority>>,
    /// Whose refusals were told of.
    refused: Mutex<HashSet<String>>,
}

impl LocalCertificates {
    /// By the authority in the directory named, or else in the user's own.
    pub(crate) fn find(named: Option<&Path>) -> Outcome<Self> {
        let home = AuthorityHome::find(named)?;
        Ok(Self { home, authority: OnceLock::new(), refused: Mutex::default() })
    }

    /// The authority itself.
    pub(crate) fn authority(&self) -> Outcome<Arc<Authority>> {
        if let Some(authority) = self.authority.get() {
            return Ok(Arc::clone(authority));
        }
        let loaded = Arc::new(self.home.load_or_create()?);
        Ok(Arc::clone(self.authority.get_or_init(|| loaded)))
    }
}

impl Certificates for LocalCertificates {
    fn server_config(
        &self,
        host: Option<&str>,
        alpn: &[Vec<u8>],
    ) -> io::Result<Arc<rustls::ServerConfig>> {
        let authority =
            self.authority().map_err(|failure| io::Error::other(failure.to_string()))?;
        authority.server_config(host, alpn).map_err(io::Error::other)
    }

    fn faulty_config(
        &self,
        fault: CertificateFault,
        host: Option<&str>,
        alpn: &[Vec<u8>],
    ) -> io::Result<Arc<rustls::ServerConfig>> {
        let authority =
            self.authority().map_err(|failure| io::Error::other(failure.to_string()))?;
        authority.faulty_config(fault, host, alpn).map_err(io::Error::other)
    }

    fn refused(&self, host: &str, how: How) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() < MAX_HINTS && refused.insert(host.to_owned()) {
            talk::warn(&refusal(host, how, &self.home.certificate()));
        }
    }
}

/// What is wrong, and what to do about it.
fn refusal(host: &str, how: How, certificate: &Path) -> String {
    let host = if host.is_empty() { "this server" } else { host };
    let did = match how {
        How::Alert(number) => format!("refused the certificate for {host} (TLS alert {number})"),
        _ => format!("ended the TLS handshake when it saw the certificate for {host}"),
    };
    let file = certificate.display();
    format!(
        "a client {did}: it does not trust retape's certificate authority. Start it with its variables set \
         (eval \"$(retape env)\", or as the command after --), or give it {file}: \
         SSL_CERT_FILE (OpenSSL, Python, Go, Ruby), CURL_CA_BUNDLE (curl), REQUESTS_CA_BUNDLE (requests), \
         NODE_EXTRA_CA_CERTS (Node), GIT_SSL_CAINFO (git)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_host_file_and_variables() {
        let said = refusal("api.test", How::Alert(48), Path::new("/ca/ca.pem"));
        for part in ["api.test", "alert 48", "/ca/ca.pem", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }
}
