//! Origins, and where they stand in URLs.

use bytes::{Bytes, BytesMut};

/// Scheme and authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) scheme: Bytes,
    /// As `host:port`, without the port where it is the scheme's own.
    pub(super) authority: Bytes,
}

impl Origin {
    /// Reads `https://host:port`. Without a scheme: of `http`.
    pub(super) fn of(text: &str) -> Self {
        let (scheme, authority) = text.split_once("://").unwrap_or(("http", text));
        let port = default_port(scheme.as_bytes());
        let authority = authority.split('/').next().unwrap_or_default();
        let authority = authority.strip_suffix(port).unwrap_or(authority);
        Self {
            scheme: Bytes::copy_from_slice(scheme.as_bytes()),
            authority: Bytes::copy_from_slice(authority.as_bytes()),
        }
    }

    /// Puts `to` in the place of this origin at the start of each URL in a field's value; none if it is at none.
    pub(super) fn replace(&self, value: &[u8], to: &Self) -> Option<Bytes> {
        let mut out = BytesMut::new();
        let mut copied = 0;
        for slashes in memchr::memmem::find_iter(value, b"//") {
            let (before, after) = value.split_at_checked(slashes)?;
            let Some(length) = self.authority_length(after.get(2..)?) else { continue };
            let absolute = strip_end(before, b":").and_then(|text| strip_end(text, &self.scheme));
            if !starts_url(absolute.unwrap_or(before)) {
                continue;
            }
            out.extend_from_slice(value.get(copied..absolute.map_or(slashes, <[u8]>::len))?);
            if absolute.is_some() {
                out.extend_from_slice(&to.scheme);
                out.extend_from_slice(b":");
            }
            out.extend_from_slice(b"//");
            out.extend_from_slice(&to.authority);
            copied = slashes + 2 + length;
        }
        if copied == 0 {
            return None;
        }
        out.extend_from_slice(value.get(copied..)?);
        Some(out.freeze())
    }

    /// How many bytes of `text` are the authority, in any case, its default port included.
    fn authority_length(&self, text: &[u8]) -> Option<usize> {
        let (start, rest) = text.split_at_checked(self.authority.len())?;
        let same = start.eq_ignore_ascii_case(&self.authority);
        let port = default_port(&self.scheme);
        let port = if rest.starts_with(port.as_bytes()) { port.len() } else { 0 };
        let ends = rest.get(port).is_none_or(|byte| b"/?# \t>;,'\"".contains(byte));
        (same && ends).then_some(start.len() + port)
    }
}

fn default_port(scheme: &[u8]) -> &'static str {
    if scheme == b"https" { ":443" } else { ":80" }
}

/// Whether a URL that the client acts on may follow: at the start of a value, in `Link`'s `<…>`, after
/// `Refresh`'s `url=`. A URL inside another's query is the server's own data and stays.
fn starts_url(before: &[u8]) -> bool {
    let unquoted = before.strip_suffix(b"'").or(before.strip_suffix(b"\"")).unwrap_or(before);
    match strip_end(unquoted, b"url=") {
        Some(before) => before.last().is_none_or(|byte| b" \t;,".contains(byte)),
        None => matches!(before.last(), None | Some(b'<')),
    }
}

/// Without `end` (lower-case), in any case.
fn strip_end<'a>(text: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    let (rest, last) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
    last.eq_ignore_ascii_case(end).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(value: &str) -> Option<String> {
        let upstream = Origin::of("https://api.example:443");
        let own = Origin::of("http://localhost:4000");
        let value = upstream.replace(value.as_bytes(), &own)?;
        Some(String::from_utf8(value.to_vec()).unwrap())
    }

    #[test]
    fn an_origin_is_replaced_where_a_url_begins() {
        for (value, expected) in [
            ("https://api.example", "http://localhost:4000"),
            ("HTTPS://API.example:443/a?b", "http://localhost:4000/a?b"),
            ("//api.example/a", "//localhost:4000/a"),
            ("5; url=\"https://api.example/\"", "5; url=\"http://localhost:4000/\""),
            (
                "<https://api.example/1>; rel=a, <https://api.example/2>",
                "<http://localhost:4000/1>; rel=a, <http://localhost:4000/2>",
            ),
        ] {
            assert_eq!(replaced(value).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_another_origin_stays() {
        for value in [
            "/path",
            "http://api.example/",
            "https://api.example:8443/",
            "https://api.example.org/",
            "https://login.example/?back=https://api.example/",
        ] {
            assert_eq!(replaced(value), None, "{value}");
        }
    }
}
