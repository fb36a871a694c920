//! One request or response, whatever the version of HTTP.

use bytes::Bytes;

use crate::wire::http1::{Framing, RequestHead, ResponseHead};

/// One request or response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Start line through empty line; in HTTP/1 as on the wire. Of HTTP/2: spelled as HTTP/1 would.
    pub head: Bytes,
    /// Without its transfer coding; a content coding is left on.
    pub body: Bytes,
    /// As on the wire: what follows the head, trailers included.
    pub raw_body: Bytes,
    /// The lines of the trailer section; most often empty.
    pub trailers: Bytes,
    /// What ends the body.
    pub framing: Framing,
    /// It came to the end that its framing announced.
    pub complete: bool,
}

impl Message {
    /// The head, if this is a request.
    pub fn request_head(&self) -> Option<RequestHead<'_>> {
        RequestHead::parse(&self.head).ok()
    }

    /// The head, if this is a response.
    pub fn response_head(&self) -> Option<ResponseHead<'_>> {
        ResponseHead::parse(&self.head).ok()
    }
}
