//! What is meant by what was typed.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use recorder::tls::{Authority, ClientIdentity, UpstreamTls, pem};
use recorder::{Certifier, Chain, Entry, Hosts, Notice, Notices, RecordPlan};

use super::RelayArgs;
use crate::environment::Environment;
use crate::exit::{Failure, Outcome};
use crate::listen::ListenAddress;
use crate::store::{self, AuthorityHome};
use crate::talk;

/// What is meant.
pub(crate) struct Relay {
    pub(crate) recorder: RecordPlan,
    pub(crate) listen: ListenAddress,
    /// There where clients come in TLS as a rule.
    authority: Option<Arc<Authority>>,
}

impl Relay {
    /// What a command finds that is started for it; `url`: where it listens.
    pub(crate) fn environment(&self, url: &str, command: &[OsString]) -> Outcome<Environment> {
        match &self.authority {
            Some(authority) if !command.is_empty() => {
                let by_proxy = matches!(self.recorder.entry, Entry::Proxy);
                Environment::prepare(url, Some(authority), by_proxy.then_some(url))
            }
            _ => Environment::prepare(url, None, None),
        }
    }
}

impl TryFrom<RelayArgs> for Relay {
    type Error = Failure;

    fn try_from(args: RelayArgs) -> Outcome<Self> {
        check_reachable(&args)?;
        let home = AuthorityHome::find(args.ca.as_deref());
        let mut recorder = RecordPlan::entered_by(entry(&args));
        let (home, authority) = match &recorder.entry {
            Entry::Reverse(_) => (home.ok(), None),
            Entry::Proxy | Entry::Transparent => {
                let home = home?;
                let authority = Arc::new(home.load_or_create()?);
                (Some(home), Some(authority))
            }
        };
        recorder.certifier = certifier(authority.clone(), home.as_ref());
        recorder.notices = notices(home);
        recorder.rewrite_origin = args.rewrite_origin;
        recorder.connect_timeout = args.connect_timeout;
        recorder.spared = Hosts::new(&args.no_intercept);
        recorder.chain = chain()?;
        if wants_tls(&recorder.entry) {
            recorder.upstream_tls = Some(Arc::new(upstream_tls(&args)?));
        }
        Ok(Self { recorder, listen: args.listen, authority })
    }
}

/// Proxies have ports, and the system leads connections to ports.
fn check_reachable(args: &RelayArgs) -> Outcome<()> {
    if args.to.is_none() && args.listen.is_unix() {
        return Err(Failure::usage("a Unix-domain socket cannot be a client's proxy")
            .hint("listen on a port: --listen 127.0.0.1:0"));
    }
    Ok(())
}

fn entry(args: &RelayArgs) -> Entry {
    match &args.to {
        Some(to) => Entry::Reverse(to.clone()),
        None if args.transparent => Entry::Transparent,
        None => Entry::Proxy,
    }
}

fn wants_tls(entry: &Entry) -> bool {
    match entry {
        Entry::Reverse(to) => to.scheme().is_tls(),
        Entry::Proxy | Entry::Transparent => true,
    }
}

/// Most clients of a reverse proxy never want TLS: only for one that does an authority is made.
fn certifier(authority: Option<Arc<Authority>>, home: Option<&AuthorityHome>) -> Certifier {
    match (authority, home.cloned()) {
        (Some(authority), _) => Certifier::of(authority),
        (None, Some(home)) => Certifier::when_needed(move || {
            home.load_or_create()
                .map(Arc::new)
                .map_err(|failure| io::Error::other(failure.to_string()))
        }),
        (None, None) => Certifier::none(),
    }
}

fn upstream_tls(args: &RelayArgs) -> Outcome<UpstreamTls> {
    let identity = args.client_cert.as_ref().map(|path| identity(path, args.client_key.as_ref()));
    let identity = identity.transpose()?;
    let failed = |error: recorder::tls::UpstreamTlsError| Failure::usage(error.to_string());
    if args.insecure {
        talk::warn("servers' certificates are not verified (--insecure); a cassette says so");
        return UpstreamTls::insecure(identity).map_err(failed);
    }
    let roots = match &args.upstream_ca {
        None => Vec::new(),
        Some(path) => pem::read(&store::read_pem(path)?)
            .map_err(|error| Failure::input(format!("cannot use {}: {error}", path.display())))?,
    };
    UpstreamTls::verified(&roots, identity).map_err(failed)
}

fn identity(certificate: &Path, key: Option<&PathBuf>) -> Outcome<ClientIdentity> {
    let text = store::read_pem(certificate)?;
    let key = key.map(|path| store::read_pem(path)).transpose()?;
    ClientIdentity::from_pem(&text, key.as_deref().unwrap_or(&text))
        .map_err(|error| Failure::input(format!("{}: {error}", certificate.display())))
}

/// As curl and others read it: small letters first.
fn chain() -> Outcome<Chain> {
    let read = |name: &str| {
        let found = env::var(name.to_ascii_lowercase()).or_else(|_| env::var(name));
        found.unwrap_or_default()
    };
    let chain = Chain::new(&read("HTTP_PROXY"), &read("HTTPS_PROXY"), &read("NO_PROXY"));
    chain.map_err(|error| {
        Failure::usage(error.to_string())
            .hint("HTTP_PROXY or HTTPS_PROXY of the environment says so")
    })
}

/// Tells at once what can be mended at once.
fn notices(home: Option<AuthorityHome>) -> Notices {
    Notices::to(move |notice| match notice {
        Notice::Untrusting { host } => {
            let file = home.as_ref().map(|home| home.certificate().display().to_string());
            talk::warn(&untrusting(host, &file.unwrap_or_default()));
        }
        Notice::Unreached { origin, why } => talk::warn(&format!("{origin}: {why}")),
        _ => {}
    })
}

fn untrusting(host: &str, file: &str) -> String {
    format!(
        "a client ended the TLS handshake when it saw the certificate made for {host}: most likely it does not \
         trust retape's certificate authority. Run it as the command after --, or with the variables that `retape env` \
         prints, or give it {file} by its own: SSL_CERT_FILE (OpenSSL, Python, Go, Ruby), CURL_CA_BUNDLE (curl), \
         REQUESTS_CA_BUNDLE (requests), NODE_EXTRA_CA_CERTS (Node); a client that pins certificates: \
         --no-intercept {host}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_without_trust_is_told_which_variables_to_set() {
        let said = untrusting("api.test", "/ca/ca.pem");
        for part in
            ["api.test", "/ca/ca.pem", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "--no-intercept"]
        {
            assert!(said.contains(part), "{part} in {said}");
        }
    }
}
