//! TLS on both sides of a proxy: what clients are shown, and what is asked of servers.
//!
//! Start here:
//! - [`Authority`]: a local certificate authority; mints a certificate for any host, and makes the
//!   [`server_config`](Authority::server_config) that a client is answered with
//! - [`UpstreamTls`]: how a server is connected to: which roots are trusted, which client certificate is shown
//! - [`Refusal`]: why a server's certificate was refused, and what to do about it
//! - [`roots`], [`pem`] and [`jks`]: the certificates that this system trusts, and how they are written
//!
//! Nothing here reads a file or opens a socket, but for the system's own roots.

mod authority;
mod bounded;
mod facts;
mod faulty;
pub mod jks;
mod mint;
mod minter;
pub mod pem;
mod refusal;
pub mod roots;
mod upstream;
mod verifier;

#[cfg(test)]
mod tests;

pub use authority::{Authority, AuthorityError, CA_LIFE};
pub use facts::CertificateFacts;
pub use mint::{LEAF_LIFE, MintError};
pub use minter::MAX_LEAVES;
pub use refusal::Refusal;
pub use upstream::{ClientIdentity, UpstreamTls, UpstreamTlsError};

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// The cryptography of every configuration made here: named, so that none depends on what the
/// process installed.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
