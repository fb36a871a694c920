//! What a client calls its server, by its first request.

use cassettes::meaning::Target;
use cassettes::model::{Chunk, Direction};
use cassettes::wire::http::spelling::request_head;
use cassettes::wire::http1::RequestHead;
use cassettes::wire::http1::rewrite::Absolute;
use cassettes::wire::http2::{Kind, frames};

use super::Speech;

/// Most bytes of a client looked through for the head of its first request. Servers stop between 8 and 64 KiB.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Most chunks of an HTTP/2 connection looked through: a client asks within the first few.
const MAX_CHUNKS: u32 = 64;

/// Follows a connection until its client has said whom it takes its server for.
#[derive(Debug, Default)]
pub(super) struct Introduction {
    head: Vec<u8>,
    chunks: u32,
    over: bool,
    addressed: Option<Addressed>,
}

/// Whom a first request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Addressed {
    /// As the client spells it: `host` or `host:port`.
    pub(super) authority: String,
    /// The target is in absolute form, as clients of a forward proxy write it.
    pub(super) forward: bool,
}

impl Addressed {
    /// Without its port.
    pub(super) fn host(&self) -> &str {
        let port = |(_, port): &(&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
        self.authority.rsplit_once(':').filter(port).map_or(&self.authority, |(host, _)| host)
    }
}

impl Introduction {
    /// Takes the next chunk of an exchange.
    pub(super) fn follow(&mut self, speech: Speech, chunk: &Chunk) {
        if self.over || chunk.direction == Direction::ToClient {
            return;
        }
        match speech {
            Speech::Http1 => self.follow_http1(&chunk.bytes),
            Speech::Http2 => self.follow_http2(chunk),
            Speech::Raw => self.over = true,
        }
    }

    /// Nothing more is to be expected.
    pub(super) fn finish(&mut self) {
        self.over = true;
        self.head = Vec::new();
    }

    /// Whether the client has said it, or will not.
    pub(super) const fn is_over(&self) -> bool {
        self.over
    }

    /// Whom it said.
    pub(super) const fn addressed(&self) -> Option<&Addressed> {
        self.addressed.as_ref()
    }

    fn follow_http1(&mut self, bytes: &[u8]) {
        let room = MAX_HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        let end = memchr::memmem::find(&self.head, b"\r\n\r\n");
        if let Some(head) = end.and_then(|end| self.head.get(..end + 4)) {
            self.addressed = addressed(head);
            self.finish();
        } else if room <= bytes.len() {
            self.finish();
        }
    }

    fn follow_http2(&mut self, chunk: &Chunk) {
        self.chunks += 1;
        let asks = frames(&chunk.bytes).find_map(|frame| {
            let frame = frame.ok().filter(|frame| frame.kind() == Kind::Headers)?;
            request_head(&frame.fields()?.ok()?)
        });
        if let Some(head) = asks {
            self.addressed = addressed(&head);
        }
        self.over = self.addressed.is_some() || self.chunks > MAX_CHUNKS;
    }
}

fn addressed(head: &[u8]) -> Option<Addressed> {
    let head = RequestHead::parse(head).ok()?;
    let absolute = Absolute::of(head.target()).map(|target| target.authority);
    let authority = absolute.or_else(|| Target::of(head.target()).authority);
    let authority = authority.or_else(|| head.header("host"))?;
    let authority = std::str::from_utf8(authority).ok()?.to_owned();
    Some(Addressed { authority, forward: absolute.is_some() })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use cassettes::model::Timestamp;

    use super::*;

    fn told(said: &[&str]) -> Introduction {
        let mut introduction = Introduction::default();
        for text in said {
            let bytes = Bytes::copy_from_slice(text.as_bytes());
            let chunk = Chunk { direction: Direction::ToServer, at: Timestamp::ZERO, bytes };
            introduction.follow(Speech::Http1, &chunk);
        }
        introduction
    }

    #[test]
    fn a_server_is_called_what_the_first_request_calls_it() {
        let told = told(&[
            "GET / HTTP/1.1\r\nHo",
            "st: a.test:8080\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n",
        ]);
        let addressed = Addressed { authority: "a.test:8080".into(), forward: false };
        assert_eq!(told.addressed(), Some(&addressed));
    }

    #[test]
    fn a_target_in_absolute_form_is_for_a_forward_proxy() {
        let told = told(&["GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n"]);
        let addressed = Addressed { authority: "a.test".into(), forward: true };
        assert_eq!(told.addressed(), Some(&addressed));
    }

    #[test]
    fn a_head_without_end_is_given_up() {
        let long = "x".repeat(MAX_HEAD_BYTES);
        let told = told(&["GET / HTTP/1.1\r\nA: ", &long]);
        assert!(told.is_over() && told.addressed().is_none());
    }
}
