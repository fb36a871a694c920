//! That both sides agreed to speak WebSocket, and how.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::model::Direction;
use crate::wire::http1::{Headers, RequestHead, ResponseHead};

/// RFC 6455 §1.3: what a server joins to the client's key.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// What both sides agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreement {
    /// Messages may be compressed.
    pub deflate: Option<Deflate>,
}

/// The negotiated parameters of permessage-deflate (RFC 7692 §7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deflate {
    client: DeflateSide,
    server: DeflateSide,
}

/// How one side compresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeflateSide {
    /// A message may refer back to those before it.
    pub takeover: bool,
    /// Its window is 2 to this power: 8 to 15.
    pub window_bits: u8,
}

impl Agreement {
    /// None if the request does not ask for WebSocket, or the answer does not agree: 101 over HTTP/1,
    /// 2xx to CONNECT over HTTP/2 (RFC 8441).
    pub fn of(request: &RequestHead<'_>, response: &ResponseHead<'_>) -> Option<Self> {
        let asked = request.headers().all("upgrade").any(|value| lists(value, b"websocket"));
        let agreed = match response.status() {
            101 => true,
            status => request.method() == b"CONNECT" && status / 100 == 2,
        };
        (asked && agreed).then(|| Self { deflate: Deflate::of(response.headers()) })
    }
}

impl Deflate {
    /// How the side that sends in this direction compresses.
    pub const fn side(&self, direction: Direction) -> DeflateSide {
        match direction {
            Direction::ToServer => self.client,
            Direction::ToClient => self.server,
        }
    }

    /// As the server's answer says.
    fn of(headers: Headers<'_>) -> Option<Self> {
        let mut extensions = headers.all("sec-websocket-extensions");
        extensions.find_map(|value| value.split(|&byte| byte == b',').find_map(Self::parse))
    }

    fn parse(extension: &[u8]) -> Option<Self> {
        let mut words = extension.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
        if !words.next()?.eq_ignore_ascii_case(b"permessage-deflate") {
            return None;
        }
        let plain = DeflateSide { takeover: true, window_bits: 15 };
        let mut deflate = Self { client: plain, server: plain };
        for word in words {
            deflate.set(word);
        }
        Some(deflate)
    }

    /// One parameter; unknown ones say nothing about reading.
    fn set(&mut self, word: &[u8]) {
        let mut parts = word.splitn(2, |&byte| byte == b'=');
        let name = parts.next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
        let bits = parts.next().and_then(window_bits);
        match (name.as_slice(), bits) {
            (b"client_no_context_takeover", _) => self.client.takeover = false,
            (b"server_no_context_takeover", _) => self.server.takeover = false,
            (b"client_max_window_bits", Some(bits)) => self.client.window_bits = bits,
            (b"server_max_window_bits", Some(bits)) => self.server.window_bits = bits,
            _ => {}
        }
    }
}

/// What `Sec-WebSocket-Accept` must be for this `Sec-WebSocket-Key` (RFC 6455 §4.2.2): always 28 bytes.
pub fn accept_key(key: &[u8]) -> String {
    let digest = Sha1::new().chain_update(key.trim_ascii()).chain_update(GUID).finalize();
    STANDARD.encode(digest)
}

fn window_bits(value: &[u8]) -> Option<u8> {
    let value = value.trim_ascii().strip_prefix(b"\"").unwrap_or(value.trim_ascii());
    let value = value.strip_suffix(b"\"").unwrap_or(value);
    let bits = std::str::from_utf8(value).ok()?.parse().ok()?;
    (8..=15).contains(&bits).then_some(bits)
}

fn lists(value: &[u8], word: &[u8]) -> bool {
    value.split(|&byte| byte == b',').any(|item| item.trim_ascii().eq_ignore_ascii_case(word))
}
