//! The certificates that this system trusts.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

/// The system's roots, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR` where these are set.
///
/// What cannot be read is left out: one bad file in a directory of a hundred is no reason to trust none.
pub fn native() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

/// What a server's certificate may be traced to: the system's roots and `extra`. A system without
/// any (a minimal container) gets Mozilla's, as compiled in.
pub(super) fn store(extra: &[CertificateDer<'static>]) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(native());
    if store.is_empty() {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    store.add_parsable_certificates(extra.iter().cloned());
    store
}
