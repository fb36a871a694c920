//! Clients who ask a proxy for a tunnel: by HTTP `CONNECT` (RFC 9110 §9.3.6), or SOCKS5 (RFC 1928).
//!
//! No name is looked up, and nothing is connected to: whatever was recorded is here.

use cassettes::meaning::request_key_of;
use cassettes::model::{How, Side, Way};
use cassettes::wire::http1::RequestHead;
use cassettes::wire::socks5::{self, Progress, Reply};

use super::Server;
use super::doors::{Caller, Gone, Visit, take};
use crate::deck::{Meant, Stop};

/// Longest head of a `CONNECT`. It holds little but credentials.
const MAX_CONNECT_BYTES: usize = 64 * 1024;

const CONNECT: &[u8] = b"CONNECT ";

const ESTABLISHED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

const BAD_GATEWAY: &[u8] =
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 54\r\n\
    Connection: close\r\n\r\nretape: the server could not be reached when recorded\n";

/// Whether what came so far is, or may become, a `CONNECT`.
pub(super) fn may_be_connect(first: &[u8]) -> bool {
    let common = first.len().min(CONNECT.len());
    first.get(..common) == CONNECT.get(..common)
}

/// Opens the tunnel. False if this is for a player: such a request was recorded as one, or cannot be read.
pub(super) async fn enter_connect(
    caller: &mut Caller,
    visit: &mut Visit,
    server: &Server,
) -> Result<bool, Gone> {
    let head_len = loop {
        if let Some(at) = memchr::memmem::find(&caller.first, b"\r\n\r\n") {
            break at + 4;
        }
        if caller.closed || caller.first.len() > MAX_CONNECT_BYTES {
            return Ok(false);
        }
        caller.hear_soon(server).await?;
    };
    let Some(meant) = meant_by(caller.first.get(..head_len).unwrap_or_default(), server) else {
        return Ok(false);
    };
    take(&mut caller.first, head_len);
    visit.lead_to(Way::Connect, meant);
    if let Some(how) = failure(visit, server) {
        return Err(caller.turn_away(BAD_GATEWAY, how).await);
    }
    caller.say(ESTABLISHED).await?;
    Ok(true)
}

/// Shakes hands as a SOCKS5 server does that reaches everybody.
pub(super) async fn enter_socks(
    caller: &mut Caller,
    visit: &mut Visit,
    server: &Server,
) -> Result<(), Gone> {
    let mut handshake = socks5::Handshake::new();
    loop {
        match handshake.advance(&caller.first) {
            Ok(Progress::NeedMore) if caller.closed => {
                return Err(Gone { by: Side::Client, how: How::Fin });
            }
            Ok(Progress::NeedMore) => caller.hear_soon(server).await?,
            Ok(Progress::Send(taken, answer)) => {
                take(&mut caller.first, taken);
                caller.say(&answer).await?;
            }
            Ok(Progress::Connect(taken, target)) => {
                take(&mut caller.first, taken);
                visit.lead_to(Way::Socks5, Meant::new(&target.host, target.port));
                if let Some(how) = failure(visit, server) {
                    let answer = socks5::reply(reason(how), None);
                    return Err(caller.turn_away(&answer, how).await);
                }
                return caller.say(&socks5::reply(Reply::Succeeded, visit.ends.server)).await;
            }
            Err(error) => {
                caller.say(&error.answer()).await?;
                return Err(Gone { by: Side::Server, how: How::Fin });
            }
        }
    }
}

/// How the recorded tunnel failed that this one is.
fn failure(visit: &Visit, server: &Server) -> Option<How> {
    let meant = visit.meant.as_ref().map(|meant| meant.named(false));
    server.stage.next_failure(meant, Stop::Tunnel)
}

const fn reason(how: How) -> Reply {
    match how {
        How::Refused => Reply::Refused,
        How::Timeout => Reply::Expired,
        _ => Reply::HostUnreachable,
    }
}

/// The server that a `CONNECT` asks for; none if the request is one to play.
fn meant_by(head: &[u8], server: &Server) -> Option<Meant> {
    let head = RequestHead::parse(head).ok()?;
    let key = request_key_of(head.method(), head.target());
    if server.stage.deck().index().find(key).is_some() {
        return None;
    }
    let (host, port) = std::str::from_utf8(head.target()).ok()?.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Some(Meant::new(host, port.parse().ok()?))
}
