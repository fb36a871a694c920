//! The table that never changes (RFC 7541, Appendix A).

use std::sync::LazyLock;

use super::hash::{ByHash, hash};

/// How many entries it has. The dynamic table's follow.
pub(super) const LEN: usize = TABLE.len();

/// Name and value of each index, from 1 on.
const TABLE: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

/// Each name's first index.
static NAMES: LazyLock<ByHash<usize>> = LazyLock::new(|| {
    let mut names = ByHash::default();
    for ((name, _), index) in TABLE.iter().zip(1..) {
        names.entry(hash(0, name.as_bytes())).or_insert(index);
    }
    names
});

/// The entry at this index.
pub(super) fn entry(index: usize) -> Option<(&'static [u8], &'static [u8])> {
    let (name, value) = TABLE.get(index.checked_sub(1)?)?;
    Some((name.as_bytes(), value.as_bytes()))
}

/// The first index with this name, given its hash.
pub(super) fn name(name: &[u8], hash: u64) -> Option<usize> {
    let index = *NAMES.get(&hash)?;
    entry(index).is_some_and(|(known, _)| known == name).then_some(index)
}

/// The index of this name and value, given the first one of the name: those of a name stand together.
pub(super) fn field(first: usize, name: &[u8], value: &[u8]) -> Option<usize> {
    let entries = TABLE.iter().zip(1..).skip(first - 1);
    let mut same_name = entries.take_while(|((known, _), _)| known.as_bytes() == name);
    let found = same_name.find(|((_, known), _)| !known.is_empty() && known.as_bytes() == value);
    found.map(|(_, index)| index)
}
