//! A URL, as far as a request needs it.

use crate::upstream::Upstream;

/// What a URL of HTTP asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) server: Upstream,
    /// Path and query.
    pub(super) target: String,
}

/// None for URLs of other schemes (`data:`, `blob:`, a browser's own), and for what is no URL.
pub(super) fn read(url: &str) -> Option<Url> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => "http",
        "https" | "wss" => "https",
        _ => return None,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let server = format!("{scheme}://{authority}").parse().ok()?;
    let slash = if target.starts_with('/') { "" } else { "/" };
    Some(Url { server, target: format!("{slash}{}", escaped(target)) })
}

/// What a request line cannot hold is percent-encoded.
fn escaped(target: &str) -> String {
    let mut escaped = String::with_capacity(target.len());
    for byte in target.bytes() {
        match byte {
            b'!'..=b'~' => escaped.push(byte.into()),
            _ => escaped.extend(['%', digit(byte >> 4), digit(byte & 0xf)]),
        }
    }
    escaped
}

fn digit(half: u8) -> char {
    char::from_digit(half.into(), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gives_its_server_and_its_target() {
        let of = |url| read(url).map(|it| (it.server.origin(), it.target));
        let is = |origin: &str, target: &str| Some((origin.to_owned(), target.to_owned()));
        assert_eq!(of("https://a.test/b?c=d#e"), is("https://a.test", "/b?c=d"));
        assert_eq!(of("HTTP://u:p@a.test:8080?q"), is("http://a.test:8080", "/?q"));
        assert_eq!(of("https://a.test"), is("https://a.test", "/"));
        assert_eq!(of("wss://[::1]:4/é x"), is("https://[::1]:4", "/%C3%A9%20x"));
        for url in ["data:text/plain,x", "blob:https://a.test/1", "chrome://x/", "/a", "http://"] {
            assert_eq!(of(url), None, "{url}");
        }
    }
}
