//! What is spoken on a stream.

/// What is spoken on a stream; inside of TLS, where that could be taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Speech {
    /// HTTP/1.0 or HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
    /// Anything else.
    Raw,
}

impl Speech {
    /// The name shown: `http/1`, `http/2`, `raw`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http1 => "http/1",
            Self::Http2 => "http/2",
            Self::Raw => "raw",
        }
    }

    /// Of a protocol as TLS settles it by ALPN; none if it settled nothing.
    pub(super) fn of_alpn(chosen: &str) -> Option<Self> {
        match chosen {
            "" => None,
            "h2" => Some(Self::Http2),
            "http/1.1" | "http/1.0" | "http/0.9" => Some(Self::Http1),
            _ => Some(Self::Raw),
        }
    }

    /// Whether it is HTTP of any version.
    pub(super) const fn is_http(self) -> bool {
        matches!(self, Self::Http1 | Self::Http2)
    }
}
