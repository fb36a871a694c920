//! Who a replayer is in TLS.

use std::fmt::Debug;
use std::io;
use std::sync::Arc;

use cassettes::model::{CertificateFault, How};

/// Gives a replayer the certificates of the servers that it plays.
pub trait Certificates: Debug + Send + Sync {
    /// For a client that wants these protocols of the server, the preferred first, and `host` if it does not name
    /// another in its handshake (SNI): a name, or an address; none if neither is known.
    fn server_config(
        &self,
        host: Option<&str>,
        alpn: &[Vec<u8>],
    ) -> io::Result<Arc<rustls::ServerConfig>>;

    /// The same with a certificate that is bad in this way, for this host.
    fn faulty_config(
        &self,
        fault: CertificateFault,
        host: Option<&str>,
        alpn: &[Vec<u8>],
    ) -> io::Result<Arc<rustls::ServerConfig>>;

    /// A client ended the handshake when it had seen the certificate: most likely it does not trust its issuer.
    fn refused(&self, host: &str, how: How) {
        let _ = (host, how);
    }
}
