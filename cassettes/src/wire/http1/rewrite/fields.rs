//! Which header fields change, and into what.

use bytes::{BufMut, Bytes, BytesMut};

use super::origin::Origin;
use super::text::Swap;

/// Names of fields, lower-case.
pub(super) type Names = &'static [&'static [u8]];

/// Request fields that change where only `Host` does.
pub(super) const HOST_ONLY: Names = &[HOST];

/// Request fields that change where origins do.
pub(super) const REQUEST: Names = &[HOST, b"origin", b"referer", b"destination"];

/// Answer fields that change where origins do: those that hold URLs which a client acts on.
const ANSWER: Names =
    &[b"location", b"content-location", b"link", b"refresh", b"access-control-allow-origin"];

pub(super) const HOST: &[u8] = b"host";

/// What to put in place of what.
#[derive(Debug)]
pub(super) struct Fields {
    upstream: Origin,
    /// What the client calls the proxy; `None` where only `Host` changes.
    own: Option<Origin>,
}

impl Fields {
    /// As `host:port`, if only `Host` changes.
    pub(super) fn host_only(&self) -> Option<&Bytes> {
        self.own.is_none().then_some(&self.upstream.authority)
    }

    pub(super) fn host(upstream: &str) -> Self {
        Self { upstream: Origin::of(upstream), own: None }
    }

    pub(super) fn origin(upstream: &str, own: &str) -> Self {
        Self { own: Some(Origin::of(own)), ..Self::host(upstream) }
    }

    /// What a line of a request's head becomes; `None`: it stays.
    pub(super) fn request_line(&mut self, line: &[u8]) -> Option<Bytes> {
        if let Some(parts) = Parts::of(line, HOST) {
            if keeps_host(parts.value, &self.upstream.authority) {
                return None;
            }
            if let Some(own) = &mut self.own
                && own.authority != parts.value
            {
                own.authority = Bytes::copy_from_slice(parts.value);
            }
            return Some(parts.with(&self.upstream.authority));
        }
        let own = self.own.as_ref()?;
        let parts = REQUEST.iter().find_map(|name| Parts::of(line, name))?;
        let swap = Swap { from: own, to: &self.upstream };
        Some(parts.with(&replace_origin(parts.value, swap)?))
    }

    /// What to replace in answers; `None`: only `Host` changes.
    pub(super) fn swap(&self) -> Option<Swap<'_>> {
        Some(Swap { from: &self.upstream, to: self.own.as_ref()? })
    }
}

/// "A client MUST send a Host header field with an empty field value" where its target has no
/// authority (RFC 9110, section 7.2): it means none, so none is put in.
pub(super) fn keeps_host(value: &[u8], upstream: &[u8]) -> bool {
    value.is_empty() || value == upstream
}

/// What an answer's head becomes; `None`: it stays.
pub(super) fn answer_head(head: &[u8], swap: Swap<'_>) -> Option<Bytes> {
    let mut changed = false;
    let mut out = BytesMut::with_capacity(head.len());
    for line in head.split_inclusive(|&byte| byte == b'\n') {
        let new = answer_line(line, swap);
        changed |= new.is_some();
        out.extend_from_slice(new.as_deref().unwrap_or(line));
    }
    changed.then(|| out.freeze())
}

fn answer_line(line: &[u8], swap: Swap<'_>) -> Option<Bytes> {
    let parts = ANSWER.iter().find_map(|name| Parts::of(line, name))?;
    Some(parts.with(&replace_origin(parts.value, swap)?))
}

/// Whether a line that starts like this may, once it is whole, be one of these fields.
pub(super) fn may_become(names: Names, start: &[u8]) -> bool {
    names.iter().any(|name| match start.split_at_checked(name.len()) {
        Some((start, rest)) => {
            start.eq_ignore_ascii_case(name) && rest.first().is_none_or(|&byte| byte == b':')
        }
        None => name.get(..start.len()).is_some_and(|name| name.eq_ignore_ascii_case(start)),
    })
}

/// A header line, taken apart where it changes.
pub(super) struct Parts<'a> {
    /// Name, colon, white space.
    pub(super) before: &'a [u8],
    pub(super) value: &'a [u8],
    /// White space, line end.
    after: &'a [u8],
}

impl<'a> Parts<'a> {
    /// The parts of a whole line, if it is of the field `name` (lower-case).
    pub(super) fn of(line: &'a [u8], name: &[u8]) -> Option<Self> {
        let (start, rest) = line.split_at_checked(name.len())?;
        if rest.first() != Some(&b':') || !start.eq_ignore_ascii_case(name) {
            return None;
        }
        let rest = rest.get(1..)?;
        let value = rest.trim_ascii();
        let leading = rest.len() - rest.trim_ascii_start().len();
        let (before, _) = line.split_at_checked(name.len() + 1 + leading)?;
        let after = line.get(before.len() + value.len()..)?;
        Some(Self { before, value, after })
    }

    /// The line with another value.
    fn with(&self, value: &[u8]) -> Bytes {
        let mut line = BytesMut::with_capacity(self.before.len() + value.len() + self.after.len());
        line.put_slice(self.before);
        line.put_slice(value);
        line.put_slice(self.after);
        line.freeze()
    }
}

/// Replaces the origin in each `http://from…` and `//from…` of a field's value; `None` if there is none.
pub(super) fn replace_origin(value: &[u8], swap: Swap<'_>) -> Option<Bytes> {
    let mut out = BytesMut::new();
    let mut copied = 0;
    for slashes in memchr::memmem::find_iter(value, b"//") {
        let (before, after) = value.split_at_checked(slashes + 2)?;
        let length = authority_length(after, swap.from);
        let Some((length, start)) = length.zip(url_start(before, swap.from.scheme)) else {
            continue;
        };
        if let Url::WithScheme(start) = start
            && swap.from.scheme != swap.to.scheme
        {
            out.extend_from_slice(value.get(copied..start)?);
            out.extend_from_slice(swap.to.scheme);
            copied = slashes;
        }
        out.extend_from_slice(value.get(copied..slashes + 2)?);
        out.extend_from_slice(&swap.to.authority);
        copied = slashes + 2 + length;
    }
    if copied == 0 {
        return None;
    }
    out.extend_from_slice(value.get(copied..)?);
    Some(out.freeze())
}

/// How many bytes of `text` are the authority, in any case, its default port included.
fn authority_length(text: &[u8], origin: &Origin) -> Option<usize> {
    let (start, rest) = text.split_at_checked(origin.authority.len())?;
    let same = start.eq_ignore_ascii_case(&origin.authority);
    // A port that the authority has cannot be followed by another.
    let default = origin.default_port();
    let port = if rest.starts_with(default) { default.len() } else { 0 };
    let ends = rest.get(port).is_none_or(|&byte| ends_authority(byte));
    (same && ends).then_some(start.len() + port)
}

/// How a URL begins.
#[derive(Debug, Clone, Copy)]
enum Url {
    /// With a scheme, here.
    WithScheme(usize),
    /// With `//`.
    Bare,
}

/// Whether `before`, which ends in `//`, is the start of a URL that the client acts on, with this
/// scheme or none: at the start of a value, in `Link`'s `<…>`, after `Refresh`'s `url=`. A URL
/// inside another's query is the server's own data and stays.
fn url_start(before: &[u8], scheme: &[u8]) -> Option<Url> {
    let before = before.strip_suffix(b"//").unwrap_or(before);
    let (before, url) = match strip_end(before, scheme) {
        Some(before) => (before, Url::WithScheme(before.len())),
        None => (before, Url::Bare),
    };
    let unquoted = before.strip_suffix(b"'").or(before.strip_suffix(b"\"")).unwrap_or(before);
    let starts = match strip_end(unquoted, b"url=") {
        Some(before) => before.last().is_none_or(|byte| b" \t;,".contains(byte)),
        None => matches!(before.last(), None | Some(b'<')),
    };
    starts.then_some(url)
}

/// Without `end` (lower-case), in any case.
fn strip_end<'a>(text: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    let (rest, last) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
    last.eq_ignore_ascii_case(end).then_some(rest)
}

fn ends_authority(byte: u8) -> bool {
    b"/?# \t>;,'\"".contains(&byte)
}
