//! The request that a client is sending, as far as it has come.

use bytes::Bytes;
use cassettes::meaning::{BodyHasher, Target, request_key_of};
use cassettes::model::{Chunk, ConnectionId, Direction, Exchange, Protocol, Timestamp};
use cassettes::wire::http::HttpVersion;
use cassettes::wire::http::spelling::request_head;
use cassettes::wire::http1::{RequestContext, RequestHead, Version};
use cassettes::wire::http2::hpack::{Field, encode_standalone};
use cassettes::wire::http2::{Frame, compose};

use crate::arrival::Here;
use crate::deck::{Origin, versioned};

/// Most bytes of a request kept for comparing it. What is longer is compared by its head, its length and its
/// body's hash, so that an upload of any size takes constant memory.
pub(crate) const MAX_KEPT_BYTES: u64 = 1024 * 1024;

/// A request, whole or not.
#[derive(Debug)]
pub(crate) struct Request {
    /// As on the wire; empty in a raw conversation.
    pub(crate) head: Bytes,
    /// As [`request_key_of`] gives it.
    pub(crate) key: u64,
    /// Whom it names as its server.
    authority: Option<Bytes>,
    /// What its answer depends on.
    pub(crate) context: RequestContext,
    /// It waits for `100 Continue` before it sends its body.
    pub(crate) expects: bool,
    /// A body follows the head.
    pub(crate) has_body: bool,
    /// The client wants no other exchange on this connection.
    pub(crate) closes: bool,
    /// How far it has come.
    pub(crate) state: State,
    /// Its place on its connection, counted from 0.
    pub(crate) ordinal: u32,
    /// What follows the head, up to [`MAX_KEPT_BYTES`]: in HTTP/1 as on the wire, in HTTP/2 the body.
    kept: Vec<Chunk>,
    /// Of HTTP/2, its head as it came.
    fields: Option<Vec<Field>>,
    /// Of HTTP/2, the lines of the trailer section.
    trailers: Vec<Field>,
    /// How many bytes it has on the wire, head included.
    len: u64,
    /// How many bytes its body has, framing taken off.
    pub(crate) body_len: u64,
    hasher: Option<BodyHasher>,
    body_key: Option<u64>,
    /// When its first byte came.
    pub(crate) started: Timestamp,
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// More is to come.
    Coming,
    /// It is whole.
    Whole,
    /// The client ended before the request did.
    CutShort,
    /// Its framing broke; what followed are raw bytes.
    Broken,
}

impl Request {
    /// Of a whole head, which the parser has accepted.
    pub(crate) fn begin(head: Bytes, ordinal: u32, at: Timestamp) -> Self {
        let mut request = Self::raw(ordinal, at);
        request.len = head.len() as u64;
        if let Ok(parsed) = RequestHead::parse(&head) {
            request.read(&head, &parsed);
        }
        request.head = head;
        request
    }

    /// Of a whole head of HTTP/2. Its key is 0 if it is none.
    pub(crate) fn of_fields(fields: Vec<Field>, ordinal: u32, at: Timestamp) -> Self {
        let mut request = Self::begin(request_head(&fields).unwrap_or_default(), ordinal, at);
        request.closes = false;
        if request.key != 0 {
            request.key = versioned(request.key, Protocol::Http2);
        }
        request.fields = Some(fields);
        request
    }

    /// Of bytes that are no HTTP.
    pub(crate) fn raw(ordinal: u32, at: Timestamp) -> Self {
        Self {
            head: Bytes::new(),
            key: 0,
            authority: None,
            context: RequestContext::default(),
            expects: false,
            has_body: false,
            closes: true,
            state: State::Coming,
            ordinal,
            kept: Vec::new(),
            fields: None,
            trailers: Vec::new(),
            len: 0,
            body_len: 0,
            hasher: None,
            body_key: None,
            started: at,
        }
    }

    /// The next of its bytes, as on the wire, and what of them is body.
    pub(crate) fn push(&mut self, at: Timestamp, wire: Bytes, body: Option<&Bytes>) {
        self.len += wire.len() as u64;
        if let Some(body) = body {
            self.body_len += body.len() as u64;
            self.hasher.get_or_insert_with(|| hasher_of(&self.head)).update(body);
        }
        if self.len <= MAX_KEPT_BYTES {
            self.kept.push(Chunk { direction: Direction::ToServer, at, bytes: wire });
        } else {
            self.kept.clear();
        }
    }

    /// The version of HTTP that it came in.
    pub(crate) fn version(&self) -> HttpVersion {
        if self.fields.is_some() { HttpVersion::Http2 } else { HttpVersion::Http1 }
    }

    /// The lines of its trailer section, of HTTP/2.
    pub(crate) fn trail(&mut self, trailers: Vec<Field>) {
        self.trailers = trailers;
    }

    /// It has a trailer section, of HTTP/2.
    pub(crate) fn has_trailers(&self) -> bool {
        !self.trailers.is_empty()
    }

    /// How many bytes it has on the wire, head included.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// No more of it will come.
    pub(crate) fn is_over(&self) -> bool {
        self.state != State::Coming
    }

    /// All its bytes are kept.
    pub(crate) fn is_kept(&self) -> bool {
        self.len <= MAX_KEPT_BYTES
    }

    /// The key of the body, which must be over.
    pub(crate) fn body_key(&mut self) -> u64 {
        let hasher = &mut self.hasher;
        *self.body_key.get_or_insert_with(|| hasher.take().map_or(0, BodyHasher::finish))
    }

    /// What follows its head on the wire; empty if it is too long to be kept.
    pub(crate) fn body_wire(&self) -> Bytes {
        match &*self.kept {
            [] => Bytes::new(),
            [only] => only.bytes.clone(),
            several => several.iter().fold(Vec::new(), join).into(),
        }
    }

    /// As an exchange without an answer; only its head if it is too long to be kept.
    pub(crate) fn to_exchange(&self) -> Exchange {
        if let Some(fields) = &self.fields {
            return self.to_http2(fields);
        }
        let (direction, at) = (Direction::ToServer, self.started);
        let head = Chunk { direction, at, bytes: self.head.clone() };
        let chunks = std::iter::once(head).filter(|head| !head.bytes.is_empty());
        let protocol = if self.head.is_empty() { Protocol::Raw } else { Protocol::Http1 };
        let chunks = chunks.chain(self.kept.iter().cloned()).collect();
        Exchange { connection: ConnectionId(0), protocol, chunks }
    }

    fn to_http2(&self, fields: &[Field]) -> Exchange {
        let whole = self.state == State::Whole;
        let trailed = self.has_trailers();
        // One that asks for a tunnel is whole with its head.
        let ends_with_head =
            (whole || self.context.asks_switch) && self.kept.is_empty() && !trailed;
        let (direction, at) = (Direction::ToServer, self.started);
        let chunk = |at, frame: Frame| Chunk { direction, at, bytes: frame.encode() };
        let mut chunks =
            vec![chunk(at, compose::headers(1, encode_standalone(fields), ends_with_head))];
        let last = self.kept.len().saturating_sub(1);
        for (n, kept) in self.kept.iter().enumerate() {
            let end = whole && !trailed && n == last;
            chunks.push(chunk(kept.at, compose::data(1, kept.bytes.clone(), end)));
        }
        if trailed {
            let block = encode_standalone(&self.trailers);
            chunks.push(chunk(at, compose::headers(1, block, whole)));
        }
        Exchange { connection: ConnectionId(0), protocol: Protocol::Http2, chunks }
    }

    /// Whom it names as its server, if that is not where it came to.
    pub(crate) fn origin(&self, here: Here) -> Origin<'_> {
        Origin::named(self.authority.as_deref(), here)
    }

    /// How its client calls the server: scheme and authority as it says them, what it does not say as in `own`.
    pub(crate) fn own_origin(&self, own: &str) -> String {
        let (own_scheme, own_authority) = own.split_once("://").unwrap_or(("http", own));
        let scheme = self.fields.iter().flatten().find(|field| field.name == ":scheme");
        let scheme = scheme.map(|scheme| String::from_utf8_lossy(&scheme.value));
        let authority = self.authority.as_deref().map(String::from_utf8_lossy);
        let scheme = scheme.unwrap_or(own_scheme.into());
        format!("{scheme}://{}", authority.unwrap_or(own_authority.into()))
    }

    /// `GET /path`, for people.
    pub(crate) fn label(&self) -> String {
        label(&self.head)
    }

    fn read(&mut self, whole: &Bytes, head: &RequestHead<'_>) {
        self.key = request_key_of(head.method(), head.target());
        self.context = RequestContext::of(head);
        let mut authority = Target::of(head.target()).authority;
        let old = head.version() == Version::Http10;
        (self.closes, self.expects) = (old, false);
        for line in head.headers() {
            if line.is("connection") {
                self.closes = says(line.value, b"close") || old && !says(line.value, b"keep-alive");
            } else if line.is("host") {
                authority = authority.or(Some(line.value));
            } else if line.is("content-length") || line.is("transfer-encoding") {
                self.has_body |= line.value != b"0";
            } else if line.is("expect") {
                self.expects = says(line.value, b"100-continue");
            }
        }
        self.authority = authority.map(|authority| whole.slice_ref(authority));
    }
}

/// `GET /path`, for people; of bytes that begin with a head.
pub(crate) fn label(head: &[u8]) -> String {
    /// Longer request lines are cut: a label is for lists.
    const MAX_LABEL_BYTES: usize = 200;
    let Ok(head) = RequestHead::parse(head) else { return "bytes that are not HTTP".to_owned() };
    let target = head.target().get(..MAX_LABEL_BYTES).unwrap_or(head.target());
    format!("{} {}", head.method().escape_ascii(), target.escape_ascii())
}

fn hasher_of(head: &[u8]) -> BodyHasher {
    let head = RequestHead::parse(head);
    BodyHasher::new(head.as_ref().ok().and_then(|head| head.header("content-type")))
}

/// Whether a comma-separated list holds the word, in any case.
fn says(list: &[u8], word: &[u8]) -> bool {
    list.split(|&byte| byte == b',').any(|item| item.trim_ascii().eq_ignore_ascii_case(word))
}

fn join(mut joined: Vec<u8>, chunk: &Chunk) -> Vec<u8> {
    joined.extend_from_slice(&chunk.bytes);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(head: &'static str) -> Request {
        Request::begin(Bytes::from_static(head.as_bytes()), 0, Timestamp::ZERO)
    }

    #[test]
    fn who_wants_to_close_is_read_from_version_and_connection() {
        assert!(!request("GET / HTTP/1.1\r\n\r\n").closes);
        assert!(request("GET / HTTP/1.0\r\n\r\n").closes);
        assert!(!request("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").closes);
        assert!(request("GET / HTTP/1.1\r\nConnection: te, close\r\n\r\n").closes);
    }

    #[test]
    fn an_upload_of_any_size_is_kept_by_length_and_hash() {
        let mut request = request("PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\n");
        let piece = Bytes::from(vec![b'x'; 64 * 1024]);
        for _ in 0..32 {
            request.push(Timestamp::ZERO, piece.clone(), Some(&piece));
        }
        assert!(!request.is_kept());
        assert_eq!(request.body_len, 2 * 1024 * 1024);
        assert!(request.body_wire().is_empty());
        assert_eq!(request.to_exchange().chunks.len(), 1);
        let body = vec![b'x'; 2 * 1024 * 1024];
        assert_eq!(request.body_key(), cassettes::meaning::body_key(None, &body));
    }
}
