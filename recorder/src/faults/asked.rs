//! What a client has asked for, and was not answered.

use std::hash::{DefaultHasher, Hasher};

use bytes::Bytes;
use cassettes::fault::{Fault, Target};
use cassettes::model::{Chunk, Direction, Timestamp};
use cassettes::wire::http1::RequestHead;
use cassettes::wire::http1::rewrite::Absolute;

use super::Faults;
use super::held::MAX_HELD_BYTES;
use super::shared::{About, fingerprint};

/// A request; or a connection of plain TCP, which is one exchange.
#[derive(Debug)]
pub(super) struct Asked {
    /// Its place among all exchanges.
    number: u64,
    connection: u32,
    /// Of HTTP; else empty.
    head: Bytes,
    /// Of the body that has come.
    body: DefaultHasher,
    /// What has come of it.
    chunks: Vec<Chunk>,
    /// Bytes in them. Those beyond what an edit may need are left out.
    kept: usize,
}

impl Asked {
    /// On the connection of this number, now.
    pub(super) fn new(faults: &Faults, connection: u32, head: Bytes) -> Self {
        let number = faults.next_exchange();
        let body = DefaultHasher::new();
        Self { number, connection, head, body, chunks: Vec::new(), kept: 0 }
    }

    /// Its head came.
    pub(super) fn set_head(&mut self, head: Bytes) {
        self.head = head;
    }

    /// More of it came.
    pub(super) fn add(&mut self, wire: &Bytes, at: Timestamp) {
        self.kept += wire.len();
        if !wire.is_empty() && self.kept <= MAX_HELD_BYTES {
            let direction = Direction::ToServer;
            self.chunks.push(Chunk { direction, at, bytes: wire.clone() });
        }
    }

    /// More of its body came.
    pub(super) fn add_body(&mut self, data: &[u8]) {
        self.body.write(data);
    }

    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// What has come of it.
    pub(super) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// All of it is in the chunks.
    pub(super) const fn is_kept(&self) -> bool {
        self.kept <= MAX_HELD_BYTES
    }

    pub(super) fn request(&self) -> Option<RequestHead<'_>> {
        RequestHead::parse(&self.head).ok()
    }

    /// It is being answered: which faults hit that, and what is said of it. What has come of its body by now counts.
    pub(super) fn hits(&self, faults: &Faults, peer: &str) -> (Vec<(usize, Fault)>, About) {
        let body = self.body.finish().to_le_bytes();
        self.hits_on(Direction::ToClient, &body, faults, peer)
    }

    /// Its head has come: which faults hit it itself, and what is said of it; none if there are none of that kind. Its body cannot count, and
    /// its askings are counted apart.
    pub(super) fn request_hits(
        &self,
        faults: &Faults,
        peer: &str,
    ) -> Option<(Vec<(usize, Fault)>, About)> {
        let may_hit = faults.set().faults().iter().any(Fault::is_in_request);
        may_hit.then(|| self.hits_on(Direction::ToServer, b"", faults, peer))
    }

    fn hits_on(
        &self,
        side: Direction,
        body: &[u8],
        faults: &Faults,
        peer: &str,
    ) -> (Vec<(usize, Fault)>, About) {
        let request = self.request();
        let method = request.as_ref().map_or(&b""[..], RequestHead::method);
        let target = request.as_ref().map_or(&b""[..], RequestHead::target);
        let path = path_of(target);
        let host = request.as_ref().and_then(|head| head.header("host")).unwrap_or_default();
        let same = fingerprint(&[peer.as_bytes(), method, host, target, body]);
        let attempt = faults.next_attempt(side, same);
        let hit = Target { exchange: self.number, connection: self.connection, method, path };
        let hits = faults.hits(side, &hit, attempt);
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let request = if request.is_some() {
            format!("{} {}", text(method), text(path))
        } else {
            String::new()
        };
        let exchange = Some(self.number);
        (hits, About { connection: self.connection, exchange, request, attempt })
    }
}

/// Path and query, also of a request to a proxy.
fn path_of(target: &[u8]) -> &[u8] {
    match Absolute::of(target) {
        Some(absolute) if absolute.rest.is_empty() => b"/",
        Some(absolute) => absolute.rest,
        None => target,
    }
}
