//! Which variables say what.

use std::env;

use recorder::tls::{Authority, jks};

use super::files::Files;

/// One variable of a command's environment.
pub(super) struct Variable {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// The file named replaces what the client trusts otherwise.
const TRUSTED_INSTEAD: &[&str] = &[
    "SSL_CERT_FILE", // OpenSSL and all that stands on it: Python, Ruby, Go, .NET, rustls-native-certs
    "CURL_CA_BUNDLE", // curl the command
    "REQUESTS_CA_BUNDLE", // Python requests
    "PIP_CERT",
    "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "NPM_CONFIG_CAFILE",
    "BUNDLE_SSL_CA_CERT",               // Ruby's Bundler
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", // gRPC's C core: Python, Ruby, PHP, C++
    "NIX_SSL_CERT_FILE",
    "PERL_LWP_SSL_CA_FILE",
    "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", // Google Cloud's command
];

/// The file named is trusted beside what the client trusts otherwise.
const TRUSTED_TOO: &[&str] = &["NODE_EXTRA_CA_CERTS", "DENO_CERT"];

/// The proxy's address. By custom these have two spellings, and no client reads all of them.
const PROXY: &[&str] = &[
    "http_proxy", // in this spelling alone for curl: a CGI program's HTTP_PROXY is its client's word
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "ws_proxy",
    "WS_PROXY",
    "wss_proxy",
    "WSS_PROXY",
    "CARGO_HTTP_PROXY",
    "NPM_CONFIG_PROXY",
    "NPM_CONFIG_HTTPS_PROXY",
];

/// Hosts that are to be reached without it: none.
const NO_PROXY: &[&str] = &["no_proxy", "NO_PROXY", "NPM_CONFIG_NOPROXY", "no_grpc_proxy"];

/// Where clients connect that find it by themselves: clients of HTTP by the URL, others by its parts.
pub(super) fn address(url: &str) -> Vec<Variable> {
    let mut variables = vec![variable("RETAPE_URL", url)];
    if let Some((host, port)) = url.strip_prefix("http://").and_then(host_and_port) {
        variables.extend([variable("RETAPE_HOST", host), variable("RETAPE_PORT", port)]);
    }
    variables
}

/// Without the brackets of an IPv6 address.
fn host_and_port(authority: &str) -> Option<(&str, &str)> {
    let (host, port) = authority.rsplit_once(':')?;
    Some((host.trim_matches(['[', ']']), port))
}

/// Whom to trust, and by which proxy to come, if by any.
pub(super) fn trusting(files: &Files, authority: &Authority, proxy: Option<&str>) -> Vec<Variable> {
    let mut variables = trust(files, authority);
    let mut java = java_trust(files);
    if let Some(url) = proxy {
        variables.extend(PROXY.iter().map(|name| variable(name, url)));
        variables.extend(NO_PROXY.iter().map(|name| variable(name, "")));
        variables.push(variable("NODE_USE_ENV_PROXY", "1"));
        variables.push(added("NODE_OPTIONS", &format!("--require {}", quoted(&files.preload))));
        java = format!("{java} {}", java_proxy(url));
    }
    // Read by every virtual machine, which says so on standard error.
    variables.push(added("JAVA_TOOL_OPTIONS", &java));
    variables
}

fn trust(files: &Files, authority: &Authority) -> Vec<Variable> {
    let mut variables = vec![
        variable("RETAPE_CA", &files.ca),
        variable("RETAPE_CA_KEY_HASH", &authority.facts().key_hash),
        variable("WGETRC", &files.wgetrc),
    ];
    variables.extend(TRUSTED_INSTEAD.iter().map(|name| variable(name, &files.bundle)));
    variables.extend(TRUSTED_TOO.iter().map(|name| variable(name, &files.ca)));
    variables
}

fn java_trust(files: &Files) -> String {
    let (store, password) = (quoted(&files.truststore), jks::PASSWORD);
    format!(
        "-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStoreType=JKS \
         -Djavax.net.ssl.trustStorePassword={password}"
    )
}

fn java_proxy(url: &str) -> String {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/');
    let (host, port) = host_and_port(authority).unwrap_or((authority, "80"));
    // Empty: without it, Java goes to loopback by itself.
    format!(
        "-Dhttp.proxyHost={host} -Dhttp.proxyPort={port} -Dhttps.proxyHost={host} \
         -Dhttps.proxyPort={port} -Dhttp.nonProxyHosts="
    )
}

/// A variable that keeps what it said before. What it was given already is not given twice.
fn added(name: &'static str, value: &str) -> Variable {
    let before = env::var(name).unwrap_or_default();
    if before.is_empty() || before.contains(value) {
        let value = if before.is_empty() { value } else { &before };
        return variable(name, value);
    }
    variable(name, &format!("{before} {value}"))
}

/// For variables that hold several words.
fn quoted(path: &str) -> String {
    if path.contains(' ') { format!("\"{path}\"") } else { path.to_owned() }
}

fn variable(name: &'static str, value: &str) -> Variable {
    Variable { name, value: value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_gets_host_and_port_apart() {
        let options = java_proxy("http://127.0.0.1:8080");
        assert!(options.contains("-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=8080 "));
        assert!(java_proxy("http://[::1]:8080/").contains("-Dhttp.proxyHost=::1 "));
        assert!(java_proxy("http://proxy").contains("-Dhttp.proxyPort=80 "));
    }

    #[test]
    fn clients_that_know_no_urls_get_host_and_port_apart() {
        let told = |url: &str| address(url).into_iter().map(|it| it.value).collect::<Vec<_>>();
        assert_eq!(told("http://[::1]:80"), ["http://[::1]:80", "::1", "80"]);
        assert_eq!(told("unix:///run/a.sock"), ["unix:///run/a.sock"]);
    }
}
