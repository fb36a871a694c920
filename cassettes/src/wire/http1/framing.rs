//! Where a message's body ends (RFC 9112 §6.3), and whether the connection goes on after it (§9.3).

use super::{FramingError, Headers, RequestHead, ResponseHead, Version};

/// What ends a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    None,
    /// So many bytes.
    Length(u64),
    /// The chunk of size 0, and trailers.
    Chunked,
    /// The end of the connection.
    UntilClose,
    /// The flag `END_STREAM` of HTTP/2 (RFC 9113 §8.1).
    EndStream,
}

/// What must be known of a request to find the end of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestContext {
    /// The method, as far as it matters.
    pub method: MethodKind,
    /// It asks to switch to another protocol: CONNECT, or `Upgrade` of HTTP/1.1.
    pub asks_switch: bool,
}

/// The methods whose answers end otherwise than those of all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MethodKind {
    /// Its answer has no body.
    Head,
    /// Its answer, if 2xx, turns the connection into a tunnel.
    Connect,
    /// Any other.
    #[default]
    Other,
}

impl RequestContext {
    /// What `head` says.
    pub fn of(head: &RequestHead<'_>) -> Self {
        Self::with(head, head.header("upgrade").is_some())
    }

    fn with(head: &RequestHead<'_>, has_upgrade: bool) -> Self {
        let method = match head.method() {
            b"HEAD" => MethodKind::Head,
            b"CONNECT" => MethodKind::Connect,
            _ => MethodKind::Other,
        };
        // RFC 9110 §7.8: "A server MUST ignore an Upgrade header field that is received in an HTTP/1.0 request."
        let upgrades = has_upgrade && head.version() > Version::Http10;
        Self { method, asks_switch: upgrades || method == MethodKind::Connect }
    }
}

/// What ends this request's body, and what its answer depends on.
pub(super) fn of_request(
    head: &RequestHead<'_>,
) -> (Result<Framing, FramingError>, RequestContext) {
    let headers = FramingHeaders::of(head.headers());
    let context = RequestContext::with(head, headers.has_upgrade);
    let framing = match headers.coding {
        Coding::Chunked => Ok(Framing::Chunked),
        // "If a Transfer-Encoding header field is present in a request and the chunked transfer
        // coding is not the final encoding, the message body length cannot be determined reliably".
        Coding::Other => Err(FramingError::TransferEncoding),
        Coding::Absent => {
            headers.length.map(|length| length.map_or(Framing::None, Framing::Length))
        }
    };
    (framing, context)
}

/// What ends the body of this response to `request`.
pub(super) fn of_response(
    head: &ResponseHead<'_>,
    request: RequestContext,
) -> Result<Framing, FramingError> {
    // "Any response to a HEAD request and any response with a 1xx (Informational), 204 (No Content), or
    // 304 (Not Modified) status code is always terminated by the first empty line after the header fields".
    let bodiless = matches!(head.status(), 100..=199 | 204 | 304);
    if request.method == MethodKind::Head || bodiless || switches(head, request) {
        return Ok(Framing::None);
    }
    let headers = FramingHeaders::of(head.headers());
    match headers.coding {
        Coding::Chunked => Ok(Framing::Chunked),
        // "If a Transfer-Encoding header field is present in a response and the chunked transfer coding is
        // not the final encoding, the message body length is determined by reading the connection until it is closed".
        Coding::Other => Ok(Framing::UntilClose),
        Coding::Absent => {
            headers.length.map(|length| length.map_or(Framing::UntilClose, Framing::Length))
        }
    }
}

/// Whether no HTTP follows this response: 101, or "any 2xx (Successful) response to a CONNECT request".
pub(super) fn switches(head: &ResponseHead<'_>, request: RequestContext) -> bool {
    match head.status() {
        101 => true,
        200..=299 => request.method == MethodKind::Connect,
        _ => false,
    }
}

/// Whether a message with these headers lets its connection go on (RFC 9112 §9.3).
pub(super) fn persists(version: Version, headers: &Headers<'_>) -> bool {
    let says = |option: &[u8]| {
        let mut lists = headers.clone().filter(|line| line.is("connection"));
        lists.any(|line| items(line.value).any(|item| item.eq_ignore_ascii_case(option)))
    };
    !says(b"close") && (version > Version::Http10 || says(b"keep-alive"))
}

/// What the headers say about a message's end.
struct FramingHeaders {
    coding: Coding,
    length: Result<Option<u64>, FramingError>,
    has_upgrade: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Absent,
    Chunked,
    Other,
}

impl FramingHeaders {
    fn of(headers: Headers<'_>) -> Self {
        let mut found = Self { coding: Coding::Absent, length: Ok(None), has_upgrade: false };
        for line in headers {
            // The lengths of the names: nearly every other header is passed over by one comparison.
            match line.name.len() {
                7 if line.is("upgrade") => found.has_upgrade = true,
                14 if line.is("content-length") => {
                    found.length = add_length(found.length, line.value);
                }
                17 if line.is("transfer-encoding") => {
                    found.coding = last_coding(found.coding, line.value);
                }
                _ => {}
            }
        }
        found
    }
}

/// The final coding decides; `identity`, of RFC 2616, is none.
fn last_coding(before: Coding, list: &[u8]) -> Coding {
    items(list).filter(|item| !item.eq_ignore_ascii_case(b"identity")).fold(before, |_, item| {
        if item.eq_ignore_ascii_case(b"chunked") { Coding::Chunked } else { Coding::Other }
    })
}

/// "a list of identical decimal values" counts as one (RFC 9110 §8.6).
fn add_length(
    before: Result<Option<u64>, FramingError>,
    list: &[u8],
) -> Result<Option<u64>, FramingError> {
    list.split(|&byte| byte == b',').try_fold(before?, |before, item| {
        let length = parse_length(item.trim_ascii()).ok_or(FramingError::ContentLength)?;
        match before {
            Some(other) if other != length => Err(FramingError::ContentLength),
            _ => Ok(Some(length)),
        }
    })
}

fn parse_length(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// The items of a comma-separated list, without parameters and white space.
fn items(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|&byte| byte == b',')
        .map(|item| item.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii())
        .filter(|item| !item.is_empty())
}
