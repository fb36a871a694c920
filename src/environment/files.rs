//! The files that variables name.

use std::fs;
use std::path::Path;

use recorder::tls::{Authority, jks, pem, roots};

use crate::exit::{Failure, Outcome};
use crate::store;

/// Leads Node.js clients through the proxy that the environment names; for versions that do not
/// look there by themselves.
const PRELOAD: &str = include_str!("preload.cjs");

/// Where they are, as text: that is what variables hold.
pub(super) struct Files {
    /// The authority's certificate alone, for clients that add it to what they trust.
    pub(super) ca: String,
    /// The system's roots and the authority's certificate, for clients that take this in place of
    /// what they trust: hosts whose TLS is passed through untouched work too.
    pub(super) bundle: String,
    /// The same for Java.
    pub(super) truststore: String,
    /// For wget, where it stands on `GnuTLS`: there no variable names a file of certificates.
    pub(super) wgetrc: String,
    /// For Node.js.
    pub(super) preload: String,
}

impl Files {
    /// Writes them to a directory that is there.
    pub(super) fn write(directory: &Path, authority: &Authority) -> Outcome<Self> {
        let mut trusted = roots::native();
        trusted.push(authority.certificate().clone());
        let bundle = save(directory, "bundle.pem", pem::write(&trusted).as_bytes())?;
        Ok(Self {
            ca: save(directory, "ca.pem", authority.certificate_pem().as_bytes())?,
            truststore: save(directory, "truststore.jks", &jks::write(&trusted))?,
            wgetrc: save(directory, "wgetrc", &wgetrc(&bundle))?,
            preload: save(directory, "preload.cjs", PRELOAD.as_bytes())?,
            bundle,
        })
    }
}

fn save(directory: &Path, name: &str, content: &[u8]) -> Outcome<String> {
    let path = directory.join(name);
    store::replace(&path, content)?;
    path.into_os_string().into_string().map_err(|path| {
        Failure::usage(format!("{} is not UTF-8, so no variable can name it", path.display()))
            .hint("choose another directory for temporary files: TMPDIR=DIR")
    })
}

/// What the user has set, and the certificates.
fn wgetrc(bundle: &str) -> Vec<u8> {
    let home = || std::env::home_dir().map(|home| home.join(".wgetrc"));
    let named = std::env::var_os("WGETRC").map(Into::into).or_else(home);
    let mut content = named.and_then(|path| fs::read(path).ok()).unwrap_or_default();
    content.extend(format!("\nca_certificate = {bundle}\n").as_bytes());
    content
}
