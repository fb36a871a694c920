//! What a `Content-Type` value says about how to read a body.

use std::borrow::Cow;

use crate::wire::grpc::is_grpc;

/// Longest boundary accepted. RFC 2046 allows 70; some clients write more.
const MAX_BOUNDARY_BYTES: usize = 256;

/// How a body is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Media<'a> {
    Json,
    Form,
    Multipart {
        boundary: Cow<'a, [u8]>,
    },
    /// A sequence of length-prefixed messages.
    Grpc,
    /// One protobuf message.
    Protobuf,
    /// `text/plain`: what clients send strings as, JSON included.
    Plain,
    /// Another type that people read.
    Text,
    Other,
    /// There was no content type.
    Absent,
}

impl<'a> Media<'a> {
    pub(super) fn of(content_type: Option<&'a [u8]>) -> Self {
        let Some(value) = content_type else { return Self::Absent };
        match essence(value) {
            b"" => Self::Absent,
            name if is_json(name) && !is_grpc(name) => Self::Json,
            name if name.eq_ignore_ascii_case(b"application/x-www-form-urlencoded") => Self::Form,
            name if name.eq_ignore_ascii_case(b"text/plain") => Self::Plain,
            name if starts_with(name, b"multipart/") => {
                boundary(value).map_or(Self::Other, |boundary| Self::Multipart { boundary })
            }
            name if is_grpc(name) => Self::Grpc,
            name if is_protobuf(name) => Self::Protobuf,
            name if is_text(name) => Self::Text,
            _ => Self::Other,
        }
    }

    /// The body is to be read as JSON if it is JSON. Clients label JSON as a form (`curl -d`) and
    /// as plain text (`fetch` with a string) every day.
    pub(super) fn may_be_json(&self, body: &[u8]) -> bool {
        match self {
            Self::Json => true,
            Self::Form | Self::Plain | Self::Absent => {
                matches!(body.trim_ascii_start().first(), Some(b'{' | b'['))
            }
            _ => false,
        }
    }

    /// Nothing but its bytes will ever count.
    pub(super) const fn is_bytes(&self) -> bool {
        matches!(self, Self::Text | Self::Other)
    }

    pub(super) const fn is_textual(&self) -> bool {
        matches!(self, Self::Json | Self::Form | Self::Plain | Self::Text)
    }
}

/// `text/html` of `text/html; charset=utf-8`.
fn essence(value: &[u8]) -> &[u8] {
    value.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii()
}

fn is_json(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"application/json")
        || name.eq_ignore_ascii_case(b"text/json")
        || ends_with(name, b"+json")
}

fn is_protobuf(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 4] = [
        b"application/x-protobuf",
        b"application/protobuf",
        b"application/proto",
        b"application/vnd.google.protobuf",
    ];
    NAMES.iter().any(|other| name.eq_ignore_ascii_case(other))
}

fn is_text(name: &[u8]) -> bool {
    const OTHERS: [&[u8]; 5] = [
        b"application/xml",
        b"application/javascript",
        b"application/x-ndjson",
        b"application/graphql",
        b"application/yaml",
    ];
    starts_with(name, b"text/")
        || ends_with(name, b"+xml")
        || OTHERS.iter().any(|other| name.eq_ignore_ascii_case(other))
}

fn starts_with(name: &[u8], prefix: &[u8]) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn ends_with(name: &[u8], suffix: &[u8]) -> bool {
    let start = name.len().checked_sub(suffix.len());
    start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
}

fn boundary(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let (_, found) = parameters(value).find(|(name, _)| name.eq_ignore_ascii_case(b"boundary"))?;
    let found = unquoted(found);
    (1..=MAX_BOUNDARY_BYTES).contains(&found.len()).then_some(found)
}

/// The `name=value` parameters, the value still quoted if it was.
pub(super) fn parameters(value: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    pieces(value).skip(1).filter_map(|piece| {
        let equals = memchr::memchr(b'=', piece)?;
        let (name, rest) = piece.split_at_checked(equals)?;
        Some((name.trim_ascii(), rest.get(1..)?.trim_ascii()))
    })
}

/// The value's pieces between the `;` that stand outside quotes.
pub(super) fn pieces(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    value.split(move |&byte| {
        let was_escaped = std::mem::take(&mut escaped);
        match byte {
            b'"' if !was_escaped => quoted = !quoted,
            b'\\' if quoted && !was_escaped => escaped = true,
            _ => {}
        }
        byte == b';' && !quoted
    })
}

/// The text of a quoted string (RFC 9110 §5.6.4), or the value as it is.
pub(super) fn unquoted(value: &[u8]) -> Cow<'_, [u8]> {
    let inner = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    match inner {
        None => Cow::Borrowed(value),
        Some(inner) if !inner.contains(&b'\\') => Cow::Borrowed(inner),
        Some(inner) => Cow::Owned(without_escapes(inner)),
    }
}

fn without_escapes(inner: &[u8]) -> Vec<u8> {
    let mut bytes = inner.iter().copied();
    let mut plain = Vec::with_capacity(inner.len());
    while let Some(byte) = bytes.next() {
        let escaped = if byte == b'\\' { bytes.next() } else { None };
        plain.push(escaped.unwrap_or(byte));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_types_are_known_by_name_and_by_suffix_in_any_case() {
        for name in ["application/json", "Application/JSON; charset=utf-8", "application/ld+json"] {
            assert_eq!(Media::of(Some(name.as_bytes())), Media::Json, "{name}");
        }
    }

    #[test]
    fn streams_of_messages_are_known_by_name_whatever_is_in_them() {
        assert_eq!(Media::of(Some(b"application/grpc+json")), Media::Grpc);
        assert_eq!(Media::of(Some(b"application/x-protobuf; v=1")), Media::Protobuf);
    }

    #[test]
    fn a_boundary_may_be_quoted_and_hold_semicolons() {
        let value = br#"multipart/form-data; charset=x; Boundary="a;b\"c""#;
        assert_eq!(Media::of(Some(value)), Media::Multipart { boundary: Cow::Borrowed(b"a;b\"c") });
    }

    #[test]
    fn a_multipart_without_a_boundary_is_only_bytes() {
        assert_eq!(Media::of(Some(b"multipart/mixed")), Media::Other);
    }
}
