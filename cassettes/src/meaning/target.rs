//! The request key: method, path, and the query as a multiset.

use std::borrow::Cow;

use super::form::escape;
use super::hasher::first_eight;
use crate::wire::http1::RequestHead;

/// Most request lines are shorter than this, and are hashed from the stack.
const SHORT_BYTES: usize = 512;

/// A stable 64-bit hash of method, path and query, as the [module](super) specifies.
pub fn request_key(head: &RequestHead<'_>) -> u64 {
    request_key_of(head.method(), head.target())
}

/// [`request_key`], of the pieces.
pub fn request_key_of(method: &[u8], target: &[u8]) -> u64 {
    let target = Target::of(target);
    if !target.is_canonical() {
        return key_of_pieces(method, &target, target.pieces().collect());
    }
    let parts = if target.query.is_empty() {
        [method, b" ", target.path, b"", b""]
    } else {
        [method, b" ", target.path, b"?", target.query]
    };
    hash(&parts)
}

/// [`request_key_of`], as if the query did not hold the parameters that `ignored` names (as
/// [`query_name`] gives them).
pub fn request_key_ignoring(
    method: &[u8],
    target: &[u8],
    ignored: &mut dyn FnMut(&[u8]) -> bool,
) -> u64 {
    let target = Target::of(target);
    let pieces = target.pieces().filter(|piece| !ignored(query_name(piece))).collect();
    key_of_pieces(method, &target, pieces)
}

/// The name in a piece of a query: what stands before its first `=`, as sent.
pub fn query_name(piece: &[u8]) -> &[u8] {
    piece.split(|&byte| byte == b'=').next().unwrap_or_default()
}

/// A request target, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// Of the absolute form, `host:port` (with user information, if any); none otherwise.
    pub authority: Option<&'a [u8]>,
    /// Up to the first `?`; never empty for the absolute form.
    pub path: &'a [u8],
    /// After the first `?`; empty if there is none.
    pub query: &'a [u8],
}

impl<'a> Target<'a> {
    /// Takes a target of any form apart. What is not a URL is all path.
    pub fn of(target: &'a [u8]) -> Self {
        let (authority, rest) = split_authority(target);
        let mark = memchr::memchr(b'?', rest).unwrap_or(rest.len());
        let (path, query) = rest.split_at_checked(mark).unwrap_or((rest, b""));
        let path = if path.is_empty() && authority.is_some() { b"/" } else { path };
        Self { authority, path, query: query.get(1..).unwrap_or_default() }
    }

    /// The query's pieces between `&`, verbatim, in order; empty ones are left out.
    pub fn pieces(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.query.split(|&byte| byte == b'&').filter(|piece| !piece.is_empty())
    }

    /// Its own text is the one to hash: nothing escaped, and the query's pieces in order.
    fn is_canonical(&self) -> bool {
        if memchr::memchr(b'%', self.path).is_some() {
            return false;
        }
        if self.query.is_empty() {
            return true;
        }
        let mut last: &[u8] = b"";
        memchr::memchr(b'%', self.query).is_none()
            && self.query.split(|&byte| byte == b'&').all(|piece| {
                let sorted = !piece.is_empty() && last <= piece;
                last = piece;
                sorted
            })
    }
}

/// `%XX` decoded where it is an unreserved character, upper-cased elsewhere (RFC 3986 §6.2.2).
pub fn normalised(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'%', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match escape(after) {
            Some((decoded, after)) if byte == b'%' => {
                push_escape(decoded, &mut plain);
                rest = after;
            }
            _ => plain.push(byte),
        }
    }
    Cow::Owned(plain)
}

fn push_escape(decoded: u8, out: &mut Vec<u8>) {
    const DIGITS: [u8; 16] = *b"0123456789ABCDEF";
    if decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded) {
        return out.push(decoded);
    }
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
    out.extend_from_slice(&[b'%', digit(decoded >> 4), digit(decoded & 15)]);
}

/// Authority and rest of `scheme://authority/rest`; of any other target, nothing and all of it.
fn split_authority(target: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let origin_form = target.first().is_none_or(|&byte| byte == b'/');
    let scheme_end = if origin_form { None } else { memchr::memmem::find(target, b"://") };
    let Some(scheme_end) = scheme_end else { return (None, target) };
    let scheme = target.get(..scheme_end).unwrap_or_default();
    if !scheme.iter().all(u8::is_ascii_alphanumeric) {
        return (None, target);
    }
    let rest = target.get(scheme_end + 3..).unwrap_or_default();
    let end = memchr::memchr2(b'/', b'?', rest).unwrap_or(rest.len());
    rest.split_at_checked(end).map_or((None, target), |(authority, rest)| (Some(authority), rest))
}

fn key_of_pieces(method: &[u8], target: &Target<'_>, pieces: Vec<&[u8]>) -> u64 {
    let mut pieces: Vec<_> = pieces.into_iter().map(normalised).collect();
    pieces.sort_unstable();
    let path = normalised(target.path);
    let mut text = [method, b" ", &path].concat();
    for (index, piece) in pieces.iter().enumerate() {
        text.push(if index == 0 { b'?' } else { b'&' });
        text.extend_from_slice(piece);
    }
    first_eight(&blake3::hash(&text))
}

/// Hashes the concatenation. One flat buffer is faster than an incremental hasher, whose state
/// is 2 KiB.
fn hash(parts: &[&[u8]]) -> u64 {
    let mut buffer = [0; SHORT_BYTES];
    match gather(parts, &mut buffer) {
        Some(text) => first_eight(&blake3::hash(text)),
        None => first_eight(&blake3::hash(&parts.concat())),
    }
}

fn gather<'b>(parts: &[&[u8]], buffer: &'b mut [u8; SHORT_BYTES]) -> Option<&'b [u8]> {
    let mut length = 0;
    for part in parts {
        buffer.get_mut(length..length + part.len())?.copy_from_slice(part);
        length += part.len();
    }
    buffer.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(target: &str) -> u64 {
        request_key_of(b"GET", target.as_bytes())
    }

    #[test]
    fn the_key_is_the_hash_of_the_canonical_request_text() {
        let hashed = |text: &str| first_eight(&blake3::hash(text.as_bytes()));
        assert_eq!(key("/a"), hashed("GET /a"));
        assert_eq!(key("/a?y=2&x=1"), hashed("GET /a?x=1&y=2"));
        assert_eq!(key("/a?x=1&y=2"), hashed("GET /a?x=1&y=2"));
    }

    #[test]
    fn a_query_is_a_multiset() {
        assert_eq!(key("/a?x=1&y=2&x=1"), key("/a?x=1&x=1&y=2"));
        assert_ne!(key("/a?x=1&x=1&y=2"), key("/a?x=1&y=2"));
        assert_eq!(key("/a?&x=1&&"), key("/a?x=1"));
        assert_eq!(key("/a?"), key("/a"));
        assert_ne!(key("/a?x"), key("/a?x="));
    }

    #[test]
    fn escapes_that_mean_the_same_have_the_same_key() {
        assert_eq!(key("/%7euser/%c3%a9"), key("/~user/%C3%A9"));
        assert_ne!(key("/a%2fb"), key("/a/b"));
        assert_eq!(key("/a?q=%41&%2d"), key("/a?-&q=A"));
        assert_ne!(key("/a?q=+"), key("/a?q=%20"));
        assert_ne!(key("/100%"), key("/100%25"));
    }

    #[test]
    fn of_an_absolute_target_path_and_query_count() {
        assert_eq!(key("http://example.com:80/a?b"), key("/a?b"));
        assert_eq!(key("http://example.com"), key("/"));
        assert_eq!(key("http://example.com?b"), key("/?b"));
        assert_ne!(key("/a?to=http://example.com/b"), key("/b"));
    }

    #[test]
    fn asterisk_and_authority_targets_count_as_they_are() {
        assert_eq!(Target::of(b"*").path, b"*");
        assert_eq!(Target::of(b"example.com:443").path, b"example.com:443");
    }

    #[test]
    fn long_targets_hash_alike() {
        let long = format!("/{}", "a".repeat(2 * SHORT_BYTES));
        assert_eq!(key(&long), first_eight(&blake3::hash(format!("GET {long}").as_bytes())));
    }

    #[test]
    fn ignored_parameters_do_not_count() {
        let ignoring = request_key_ignoring(b"GET", b"/a?_=17&x=1", &mut |name| name == b"_");
        assert_eq!(ignoring, key("/a?x=1"));
    }
}
