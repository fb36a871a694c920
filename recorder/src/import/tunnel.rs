//! How a client asks a proxy for a tunnel, and the proxy agrees: `CONNECT` (RFC 9110 §9.3.6) or SOCKS5 (RFC 1928).

use bytes::Bytes;
use cassettes::model::{Direction, Way};
use cassettes::wire::door::Door;
use cassettes::wire::http1::{RequestHead, ResponseHead};
use cassettes::wire::socks5::{Handshake, Progress, Target};

use super::piece::{Piece, What};
use crate::{Scheme, Upstream};

/// Most bytes of both sides held until the proxy has agreed. Heads of CONNECT with their answers are below a kilobyte.
const MAX_HELD_BYTES: usize = 64 * 1024;

/// Most pieces: they may be of a byte each.
const MAX_HELD_PIECES: usize = 1024;

/// The beginning of a connection to a proxy.
#[derive(Debug)]
pub(super) struct Tunnel {
    way: Way,
    asked: Vec<u8>,
    answered: Vec<u8>,
    held: Vec<Piece>,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Not decided yet.
    More,
    /// It leads there; this is what was said inside so far.
    Leads(Way, Upstream, Vec<Piece>),
    /// It leads nowhere; this is all that was said.
    Nowhere(Vec<Piece>),
}

/// How many bytes of client and proxy are not inside the tunnel.
struct Agreed {
    to: Upstream,
    asked: usize,
    answered: usize,
}

impl Tunnel {
    pub(super) const fn new(door: Door) -> Self {
        let way = if matches!(door, Door::Socks5) { Way::Socks5 } else { Way::Connect };
        Self { way, asked: Vec::new(), answered: Vec::new(), held: Vec::new() }
    }

    /// Takes what is said next.
    pub(super) fn receive(&mut self, piece: Piece) -> Outcome {
        let lost = match &piece.what {
            What::Bytes(bytes) => {
                self.side(piece.direction).extend_from_slice(bytes);
                false
            }
            What::Lost(_) => true,
        };
        self.held.push(piece.held());
        let agreed = match self.way {
            Way::Socks5 => socks5(&self.asked, &self.answered),
            _ => connect(&self.asked, &self.answered),
        };
        match agreed {
            Ok(Some(agreed)) => {
                let inside = without(std::mem::take(&mut self.held), &agreed);
                Outcome::Leads(self.way, agreed.to, inside)
            }
            Ok(None) if !lost && !self.is_full() => Outcome::More,
            _ => Outcome::Nowhere(self.give_up()),
        }
    }

    /// Nothing follows, or nothing that could matter: all that was said.
    pub(super) fn give_up(&mut self) -> Vec<Piece> {
        std::mem::take(&mut self.held)
    }

    const fn side(&mut self, direction: Direction) -> &mut Vec<u8> {
        match direction {
            Direction::ToServer => &mut self.asked,
            Direction::ToClient => &mut self.answered,
        }
    }

    const fn is_full(&self) -> bool {
        self.asked.len() + self.answered.len() > MAX_HELD_BYTES || self.held.len() > MAX_HELD_PIECES
    }
}

/// It leads nowhere.
struct Refused;

/// `None`: that cannot be said yet.
fn connect(asked: &[u8], answered: &[u8]) -> Result<Option<Agreed>, Refused> {
    let (Some(request), Some(response)) = (head_of(asked), head_of(answered)) else {
        return Ok(None);
    };
    let status = ResponseHead::parse(response).map_err(|_| Refused)?.status();
    if !(200..300).contains(&status) {
        return Err(Refused);
    }
    let target = RequestHead::parse(request).map_err(|_| Refused)?.target();
    let to = format!("tcp://{}", String::from_utf8_lossy(target)).parse().map_err(|_| Refused)?;
    Ok(Some(Agreed { to, asked: request.len(), answered: response.len() }))
}

fn head_of(bytes: &[u8]) -> Option<&[u8]> {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n")?;
    bytes.get(..end + 4)
}

/// As [`connect`].
fn socks5(asked: &[u8], answered: &[u8]) -> Result<Option<Agreed>, Refused> {
    let mut handshake = Handshake::new();
    let mut taken = 0;
    let mut expected = 0;
    loop {
        let input = asked.get(taken..).unwrap_or_default();
        match handshake.advance(input).map_err(|_| Refused)? {
            Progress::NeedMore => return Ok(None),
            Progress::Send(len, answer) => {
                taken += len;
                let said = answered.get(expected..).unwrap_or_default();
                if said.len() < answer.len() {
                    return Ok(None);
                }
                if !said.starts_with(&answer) {
                    // It wants to be told in another way who the client is, which cannot be followed.
                    return Err(Refused);
                }
                expected += answer.len();
            }
            Progress::Connect(len, Target { host, port }) => {
                let Some(reply) = reply_len(answered.get(expected..).unwrap_or_default())? else {
                    return Ok(None);
                };
                let to = Upstream::at(Scheme::Tcp, host, port);
                return Ok(Some(Agreed { to, asked: taken + len, answered: expected + reply }));
            }
        }
    }
}

/// `VER REP RSV ATYP BND.ADDR BND.PORT` (RFC 1928 §6).
fn reply_len(reply: &[u8]) -> Result<Option<usize>, Refused> {
    let address = match reply {
        [5, 0, 0, 1, ..] => 4,
        [5, 0, 0, 4, ..] => 16,
        [5, 0, 0, 3, len, ..] => 1 + usize::from(*len),
        [] | [5] | [5, 0] | [5, 0, 0] | [5, 0, 0, 3] => return Ok(None),
        _ => return Err(Refused),
    };
    let len = 4 + address + 2;
    Ok((reply.len() >= len).then_some(len))
}

/// The pieces, without the bytes that asked and answered.
fn without(pieces: Vec<Piece>, agreed: &Agreed) -> Vec<Piece> {
    let (mut asked, mut answered) = (agreed.asked, agreed.answered);
    let mut inside = Vec::new();
    for piece in pieces {
        let What::Bytes(bytes) = &piece.what else { continue };
        let skip = match piece.direction {
            Direction::ToServer => &mut asked,
            Direction::ToClient => &mut answered,
        };
        let skipped = bytes.len().min(*skip);
        *skip -= skipped;
        let rest: Bytes = bytes.slice(skipped..);
        if !rest.is_empty() {
            inside.push(Piece::bytes(piece.direction, piece.at, rest));
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::UnixNanos;

    fn play(door: Door, said: &[(Direction, &[u8])]) -> Outcome {
        let mut tunnel = Tunnel::new(door);
        let mut outcome = Outcome::More;
        for (direction, bytes) in said {
            assert_eq!(outcome, Outcome::More);
            let bytes = Bytes::copy_from_slice(bytes);
            outcome = tunnel.receive(Piece::bytes(*direction, UnixNanos(1), bytes));
        }
        outcome
    }

    const CLIENT: Direction = Direction::ToServer;
    const PROXY: Direction = Direction::ToClient;
    const CONNECT: &[u8] = b"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n";

    fn leads(outcome: &Outcome, origin: &str) -> usize {
        let Outcome::Leads(_, to, inside) = outcome else { panic!("{outcome:?}") };
        assert_eq!(to.to_string(), origin);
        inside.len()
    }

    #[test]
    fn a_tunnel_leads_where_the_client_asked_once_the_proxy_agrees() {
        let ok = b"HTTP/1.1 200 Connection established\r\n\r\n";
        let outcome = play(Door::Http, &[(CLIENT, CONNECT), (PROXY, ok)]);
        assert_eq!(leads(&outcome, "tcp://a.test:443"), 0);
    }

    #[test]
    fn what_comes_with_the_answer_is_inside() {
        let ok = b"HTTP/1.1 200 OK\r\nVia: x\r\n\r\n220 hello";
        let Outcome::Leads(_, _, inside) = play(Door::Http, &[(CLIENT, CONNECT), (PROXY, ok)])
        else {
            panic!("leads nowhere");
        };
        let hello = Bytes::from_static(b"220 hello");
        assert_eq!(inside, [Piece::bytes(PROXY, UnixNanos(1), hello)]);
    }

    #[test]
    fn a_tunnel_that_was_refused_leads_nowhere_and_nothing_of_it_is_lost() {
        let no = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
        let outcome = play(Door::Http, &[(CLIENT, CONNECT), (PROXY, no)]);
        assert!(matches!(outcome, Outcome::Nowhere(held) if held.len() == 2));
        let mut endless = Tunnel::new(Door::Http);
        let long = Bytes::from(vec![b'a'; MAX_HELD_BYTES + 1]);
        let outcome = endless.receive(Piece::bytes(CLIENT, UnixNanos(1), long));
        assert!(matches!(outcome, Outcome::Nowhere(_)));
    }

    #[test]
    fn a_tunnel_by_socks5_leads_where_the_client_asked() {
        let said: [(Direction, &[u8]); 5] = [
            (CLIENT, b"\x05\x01\x00"),
            (PROXY, b"\x05\x00"),
            (CLIENT, b"\x05\x01\x00\x03\x06a.test\x01\xbb"),
            (PROXY, b"\x05\x00\x00\x01\x7f\x00\x00\x01"),
            (PROXY, b"\x1f\x90"),
        ];
        assert_eq!(leads(&play(Door::Socks5, &said), "tcp://a.test:443"), 0);
        let refused: [(Direction, &[u8]); 2] = [(CLIENT, b"\x05\x01\x00"), (PROXY, b"\x05\xff")];
        assert!(matches!(play(Door::Socks5, &refused), Outcome::Nowhere(_)));
    }

    #[test]
    fn a_conversation_cut_at_any_byte_waits_for_more() {
        let ok = b"HTTP/1.1 200 OK\r\n\r\n";
        for cut in 0..ok.len() {
            let outcome = play(Door::Http, &[(CLIENT, CONNECT), (PROXY, &ok[..cut])]);
            assert_eq!(outcome, Outcome::More, "cut at byte {cut}");
        }
    }
}
