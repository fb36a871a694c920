//! What a stream speaks, told by its first bytes.

use cassettes::model::Direction;
use cassettes::wire::door::{self, Door};

use super::Speech;
use super::piece::{Piece, What};

/// Most bytes of a server held back before the client has said what it speaks. A server of HTTP/2 may greet first: with
/// SETTINGS, and what belongs to the connection as a whole.
const MAX_GREETING_BYTES: usize = 64 * 1024;

/// Most of a client: [`door::sniff`] waits for 41, and they may come one by one.
const MAX_FIRST_BYTES: usize = 64;

/// What a stream begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A TLS handshake.
    Tls,
    /// A client's request for a tunnel, by HTTP or SOCKS5.
    Tunnel(Door),
    /// Neither.
    Speech(Speech),
}

/// Holds what is said until it is enough to tell.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// The client's first bytes.
    first: Vec<u8>,
    /// How many the server has said.
    greeting: usize,
    held: Vec<Piece>,
}

impl Opening {
    /// Holds a piece; says what the stream speaks, if that shows now.
    pub(super) fn receive(&mut self, piece: Piece) -> Option<Found> {
        let found = match (&piece.what, piece.direction) {
            (What::Lost(_), _) => Some(Found::Speech(self.guess())),
            (What::Bytes(bytes), Direction::ToServer) => self.hear_client(bytes),
            (What::Bytes(bytes), Direction::ToClient) => self.hear_server(bytes),
        };
        self.held.push(piece.held());
        found
    }

    /// What it spoke, as far as that shows by its end.
    pub(super) fn guess(&self) -> Speech {
        if self.greeting > 0 && self.first.is_empty() { Speech::Http2 } else { Speech::Raw }
    }

    /// What was held, to be read now.
    pub(super) fn into_held(self) -> Vec<Piece> {
        self.held
    }

    fn hear_client(&mut self, bytes: &[u8]) -> Option<Found> {
        let room = MAX_FIRST_BYTES - self.first.len();
        self.first.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        match door::sniff(&self.first) {
            Door::NeedMore => None,
            Door::Tls => Some(Found::Tls),
            Door::Http if is_connect(&self.first) => Some(Found::Tunnel(Door::Http)),
            Door::Socks5 if is_greeting(&self.first) => Some(Found::Tunnel(Door::Socks5)),
            Door::Http => Some(Found::Speech(Speech::Http1)),
            Door::Http2 => Some(Found::Speech(Speech::Http2)),
            Door::Socks5 | Door::Other => Some(Found::Speech(Speech::Raw)),
        }
    }

    /// RFC 9113 §3.4: a server's greeting is a SETTINGS frame. Servers of HTTP/1 have nothing to say before they are asked.
    fn hear_server(&mut self, bytes: &[u8]) -> Option<Found> {
        let fits = bytes.iter().zip(self.greeting..).all(|(byte, at)| match at {
            // Shorter than 64 KiB, without flags, of stream 0.
            0 | 4..9 => *byte == 0,
            3 => *byte == SETTINGS,
            _ => true,
        });
        self.greeting += bytes.len();
        let may_be_http2 = fits && self.greeting <= MAX_GREETING_BYTES;
        (!may_be_http2).then_some(Found::Speech(Speech::Raw))
    }
}

const SETTINGS: u8 = 4;

fn is_connect(first: &[u8]) -> bool {
    first.starts_with(b"CONNECT ")
}

/// RFC 1928 §3: version, number of methods, methods, and nothing else until the server has answered.
fn is_greeting(first: &[u8]) -> bool {
    matches!(first, [5, count, methods @ ..] if usize::from(*count) == methods.len() && *count > 0)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::capture::UnixNanos;

    fn said(pieces: &[(Direction, &[u8])]) -> (Option<Found>, Opening) {
        let mut opening = Opening::default();
        let found = pieces.iter().find_map(|(direction, bytes)| {
            let bytes = Bytes::copy_from_slice(bytes);
            opening.receive(Piece::bytes(*direction, UnixNanos(1), bytes))
        });
        (found, opening)
    }

    const CLIENT: Direction = Direction::ToServer;
    const SERVER: Direction = Direction::ToClient;

    #[test]
    fn what_a_client_speaks_shows_in_its_first_bytes() {
        let found = |bytes: &[u8]| said(&[(CLIENT, bytes)]).0;
        assert_eq!(found(b"\x16\x03\x01\x02"), Some(Found::Tls));
        assert_eq!(found(b"GET / HTTP/1.1\r\n"), Some(Found::Speech(Speech::Http1)));
        assert_eq!(found(b"CONNECT a:443 HTTP/1.1"), Some(Found::Tunnel(Door::Http)));
        assert_eq!(found(b"\x05\x02\x00\x02"), Some(Found::Tunnel(Door::Socks5)));
        assert_eq!(found(b"\x05\x02\x00\x02\x01"), Some(Found::Speech(Speech::Raw)));
        let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        assert_eq!(found(preface), Some(Found::Speech(Speech::Http2)));
        assert_eq!(found(b"PRI * HT"), None);
        assert_eq!(found(b"*1\r\n$4\r\nPING\r\n"), Some(Found::Speech(Speech::Raw)));
    }

    #[test]
    fn a_server_that_speaks_first_speaks_no_http_unless_it_greets() {
        assert_eq!(said(&[(SERVER, b"220 mail")]).0, Some(Found::Speech(Speech::Raw)));
        let greeting = b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64";
        let (found, opening) = said(&[(SERVER, greeting)]);
        assert_eq!((found, opening.guess()), (None, Speech::Http2));
        let zeros = vec![0; 64 * 1024];
        let endless = [(SERVER, &greeting[..]), (SERVER, &zeros[..])];
        assert_eq!(said(&endless).0, Some(Found::Speech(Speech::Raw)));
    }

    #[test]
    fn nothing_is_lost_while_it_waits() {
        let (_, opening) = said(&[(CLIENT, b"G"), (CLIENT, b"E"), (CLIENT, b"T /")]);
        assert_eq!(opening.into_held().len(), 3);
    }

    #[test]
    fn missing_bytes_decide() {
        let mut opening = Opening::default();
        let found = opening.receive(Piece::lost(CLIENT, UnixNanos(1), 7));
        assert_eq!(found, Some(Found::Speech(Speech::Raw)));
    }
}
