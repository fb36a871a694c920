//! Leaves, made when they are first asked for.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{Issuer, KeyPair};
use rustls::crypto::ring::sign::any_ecdsa_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};

use super::bounded::Bounded;
use super::mint::{self, MintError, Validity};

/// How many hosts' certificates are kept. One more costs the oldest its place, which can be made
/// again in a moment; a client that asks for ever new names costs no more memory than this.
pub const MAX_LEAVES: usize = 4096;

/// Signs certificates for hosts, and keeps them.
///
/// All hosts share one key, made anew in each process and never written.
pub(super) struct Minter {
    issuer: Issuer<'static, KeyPair>,
    /// What is shown after each leaf: the issuer's certificate, and those that lead to a root.
    chain: Vec<CertificateDer<'static>>,
    host_key: KeyPair,
    /// The same key, as rustls wants it.
    host_signer: Arc<dyn SigningKey>,
    leaves: Bounded<String, Arc<CertifiedKey>>,
}

impl Minter {
    pub(super) fn new(
        issuer: Issuer<'static, KeyPair>,
        chain: Vec<CertificateDer<'static>>,
    ) -> Result<Self, MintError> {
        let host_key = KeyPair::generate()?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(host_key.serialize_der()));
        let host_signer = any_ecdsa_type(&der)?;
        Ok(Self { issuer, chain, host_key, host_signer, leaves: Bounded::new(MAX_LEAVES) })
    }

    /// The authority's own key.
    pub(super) fn issuer_key(&self) -> &KeyPair {
        self.issuer.key()
    }

    pub(super) fn leaf(&self, name: &str) -> Result<Arc<CertifiedKey>, MintError> {
        let name = normalised(name);
        self.leaves.get_or_make(&name, || self.mint(&name))
    }

    /// The certificate and key for a host, good at this time; not kept.
    pub(super) fn leaf_of(
        &self,
        name: &str,
        validity: Validity,
    ) -> Result<CertifiedKey, MintError> {
        let name = normalised(name);
        let mut chain = vec![mint::leaf(&name, &self.host_key, &self.issuer, validity)?];
        chain.extend_from_slice(&self.chain);
        Ok(CertifiedKey::new(chain, Arc::clone(&self.host_signer)))
    }

    /// A certificate for a host that nobody else signed; not kept.
    pub(super) fn self_signed(&self, name: &str) -> Result<CertifiedKey, MintError> {
        let chain = vec![mint::self_signed_leaf(&normalised(name), &self.host_key)?];
        Ok(CertifiedKey::new(chain, Arc::clone(&self.host_signer)))
    }

    fn mint(&self, name: &str) -> Result<Arc<CertifiedKey>, MintError> {
        self.leaf_of(name, Validity::Now).map(Arc::new)
    }
}

/// Chooses the leaf by the name that the client asks for.
#[derive(Debug)]
pub(super) struct ByName {
    pub(super) minter: Arc<Minter>,
    /// For a client that names nobody.
    pub(super) fallback: Arc<CertifiedKey>,
}

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // A name that no certificate can hold is answered like none: the client says what it misses.
        let asked = hello.server_name().and_then(|name| self.minter.leaf(name).ok());
        Some(asked.unwrap_or_else(|| Arc::clone(&self.fallback)))
    }
}

impl fmt::Debug for Minter {
    /// Without the keys.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Minter").finish_non_exhaustive()
    }
}

/// As certificates have it: an address without brackets and in its shortest form, a name in lower
/// case and without the root's dot.
fn normalised(name: &str) -> String {
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    match bare.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => bare.trim_end_matches('.').to_ascii_lowercase(),
    }
}
