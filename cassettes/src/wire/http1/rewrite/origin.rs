//! An origin: scheme and authority.

use bytes::Bytes;

/// What URLs begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// With its colon.
    pub(super) scheme: &'static [u8],
    /// `host:port`, without the port where it is the scheme's own.
    pub(super) authority: Bytes,
}

const HTTP: &[u8] = b"http:";
const HTTPS: &[u8] = b"https:";

impl Origin {
    /// Of `http://host:port` or `https://host:port`; without a scheme it is `http`.
    pub(super) fn of(text: &str) -> Self {
        let (scheme, authority) = match text.split_once("://") {
            Some(("https", authority)) => (HTTPS, authority),
            Some((_, authority)) => (HTTP, authority),
            None => (HTTP, text),
        };
        Self { scheme, authority: Bytes::copy_from_slice(authority.as_bytes()) }
    }

    /// The scheme's own port, as it may also be written out.
    pub(super) fn default_port(&self) -> &'static [u8] {
        if self.scheme == HTTPS { b":443" } else { b":80" }
    }
}
